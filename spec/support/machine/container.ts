import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { eventually } from '../peer.ts';
import { cleanEnvironment, type Ended, findProgram, Program, ROOT } from '../program.ts';

const missing = ['buildah', 'debootstrap'].filter((name) => !findProgram(name));
const NPM = ['/usr/lib/node_modules/npm', '/usr/share/nodejs/npm', '/usr/local/lib/node_modules/npm'].find(
  existsSync,
);

/** Why no image can be built here; false where one can. */
export const noContainer: string | false =
  (process.getuid?.() !== 0 && 'an image takes root') ||
  (missing.length > 0 && `needs ${missing.join(' and ')} (Debian)`) ||
  (!NPM && 'needs npm') ||
  (spawnSync('unshare', ['--mount', '--pid', '--net', '--fork', 'true']).status !== 0 &&
    'namespaces cannot be made here');

/** What an image says of itself. */
export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

/**
 * The image of packaging/container, built from that file without an engine and without a registry of images: `debian:12-slim`
 * is a new Debian, and the image of Node.js is that with ours.
 */
export class Image {
  /** Where its files are. */
  readonly root: string;
  readonly config: ImageConfig;
  readonly #folder: string;

  private constructor(folder: string, root: string, config: ImageConfig) {
    this.#folder = folder;
    this.root = root;
    this.config = config;
  }

  static build(): Image {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-image-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const buildah = (...words: string[]): string =>
      said('buildah', [
        ...['--storage-driver', 'vfs', '--root', join(folder, 'store'), '--runroot', join(folder, 'run')],
        ...words,
      ]).trim();
    const debian = join(folder, 'debian');
    said('debootstrap', ['--variant=minbase', 'bookworm', debian]);
    buildah('from', '--name', 'debian', 'scratch');
    buildah('add', '--quiet', 'debian', debian, '/');
    buildah('commit', '--quiet', '--rm', 'debian', 'debian:12-slim');
    rmSync(debian, { recursive: true });
    buildah('from', '--name', 'node', 'debian:12-slim');
    const certificates = '/etc/ssl/certs/ca-certificates.crt';
    const npmrc = join(folder, 'npmrc');
    writeFileSync(npmrc, `cafile=${certificates}\nprefer-offline=true\ncache=/npm-cache\n`);
    for (const [from, to] of [
      [process.execPath, '/usr/local/bin/node'],
      [NPM!, '/usr/local/lib/node_modules/npm'],
      [certificates, certificates],
      [npmrc, '/usr/local/etc/npmrc'],
    ] as const)
      buildah('copy', '--quiet', 'node', from, to);
    const npm = '../lib/node_modules/npm/bin/npm-cli.js';
    buildah('run', '--isolation', 'chroot', 'node', '--', 'ln', '-s', npm, '/usr/local/bin/npm');
    buildah('commit', '--quiet', '--rm', 'node', 'node:24-bookworm-slim');
    const cache = said('npm', ['config', 'get', 'cache']).trim();
    mkdirSync(cache, { recursive: true });
    const how = ['--isolation', 'chroot', '--format', 'docker', '--layers=false', '--pull-never'];
    const file = ['--file', join(ROOT, 'packaging/container/Containerfile')];
    buildah('build', '--quiet', ...how, '--volume', `${cache}:/npm-cache`, '--tag', 'rexecd', ...file, ROOT);
    buildah('from', '--name', 'rexecd', 'rexecd');
    const { Docker: docker } = JSON.parse(buildah('inspect', '--type', 'image', 'rexecd'));
    return new Image(folder, buildah('mount', 'rexecd'), docker.config);
  }

