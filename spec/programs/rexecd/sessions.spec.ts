import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { eventually, Peer } from '../../support/peer.ts';
import {
  isAlive,
  PATIENT,
  run,
  start,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../support/terminal.ts';

/** A daemon with a settings file, and how to talk to it. */
async function served(t: TestContext, text = '') {
  const folder = temporaryFolder(t);
  const config = join(folder, 'rexecd.toml');
  const socket = join(folder, 'run', 'control.sock');
  const users = usersFileOf(t);
  const write = (more: string) => writeFileSync(config, `users = "${users}"\n${more}\n`);
  write(text);
  const flags = ['--config', config, '--control', socket, '--log-level', 'info'];
  const { daemon, port } = await startRexecd(t, flags);
  return {
    daemon,
    port,
    write,
    socket,
    watch: () => start(t, 'rexecd', ['sessions', '--watch', '--control', socket]),
    tell: (...words: string[]) => run(t, 'rexecd', [...words, '--control', socket]),
    call: (command: string) =>
      start(t, 'rexec', ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', command]),
  };
}

describe('sessions from the command line', PATIENT, () => {
  it('are a table with headings, and ended one by one', async (t) => {
    const { tell, call } = await served(t);
    assert.equal((await tell('sessions')).stdout, 'no sessions\n');
    const remote = call("echo $$; : '\u001b[31m'; exec sleep 600");
    const [pid] = await remote.says(/^\d+\n/);
    const [head = '', line = ''] = (await tell('sessions')).stdout.split('\n');
    assert.match(head, /^ID +USER +ADDRESS +AGE +STATE +COMMAND$/);
    const [, id = ''] =
      new RegExp(`^([0-9a-f]{12}) +${USER} +127\\.0\\.0\\.1 +\\d+ s +running +echo `).exec(line) ?? [];
    assert.ok(id, line);
    assert.ok(line.includes('; exec sleep 600') && !line.includes('\u001b'), 'and is safe for a terminal');
    assert.equal((await tell('kill', id)).stdout, `ending session ${id}\n`);
    assert.equal((await remote.end()).status, 129, '128 and SIGHUP');
    assert.ok(!isAlive(Number(pid)));
    const { stderr, status } = await tell('kill', id);
    assert.deepEqual([stderr, status], [`rexecd: no session ${id}\n`, 1]);
  });

  it('are told to programs with all that is known of them', async (t) => {
    const { tell, call, daemon } = await served(t);
    const before = Date.now();
    const remote = call('echo $$ $PPID; exec sleep 600');
    const [, pid, host] = await remote.says(/^(\d+) (\d+)\n/);
    const [session] = JSON.parse((await tell('sessions', '--json')).stdout);
    const { id, peer, since, seconds, received, sent, localUser, stderrPort, ...rest } = session;
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.match(peer, /^127\.0\.0\.1:\d+$/);
    assert.ok(since >= before - 1000 && since <= Date.now(), `${since}`);
    assert.ok(seconds >= 0 && received >= 0 && sent > 0 && stderrPort > 0 && localUser !== '');
    assert.deepEqual(rest, {
      ...{ state: 'running', address: '127.0.0.1', secure: false, channel: 'port' },
      ...{ user: USER, command: 'echo $$ $PPID; exec sleep 600', pid: Number(pid), hostPid: Number(host) },
    });
    assert.notEqual(session.hostPid, daemon.pid);
  });
});

describe('rexecd sessions --watch', PATIENT, () => {
  it('prints a line for each change where there is no terminal, and ends with 0 on Ctrl-C', async (t) => {
    const { watch, call } = await served(t);
    const watching = watch();
    const remote = call('exec sleep 600');
    await watching.says(
      new RegExp(`^[-\\d]+ [:\\d]+ [0-9a-f]{12} running ${USER} 127\\.0\\.0\\.1 exec sleep 600$`, 'm'),
    );
    remote.child.kill('SIGTERM');
    await watching.says(/ ended /);
    watching.child.kill('SIGINT');
    const { stdout, stderr, status } = await watching.end();
    assert.deepEqual([stderr, status], ['', 0]);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  it('draws a table again and again on a terminal, as wide as that', ON_A_TERMINAL, async (t) => {
    const { socket, call } = await served(t);
    const watch = lineFor('rexecd', ['sessions', '--watch', '--control', socket]);
    const terminal = onTerminal(t, `stty cols 60 rows 10; exec ${watch}`);
    await terminal.says(/\u001b\[H\u001b\[Jno sessions/);
    call(`exec sleep 600 # ${'x'.repeat(200)}`);
    const [, line = ''] = await terminal.says(/\u001b\[1mID .*\r\n(.* running .*)\r\n/);
    assert.equal(Buffer.from(line, 'latin1').toString().length, 60);
    terminal.child.stdin.write('\u0003');
    assert.equal((await terminal.end()).status, 0);
  });
});

describe('a session whose peer has not sent its request', PATIENT, () => {
  for (const request of ['', '\0', '\0ada\0'])
    it(`ends when it is killed after ${JSON.stringify(request)}`, async (t) => {
      const { tell, port } = await served(t);
      const peer = await Peer.connect(t, { port, host: '127.0.0.1' });
      await peer.send(request);
      const list = async () => (await tell('sessions')).stdout;
      await eventually(async () => (await list()).includes(' receiving'), 'it is listed');
      const [id = ''] = (await list()).split('\n')[1]!.split(' ');
      assert.equal((await tell('kill', id)).stdout, `ending session ${id}\n`);
      await eventually(async () => (await list()) === 'no sessions\n', 'it has ended');
      await peer.toEnd().catch(() => {}); // or a reset
    });
});

describe('settings of a running daemon', PATIENT, () => {
  for (const how of ['reload', 'SIGHUP'] as const)
    it(`are read again by ${how}`, async (t) => {
      const { daemon, tell, call, write } = await served(t);
      assert.equal((await call('echo in').end()).stdout, 'in\n');
      write('[limits]\nmaxConnections = 1\noverflow = "refuse"');
      if (how === 'SIGHUP') daemon.child.kill('SIGHUP');
      else assert.equal((await tell('reload')).stdout, 'changed: limits.maxConnections\n');
      const event = 'REXECD-103 settings reloaded: changed="limits.maxConnections"';
      await eventually(() => daemon.stderr.includes(event), 'the event');
      const first = call('echo first; exec sleep 600');
      await first.says(/first/);
      assert.match((await call('true').end()).stderr, /Try again\./);
    });

  it('change where and what the log writes', async (t) => {
    const { daemon, tell, call, write } = await served(t);
    const file = join(temporaryFolder(t), 'rexecd.log');
    await call('echo before').end();
    write(`[log]\nsinks = ["file"]\nformat = "json"\nfile = "${file}"`);
    assert.equal((await tell('reload')).stdout, 'changed: log.sinks log.format log.file\n');
    await call('echo after').end();
    await eventually(() => readFileSync(file, 'utf8').includes('commandEnded'), 'the events');
    const events = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(events.some(({ event, command }) => event === 'commandStarted' && command === 'echo after'));
    assert.ok(daemon.stderr.includes('echo before') && !daemon.stderr.includes('echo after'));
  });

  it('stay as they are when the file is bad, and the error names file, line, key and what is allowed', async (t) => {
    const { daemon, tell, call, write } = await served(t);
    for (const [text, problem] of [
      [
        'maxConnections = 0',
        /rexecd\.toml:2: maxConnections: invalid value 0; allowed: whole number from 1 to 1000000/,
      ],
      [
        'maxConections = 1',
        /rexecd\.toml:2: unknown setting maxConections; did you mean limits\.maxConnections\?/,
      ],
      ['maxConnections = ', /rexecd\.toml:2: /],
    ] as const) {
      write(text);
      const { stderr, status } = await tell('reload');
      assert.match(stderr, problem);
      assert.equal(status, 1);
      assert.equal((await call('echo in').end()).stdout, 'in\n');
    }
    assert.equal(daemon.stderr.match(/REXECD-113 cannot reload settings/g)?.length, 3);
  });
});
