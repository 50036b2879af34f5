import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { NO_REGISTRY } from '../support/debian-package.ts';
import { cleanEnvironment, type Ended, findProgram, ROOT } from '../support/program.ts';

const SLOW = { timeout: 240_000 } as const; // the registry may be far
const NPM = findProgram('npm');
const SOURCES = [
  'codec',
  'lib',
  'docs',
  'monitoring',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const PAPERS = ['README.md', 'CHANGELOG.md', 'TRUST.md', 'SECURITY.md', 'LICENSE'];
const USE = `const remote = exec('127.0.0.1', 'true', { user: 'ada', password: 'x', port: 1 });
remote.result.catch((error) => console.log(error.code, new RequestDecoder().writable)).then(async () => {
  const daemon = createDaemon({ authenticate: ({ user }) => user === 'ada', launch: ({ command, stdout }) => {
    stdout.write(command);
    return 7;
  } });
  await daemon.listen();
  const { port } = daemon;
  const { stdout, exitCode } = await exec('127.0.0.1', 'served', { user: 'ada', password: 'x', port, capture: true });
  console.log(stdout, exitCode);
  await daemon.close();
});`;
const CONSUMER = `import { type ExecResult, type Handler, ExecError, createDaemon, exec } from 'rexecd';
import { type MuxFrame, type RequestFrame, MuxDecoder, RequestDecoder, encodeMuxFrame, encodeRequest } from 'rexecd/codec';
const decoder: NodeJS.ReadWriteStream = new RequestDecoder();
decoder.on('data', (frame: RequestFrame) => frame.type === 'user' && frame.bytes.length);
decoder.write(encodeRequest({ user: 'ada', password: new Uint8Array(1), command: 'true' }));
const { stdout, stderr, result, kill } = exec('host', 'true', { user: 'ada', password: 'x' });
stdout.pipe(process.stdout); stderr?.resume(); kill('SIGTERM');
const ended: Promise<ExecResult> = result;
ended.catch((error: unknown) => error instanceof ExecError && error.code === 'REXEC_LOST');
async function use(signal: AbortSignal): Promise<string> {
  const login = { user: 'ada', password: 'x', timeoutSeconds: 5, signal } as const;
  for await (const line of exec('host', 'true', login)) if (line.length > 9) break;
  const { stdout, exitCode }: ExecResult<string> = await exec('host', 'true', { ...login, capture: { maxBytes: 9 } });
  // @ts-expect-error: nothing was captured
  (await exec('host', 'true', login)).stdout.length;
  return stdout + String(exitCode);
}
use(new AbortController().signal).catch((error: ExecError) => error.timedOut || error.isCanceled || error.phase);
exec('host', 'true', { user: 'ada', password: 'x', tls: { ca: 'PEM', cert: new Uint8Array(1), key: 'PEM' } });
const handler: Handler = async ({ command, stdin, stdout, signal }) => {
  if (signal.aborted) return 1;
  for await (const chunk of stdin) stdout.write(chunk);
  return command.length;
};
const daemon = createDaemon({
  authenticate: ({ user, password, certificate }) => password.equals(Buffer.from(user)) && certificate !== null,
  launch: handler,
  onEvent: ({ name, level, fields }) => name === 'commandStarted' && level === 'info' && fields.pid,
  maxConnections: 10,
  tlsMode: 'off',
});
daemon.listen().then(({ plain }) => plain?.port.toFixed());
const closed: Promise<void> = daemon.close(AbortSignal.abort());
closed.then(() => daemon.reload({ maxConnections: 20 }));
const frame: MuxFrame = { type: 'signal', number: 15 };
new MuxDecoder({ from: 'client' }).write(encodeMuxFrame(frame)[0]);
// @ts-expect-error: no such setting
createDaemon({ authenticate: () => true, maxConnection: 10 });
// @ts-expect-error: somebody must say who may log in
createDaemon({ launch: handler });
// @ts-expect-error: a user is needed
exec('host', 'true', { password: 'x' });
`;

describe('the package', { ...SLOW, skip: !NPM && 'needs npm (Debian: npm)' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-package-'));
  const [checkout, project] = [join(folder, 'checkout'), join(folder, 'project')] as const;
  let packed: Ended;
  let installed: Ended;
  let tarball = '';

  /** Runs a program to its end; nothing else goes on here meanwhile. */
  function runIn(cwd: string, file: string, ...args: string[]): Ended {
    return runWith({}, cwd, file, ...args);
  }

  function runWith(more: NodeJS.ProcessEnv, cwd: string, file: string, ...args: string[]): Ended {
    const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
    const env = { ...cleanEnvironment(), PATH, SOURCE_DATE_EPOCH: '1700000000', ...more };
    const { stdout, stderr, status, signal } = spawnSync(file, args, {
      cwd,
      env,
      encoding: 'latin1',
      ...SLOW,
    });
    return { stdout, stderr, status: signal ?? status ?? -1 };
  }

  before(() => {
    // A copy: packing builds, and a build must not change the checkout while other specs read it.
    mkdirSync(project);
    for (const name of [...SOURCES, ...PAPERS].filter((each) => existsSync(join(ROOT, each))))
      cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "version": "1.0.0" }\n');
    packed = runIn(checkout, NPM!, 'pack', '--pack-destination', folder);
    tarball = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '');
    const quiet = [
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=500',
    ];
    installed = runIn(project, NPM!, 'install', ...quiet, tarball);
  }, SLOW);
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** True when the project has the package; skips the test, by name, where no registry can be reached. */
  function isInstalled(t: TestContext): boolean {
    if (installed.status === 0) return true;
    assert.match(installed.stderr, NO_REGISTRY, installed.stderr);
    t.skip('needs the npm registry');
    return false;
  }

  it('is the same to the byte when it is built again in another place, time zone, locale and umask', () => {
    const [again, other] = [join(folder, 'again'), join(folder, 'other')];
    mkdirSync(other);
    cpSync(checkout, again, { recursive: true, verbatimSymlinks: true });
    rmSync(join(again, 'dist'), { recursive: true });
    const elsewhere = { TZ: 'Pacific/Kiritimati', LC_ALL: 'C', HOME: other };
    const pack = [`umask 077; exec "$0" "$@"`, NPM!, 'pack', '--pack-destination', other];
    const { status, stderr } = runWith(elsewhere, again, 'sh', '-c', ...pack);
    assert.equal(status, 0, stderr);
    assert.ok(readFileSync(join(other, basename(tarball))).equals(readFileSync(tarball)));
  });

  it('holds what is built, the papers, and nothing else', () => {
    assert.equal(packed.status, 0, packed.stderr);
    const { stdout } = runIn(folder, 'tar', '-tzf', tarball);
    const files = stdout.trim().split('\n');
    const strangers = files.filter(
      (file) =>
        !/^package\/(dist\/|docs\/|monitoring\/|README\.md$|CHANGELOG\.md$|TRUST\.md$|SECURITY\.md$|LICENSE$|package\.json$)/.test(
          file,
        ),
    );
    assert.deepEqual(strangers, []);
    assert.ok(files.includes('package/dist/lib/cli/rexecd.js'), stdout);
    for (const paper of PAPERS.filter((each) => existsSync(join(ROOT, each))))
      assert.ok(files.includes(`package/${paper}`), paper);
  });

  it('runs nothing of its own when it is installed', () => {
    const { stdout } = runIn(folder, 'tar', '-xOzf', tarball, 'package/package.json');
    const { scripts } = JSON.parse(stdout) as { scripts: Record<string, string> };
    // npm runs the first three for a tarball, and warns of a package that has any of these.
    const forTarballs = ['preinstall', 'install', 'postinstall', 'prepare'];
    assert.deepEqual(
      Object.keys(scripts).filter((name) => forTarballs.includes(name)),
      [],
    );
    const gyp = runIn(folder, 'tar', '-tzf', tarball)
      .stdout.split('\n')
      .filter((file) => /binding\.gyp$/.test(file));
    assert.deepEqual(gyp, []);
  });

  for (const [name, imports] of [
    [
      'esm.mjs',
      "import { createDaemon, exec } from 'rexecd';\nimport { RequestDecoder } from 'rexecd/codec';",
    ],
    [
      'commonjs.cjs',
      "const { createDaemon, exec } = require('rexecd');\nconst { RequestDecoder } = require('rexecd/codec');",
    ],
  ] as const)
    it(`works from ${name}, as client and as daemon, without a warning`, (t) => {
      if (!isInstalled(t)) return;
      writeFileSync(join(project, name), `${imports}\n${USE}\n`);
      const ended = runIn(project, process.execPath, name);
      assert.deepEqual(ended, { stdout: 'REXEC_UNREACHABLE true\nserved 7\n', stderr: '', status: 0 });
    });

  for (const name of ['consumer.mts', 'consumer.cts'])
    it(`gives ${name} its types`, (t) => {
      if (!isInstalled(t)) return;
      writeFileSync(join(project, name), CONSUMER);
      const types = ['--typeRoots', join(ROOT, 'node_modules', '@types'), '--types', 'node'];
      const strict = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2024',
        '--skipLibCheck',
        'false',
      ];
      const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
      const { stdout, status } = runIn(project, tsc, ...strict, ...types, name);
      assert.deepEqual([stdout, status], ['', 0]);
    });

  for (const name of ['rexec', 'rexec-bench', 'rexec-fuzz', 'rexecd', 'rconfig', 'grconfig'])
    it(`has a program ${name}`, (t) => {
      if (!isInstalled(t)) return;
      const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
      const ended = runIn(project, join(project, 'node_modules', '.bin', name), '--version');
      assert.deepEqual(ended, { stdout: `${version}\n`, stderr: '', status: 0 });
    });
});
