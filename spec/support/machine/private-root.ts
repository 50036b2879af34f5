import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from '../peer.ts';
import { cleanEnvironment, ROOT } from '../program.ts';

/**
 * Files, network and processes of its own over those of this machine, which it cannot change. It is ready once its first
 * process has that root: whoever enters before has the root of this machine. Ends with its holder.
 */
const SET_UP = `
  set -e
  root=$1/root
  mount -t tmpfs -o mode=755 tmpfs "$1"
  mkdir "$1/changes" "$1/work" "$root"
  mount -t overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" overlay "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  for each in run tmp; do mount -t tmpfs -o mode=1777 tmpfs "$root/$each"; done
  case "$3" in /tmp/* | /run/*) mkdir -p "$root$3" && mount --bind "$3" "$root$3" ;; esac # a checkout that was there
  mount --bind "$2" "$root/mnt"
  ip link set lo up
  rm -f "$root/usr/sbin/policy-rc.d"
  exec chroot "$root" sh -c 'echo ready; exec 3<&0; cat <&3 & wait' # a first process that buries the dead
`;
const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--propagation', 'private', '--kill-child'];

/** Why a root of its own cannot be made here; false where it can. */
export function noPrivateRoot(): string | false {
  if (process.getuid?.() !== 0) return 'a root of its own takes root';
  const folder = mkdtempSync(join(tmpdir(), 'rexec-root-'));
  const { status, stderr } = spawnSync(
    'unshare',
    [...NAMESPACES, 'sh', '-c', SET_UP, 'sh', folder, folder, ROOT],
    {
      encoding: 'utf8',
      input: '',
    },
  );
  rmSync(folder, { recursive: true, force: true });
  return status !== 0 && `a root of its own cannot be made here: ${stderr?.trim()}`;
}

/** What a program said, and how it ended. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that looks like this one, for packages to be installed on. `/mnt` is a folder of this one. */
export class PrivateRoot {
  readonly #folder: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder;
    this.#holder = holder;
  }

  static async make(shared: string): Promise<PrivateRoot> {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-root-'));
    const holder = spawn('unshare', [...NAMESPACES, 'sh', '-c', SET_UP, 'sh', folder, shared, ROOT], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = await within(once(createInterface(holder.stdout!), 'line'), 'the private root');
    assert.equal(line, 'ready');
    return new PrivateRoot(folder, holder);
  }

  /** Runs a script there, as root. */
  shell(script: string, seconds = 60): Said {
    const words = ['--mount', '--net', '--pid', '--root', '--wd', `--target=${this.#inside}`, '--'];
    const env = {
      ...cleanEnvironment(),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
    };
    const { status, stdout, stderr } = spawnSync('nsenter', [...words, 'sh', '-ec', script], {
      encoding: 'utf8',
      input: '',
      env,
      timeout: seconds * 1000,
    });
    return { status, stdout, stderr };
  }

  /** The same, which must succeed; what it says. */
  ok(script: string): string {
    const { status, stdout, stderr } = this.shell(script);
    assert.equal(status, 0, `${script}\n${stdout}${stderr}`);
    return stdout;
  }

  async end(): Promise<void> {
    this.#holder.stdin!.end();
    await within(once(this.#holder, 'exit'), 'the private root to end');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The first process there: its end is that of all others. */
  get #inside(): string {
    const { pid } = this.#holder;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  }
}
