import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { buildDeb, dpkgDeb, NO_REGISTRY, noDebianPackage } from '../support/debian-package.ts';
import { eventually } from '../support/peer.ts';
import { cleanEnvironment, findProgram, PATIENT, Program } from '../support/program.ts';

const missing = ['debootstrap', 'qemu-aarch64-static'].filter((name) => !findProgram(name));
const IS_ONE = process.arch === 'arm64' && 'this machine is one, see deb.spec.ts';
const NO_EMULATION =
  process.getuid?.() !== 0
    ? 'another Debian takes root'
    : missing.length > 0
      ? `needs ${missing.join(' and ')} (Debian)`
      : !existsSync('/proc/sys/fs/binfmt_misc') && 'needs a kernel with binfmt_misc';
/** Of all that follows: a build, and another Debian. */
const LONG = { timeout: 600_000 } as const;
/** Of an ELF file for arm64: class, order and machine. */
const AARCH64 = ['7f454c460201', 'b700'];

/** $1: a Debian for arm64, whose programs the kernel runs by qemu, here alone; the rest is the program. */
const SET_UP = `
  set -e
  read -r mapped
  root=$1
  shift
  mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  printf '%s' ':arm64:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00:\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:/usr/bin/qemu-aarch64-static:F' > /proc/sys/fs/binfmt_misc/register
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/tmp"
  ip link set lo up
  exec chroot "$root" setpriv --reuid=1000 --regid=1000 --clear-groups --bounding-set=-all env -i "$@"
`;

/** A user is added, the daemon started, one command run, and the daemon told to end. */
const SESSION = `
  set -e
  umask 077
  uname -m
  node -p process.arch
  echo secret > /tmp/password
  rexecd --users /tmp/users --add-user ada < /tmp/password
  rexecd -debug --host 127.0.0.1 --port 5512 --users /tmp/users --control off > /tmp/log 2>&1 &
  until grep -q listening /tmp/log; do kill -0 $! || { cat /tmp/log; exit 1; }; sleep 0.2; done
  rexec -l ada -P /tmp/password --port 5512 127.0.0.1 'uname -m; cat; echo err >&2; exit 7' < /tmp/password || echo "status $?"
  kill -TERM $!
  wait $! || { cat /tmp/log; exit 1; }
  grep '^rexecd: [^w]' /tmp/log || echo ended
`;

/** The first bytes of a file, as hexadecimal digits. */
function headOf(file: string): string {
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString('hex');
}

function run(file: string, words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(file, words, {
    ...{ encoding: 'utf8', timeout: 180_000 },
    env: { ...cleanEnvironment(), DEBIAN_FRONTEND: 'noninteractive' },
  });
  assert.equal(status, 0, `${file}: ${error ?? ''}\n${stdout}${stderr}`);
}

/** A Debian for arm64 that has the package. */
function debian(root: string, deb: string): void {
  run('debootstrap', ['--arch=arm64', '--foreign', '--variant=minbase', 'bookworm', root]);
  rmSync(join(root, 'proc'), { recursive: true }); // in a container debootstrap makes it a link to itself
  mkdirSync(join(root, 'proc'));
  dpkgDeb('--extract', deb, root);
}

describe('the Debian package for arm64', { ...LONG, skip: IS_ONE || noDebianPackage }, () => {
  let built: ReturnType<typeof buildDeb>;
  before(() => {
    built = buildDeb('--architecture', 'arm64');
  }, PATIENT);
  after(() => rmSync(built.checkout, { recursive: true, force: true }));

  /** True when there is one; skips the test, by name, where no registry can be reached. */
  function isBuilt(t: TestContext): boolean {
    if (built.failure === '') return true;
    assert.match(built.failure, NO_REGISTRY);
    t.skip('needs the npm registry');
    return false;
  }

  it('is built on another machine, of nothing but what runs on arm64', PATIENT, (t) => {
    if (!isBuilt(t)) return;
    assert.match(dpkgDeb('--field', built.deb), /^Architecture: arm64$/m);
    const root = mkdtempSync(join(tmpdir(), 'rexec-arm64-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    dpkgDeb('--extract', built.deb, root);
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const binaries = files.filter((file) => headOf(file).startsWith('7f454c46'));
    for (const file of binaries) {
      const head = headOf(file);
      assert.deepEqual([head.slice(0, 12), head.slice(36, 40)], AARCH64, file);
    }
    const lib = join(root, 'usr/lib/rexecd');
    assert.ok(binaries.includes(join(lib, 'node')));
    assert.ok(binaries.includes(join(lib, 'node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node')));
  });

  it('starts there, lets a user log in, runs a command, and ends when it is told to', {
    ...PATIENT,
    skip: NO_EMULATION,
  }, async (t) => {
    if (!isBuilt(t)) return;
    const folder = mkdtempSync(join(tmpdir(), 'rexec-arm64-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const root = join(folder, 'debian');
    debian(root, built.deb);
    const namespaces = ['--user', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const path = 'PATH=/usr/lib/rexecd:/usr/sbin:/usr/bin:/bin';
    const bounded = ['timeout', '--kill-after=5', '200', 'sh', '-c', SESSION]; // all ends with the first process
    const words = ['sh', '-c', SET_UP, 'sh', root, path, 'HOME=/tmp', ...bounded];
    const program = new Program(t, 'unshare', [...namespaces, ...words]);
    const own = `/proc/${program.pid}`;
    await eventually(
      () => readlinkSync(`${own}/ns/user`) !== readlinkSync('/proc/self/ns/user'),
      'its users are its own',
    );
    for (const map of ['uid_map', 'gid_map']) writeFileSync(join(own, map), '0 0 4294967295');
    program.child.stdin.end('mapped\n');
    const { stdout, stderr, status } = await program.ended; // longer than programs of this machine take
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^aarch64\narm64\n[^\n]*\naarch64\nsecret\nstatus 7\nended\n$/, stderr);
    assert.match(stderr, /^err$/m);
  });
});