  /** A folder for what is mounted, which ends with the test. */
  folder(t: TestContext): string {
    const folder = mkdtempSync(join(this.#folder, 'pod-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }
}

/** $1 files, $2 uid, $3 gid, $4 pairs "from:to", then the environment and the program with `env`. */
const SET_UP = `
  set -e
  root=$1 uid=$2 gid=$3 mounts=$4
  shift 4
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o "mode=2777,gid=$gid" tmpfs "$root/tmp"
  mount -t tmpfs -o "mode=2777,gid=$gid" tmpfs "$root/home/rexecd"
  for each in $mounts; do
    mount --bind "\${each%%:*}" "$root\${each#*:}"
    mount -o remount,bind,ro "$root\${each#*:}"
  done
  ip link set lo up
  exec chroot "$root" setpriv --reuid="$uid" --regid="$gid" --groups="$gid" --no-new-privs --inh-caps=-all --bounding-set=-all env -i "$@"
`;

/** A process of a container. */
export interface ContainerProcess {
  /** Its number there. */
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly words: string;
}

/** An image that runs, as Kubernetes and Docker run it with a read-only root and without capabilities. */
export class Container {
  readonly #program: Program;
  readonly #image: Image;

  /** @param mounts folders of this machine, by where they are to be */
  constructor(t: TestContext, image: Image, mounts: Readonly<Record<string, string>>) {
    this.#image = image;
    const { User, Env, Entrypoint } = image.config;
    const [uid = '', gid = ''] = User.split(':');
    for (const to of Object.keys(mounts)) mkdirSync(join(image.root, to), { recursive: true }); // an engine does it
    const pairs = Object.entries(mounts).map(([to, from]) => `${from}:${to}`);
    const namespaces = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--propagation', 'private'];
    const words = ['sh', '-c', SET_UP, 'sh', image.root, uid, gid, pairs.join(' '), ...Env, ...Entrypoint];
    // A change of account has undone what --kill-child has set up. Before the program's own end, which waits for it.
    t.after(() => {
      for (const { outside } of this.#pids())
        try {
          process.kill(outside, 'SIGKILL');
        } catch {} // it has ended meanwhile
    });
    this.#program = new Program(t, 'unshare', [...namespaces, ...words], { stdin: '' });
  }

  get log(): string {
    return this.#program.stderr;
  }

  async says(words: string): Promise<void> {
    await eventually(() => this.log.includes(words), `it says ${words}; so far: ${this.log}`);
  }

  /** How its first process ended. */
  end(): Promise<Ended> {
    return this.#program.end();
  }

  /** What an engine executes there, as the account of the image. */
  probe(command: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const [uid = '', gid = ''] = this.#image.config.User.split(':');
    const where = [
      '--all',
      `--setuid=${uid}`,
      `--setgid=${gid}`,
      '--root',
      '--wd',
      `--target=${this.#first}`,
    ];
    const words = [...where, '--', 'env', '-i', ...this.#image.config.Env, ...command];
    return spawnSync('nsenter', words, { encoding: 'utf8', timeout: 30_000, env: cleanEnvironment() });
  }

  /** A program of Node.js on this machine, in the network of the container. */
  beside(t: TestContext, words: readonly string[]): Program {
    return new Program(t, 'nsenter', ['--net', `--target=${this.#first}`, '--', process.execPath, ...words]);
  }

  /** Of the certificate that is shown there. */
  certificateSerial(ca: string, port: number): string {
    const script = `openssl s_client -connect 127.0.0.1:${port} -CAfile ${ca} < /dev/null 2> /dev/null | openssl x509 -noout -serial`;
    return said('nsenter', ['--net', `--target=${this.#first}`, '--', 'sh', '-c', script]);
  }

  processes(): ContainerProcess[] {
    return this.#pids().map(({ inside, outside }) => {
      const [, name = '', state = ''] = /\((.*)\) (.)/.exec(read(`/proc/${outside}/stat`)) ?? [];
      const words = read(`/proc/${outside}/cmdline`).replaceAll('\0', ' ').trim();
      return { pid: inside, name, state, words };
    });
  }

  kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.#outside(pid), signal);
  }

  #outside(pid: number): number {
    const found = this.#pids().find(({ inside }) => inside === pid);
    assert.ok(found, `process ${pid}`);
    return found.outside;
  }

  #pids(): { inside: number; outside: number }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const numbers = /^NSpid:\s+(.*)$/m.exec(read(`/proc/${name}/status`))?.[1]?.split('\t') ?? [];
        return numbers.length === 2 && this.#isOurs(Number(name))
          ? [{ inside: Number(numbers[1]), outside: Number(name) }]
          : [];
      });
  }

  /** By its ancestors: the first process there is the child of the one that we started. */
  #isOurs(pid: number): boolean {
    for (let at = pid; at > 1; at = Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${at}/status`))?.[1] ?? 0))
      if (at === this.#program.pid) return true;
    return false;
  }

  get #first(): number {
    const { pid } = this.#program;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function said(file: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, words, {
    ...{ encoding: 'utf8', cwd: ROOT, maxBuffer: 2 ** 24, timeout: 200_000 },
    env: { ...cleanEnvironment(), PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  assert.equal(status, 0, `${file} ${words.join(' ')}: ${error ?? ''}${stdout}${stderr}`);
  return stdout;
}
