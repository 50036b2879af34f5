import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { tellDaemon } from '../../../lib/control/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { notRoot, Program, ROOT, run, strangersProgram, temporaryFolder } from '../../support/program.ts';

const STRANGER = 54_998;
const ESCAPES = '\u001b]0;owned\u0007\u009b31m\u202e';

const TOTALS = [
  ...['connectionsRefused', 'requestsRefused', 'loginsAccepted', 'loginsRefused', 'loginsLockedOut'],
  ...['loginsFailed', 'lockouts', 'commands'],
];

/** A socket as a stranger would make it before the daemon does; what it answers is `reply`. */
async function impostor(t: TestContext, folder: string, reply: object): Promise<string> {
  const path = join(folder, '512.sock');
  const server = createServer((caller) => caller.end(`${JSON.stringify(reply)}\n`));
  t.after(() => server.close());
  server.listen(path);
  await once(server, 'listening');
  return path;
}

/** As an account that is not root, which may trust itself and root alone. */
const sessionsOf = (t: TestContext, socket: string): Program =>
  strangersProgram(t, process.execPath, `${ROOT}lib/cli/rexecd.ts`, 'sessions', '--control', socket);

const SESSION = { id: ESCAPES, state: ESCAPES, address: ESCAPES, user: ESCAPES, command: ESCAPES };
const SESSIONS = { result: { sessions: [{ ...SESSION, since: 1, seconds: 1 }], next: null } };

const STATUS = {
  result: {
    summary: ESCAPES,
    ...{ version: ESCAPES, node: ESCAPES, host: ESCAPES, pid: 1, now: 2, since: 1 },
    listeners: [{ kind: ESCAPES, address: ESCAPES, port: ESCAPES, certificateEnds: null }],
    sessions: { [ESCAPES]: ESCAPES },
    limits: [{ name: ESCAPES, used: ESCAPES, limit: ESCAPES, key: ESCAPES }],
    totals: { connections: ESCAPES, ...Object.fromEntries(TOTALS.map((name) => [name, 1])) },
    lockouts: 1,
    processes: [{ role: ESCAPES, pid: ESCAPES, account: ESCAPES, memory: 1, privileges: ESCAPES }],
    problems: [
      { at: 1, count: 2, id: ESCAPES, text: ESCAPES, fields: { [ESCAPES]: ESCAPES }, meaning: ESCAPES },
    ],
  },
};

describe('a control socket of another account (E8)', { ...BOUNDED, skip: notRoot }, () => {
  for (const [what, make] of [
    ['in a folder of that account', (folder: string) => chownSync(folder, STRANGER, STRANGER)],
    [
      'made by that account in a folder for all',
      (folder: string, socket: string) => {
        chmodSync(folder, 0o1777);
        lchownSync(socket, STRANGER, STRANGER);
      },
    ],
    ['in a folder of root that others can write to', (folder: string) => chmodSync(folder, 0o777)],
  ] as const)
    it(`is not asked: ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      chmodSync(folder, 0o755);
      const socket = await impostor(t, folder, SESSIONS);
      make(folder, socket);
      const { stdout, stderr, status } = await sessionsOf(t, socket).end();
      assert.deepEqual([stdout, status], ['', 1]);
      assert.match(
        stderr,
        /^rexecd: control socket \S+: \S+ (is owned by uid 54998; it must be owned by root or by this account|must be a folder that only its owner can write to \(chmod go-w\))\n$/,
      );
    });

  it('says who may use it, where the caller may not', async (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o700);
    const socket = await impostor(t, folder, SESSIONS);
    const words = [`${ROOT}lib/cli/rexecd.ts`, 'sessions', '--control', socket];
    const drop = ['--reuid=54999', '--regid=54999', '--clear-groups', process.execPath]; // not as a stranger, whom all let in
    const { stdout, stderr, status } = await new Program(t, 'setpriv', [...drop, ...words], {
      stdin: '',
    }).end();
    assert.deepEqual([stdout, status], ['', 1]);
    assert.equal(
      stderr,
      `rexecd: control socket ${socket}: permission denied; only the account of the daemon and root may use it (try sudo)\n`,
    );
  });

  it('is missed with a word about those of root, where root has daemons', async (t) => {
    mkdirSync('/run/rexecd', { recursive: true, mode: 0o700 });
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    const { stderr } = await sessionsOf(t, join(folder, '512.sock')).end();
    assert.match(
      stderr,
      /: no daemon is listening there \(check --port\); for one that root runs, use sudo\n$/,
    );
    const { stderr: said } = await run(t, 'rexecd', ['sessions', '--control', join(folder, '512.sock')]);
    assert.match(said, /: no daemon is listening there \(check --port\)\n$/);
  });

  it('is not asked over a link in the place of the folder', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'theirs'));
    await impostor(t, join(folder, 'theirs'), SESSIONS);
    symlinkSync('theirs', join(folder, 'run'));
    await assert.rejects(tellDaemon(join(folder, 'run', '512.sock'), 'sessions'), /must be a folder/);
  });
});

describe('what a daemon answers (E8)', BOUNDED, () => {
  for (const [words, reply] of [
    [['sessions'], SESSIONS],
    [['sessions', '--json'], SESSIONS],
    [['status'], STATUS],
    [['status', '--json'], STATUS],
    [['health'], { result: { state: ESCAPES, summary: ESCAPES } }],
    [['metrics'], { result: ESCAPES }],
    [['metrics', '--json'], { result: [ESCAPES] }],
    [['lockouts'], { result: [{ subject: ESCAPES, failures: ESCAPES, seconds: ESCAPES }] }],
    [['unlock'], { result: ESCAPES }],
    [['reload'], { result: { changed: [ESCAPES] } }],
    [['kill', 'x'], { error: ESCAPES }],
  ] as const)
    it(`is escaped before it is printed: rexecd ${words.join(' ')}`, async (t) => {
      const folder = temporaryFolder(t);
      const socket = await impostor(t, folder, reply);
      const { stdout, stderr } = await run(t, 'rexecd', [...words, '--control', socket]);
      const said = Buffer.from(stdout + stderr, 'latin1').toString('utf8');
      assert.match(said, /owned/);
      assert.doesNotMatch(said, /[^\P{C}\n]/u);
    });
});
