import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { REXEC_EXIT } from '../../../lib/cli/programs/common/exit-codes.ts';
import { noInRexecd, startInRexecd } from '../../interop/fixtures/in-rexecd.ts';
import {
  forEveryWay,
  PASSWORD,
  program as remoteProgram,
  startDaemon,
  USER,
} from '../../support/daemon/daemon.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, type Program, run, start } from '../../support/program.ts';

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const HOST = '127.0.0.1';
const { SIGHUP, SIGINT, SIGQUIT, SIGUSR1 } = constants.signals;
const REPORT_SIGNALS = `exec sh ${remoteProgram('report-signals.sh')}`;

forEveryWay('rexec and signals', (way) => {
  it('rexec passes the signals it gets on to the remote command', async (t) => {
    const { port } = await startDaemon(t, way);
    const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, REPORT_SIGNALS]);
    await program.says(/^ready$/m);
    for (const [name, number] of Object.entries({ SIGHUP, SIGINT, SIGQUIT, SIGUSR1 })) {
      program.child.kill(name as NodeJS.Signals);
      await program.says(new RegExp(`^${number}$`, 'm'));
    }
    program.child.kill('SIGTERM');
    const { stdout, stderr, status } = await program.end();
    assert.deepEqual([stdout, stderr, status], ['ready\n1\n2\n3\n10\n15\n', '', 15]);
  });

  it('rexec passes a signal on to the whole group of the remote command', async (t) => {
    const { port } = await startDaemon(t, way);
    const command = `sh ${remoteProgram('report-signals.sh')} & trap '' 15; wait; wait`;
    const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, command]);
    await program.says(/^ready$/m);
    program.child.kill('SIGTERM');
    assert.match((await program.end()).stdout, /^15$/m);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)
    it(`rexec exits like a remote command that died of ${signal}`, async (t) => {
      const { port } = await startDaemon(t, way);
      const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, 'echo ready; exec sleep 600']);
      await program.says(/^ready$/m);
      program.child.kill(signal);
      assert.equal((await program.end()).status, 128 + constants.signals[signal]);
    });
});

describe('a signal that cannot be passed on', PATIENT, () => {
  it(`ends rexec: ${REXEC_EXIT.REXEC_ABORTED} for SIGINT before there is a second connection`, async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.field());
    const program = start(t, 'rexec', [...LOGIN, '--port', `${daemon.port}`, HOST, 'true']);
    await daemon.played; // it called
    program.child.kill('SIGINT');
    assert.equal((await program.end()).status, REXEC_EXIT.REXEC_ABORTED);
  });

  it('ends rexec: with --no-stderr, and the command loses its peer', async (t) => {
    const daemon = await startDaemon(t);
    const words = ['--no-stderr', '--port', `${daemon.port}`, HOST, 'echo ready; cat'];
    const program = start(t, 'rexec', [...LOGIN, ...words]);
    await program.says(/^ready$/m);
    program.child.kill('SIGTERM');
    assert.equal((await program.end()).status, 128 + constants.signals.SIGTERM);
    await eventually(() => daemon.daemon.sessions.length === 0, 'the command is over');
  });

  it('ends rexec: the third SIGINT, whatever the remote command does', async (t) => {
    const { port } = await startDaemon(t);
    const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, REPORT_SIGNALS]);
    await program.says(/^ready$/m);
    for (const reports of [/^2$/m, /^2\n2$/m]) {
      program.child.kill('SIGINT');
      await program.says(reports);
    }
    program.child.kill('SIGINT');
    assert.equal((await program.end()).status, 128 + constants.signals.SIGINT);
  });
});

describe('rexec with a daemon that says nothing', PATIENT, () => {
  /** rexec, whose command was accepted by a daemon that then reads and writes nothing. */
  async function startSilent(t: TestContext, ...words: readonly string[]): Promise<Program> {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0ready\n');
    });
    const host = words.includes('-w') ? [] : [HOST];
    const program = start(t, 'rexec', [...LOGIN, ...words, '--port', `${daemon.port}`, ...host, 'true']);
    await program.says(/ready$/m);
    return program;
  }

  for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGTERM', 'SIGINT'] as const)
    it(`ends at the third ${signal} (D9)`, async (t) => {
      const program = await startSilent(t);
      let ended = false;
      program.ended.then(
        () => (ended = true),
        () => {},
      );
      await eventually(() => !program.child.kill(signal) || ended, 'it ends');
      assert.equal((await program.end()).status, 128 + constants.signals[signal]);
    });

  it('ends after one SIGTERM, when nothing came for the time of --end-timeout (D9)', async (t) => {
    const program = await startSilent(t, '--end-timeout', '1');
    program.child.kill('SIGTERM');
    assert.equal((await program.end()).status, 128 + constants.signals.SIGTERM);
  });

  it('ends on several hosts after one SIGTERM, with a summary of what is known (D9)', async (t) => {
    const program = await startSilent(t, '--end-timeout', '1', '-w', HOST);
    program.child.kill('SIGTERM');
    const { stderr, status } = await program.end();
    assert.equal(status, 128 + constants.signals.SIGTERM);
    assert.match(stderr, /0 of 1 hosts succeeded/);
  });

  it('says that a Ctrl-C changed nothing, and ends at the next one (D6)', async (t) => {
    const program = await startSilent(t);
    program.child.kill('SIGINT');
    await eventually(() => /press Ctrl-C again to leave it\n/.test(program.stderr), 'it says so');
    program.child.kill('SIGINT');
    assert.equal((await program.end()).status, 128 + constants.signals.SIGINT);
  });
});

describe('rexec whose command left a process behind', { ...PATIENT, skip: await noInRexecd() }, () => {
  const LEAVES_ONE = 'sleep 600 >/dev/null </dev/null & echo $!';

  /** Words that call Debian's daemon, which keeps stderr open as long as any process does. */
  async function words(t: TestContext): Promise<string[]> {
    const daemon = await startInRexecd();
    t.after(async () => {
      await eventually(() => spawnSync('pgrep', ['-u', daemon.user]).status === 1, 'its processes are gone');
      daemon.end();
    });
    return ['-l', daemon.user, '-p', daemon.password, '--port', `${daemon.port}`, HOST];
  }

  it('says what it waits for, and for how long (D6)', async (t) => {
    const program = start(t, 'rexec', [...(await words(t)), LEAVES_ONE], { stdin: '' });
    const [, pid] = await program.says(/^(\d+)$/m);
    await eventually(() => /waiting/.test(program.stderr), 'it says so').finally(() =>
      process.kill(Number(pid)),
    );
    assert.equal((await program.end()).status, 0);
    assert.equal(
      program.stderr,
      `rexec: ${HOST}: standard output has ended, standard error has not; waiting until it is silent for 30 s\n`,
    );
  });

  it('gives it up after a silence of --end-timeout: the exit status is unknown (C2)', async (t) => {
    const { stdout, stderr, status } = await run(t, 'rexec', [
      '--end-timeout',
      '3',
      ...(await words(t)),
      LEAVES_ONE,
    ]);
    process.kill(Number(stdout));
    assert.equal(status, REXEC_EXIT.REXEC_STATUS_UNKNOWN);
    assert.match(stderr, /: end: standard output has ended, and the stderr channel was silent for 3 s\n/);
  });
});
