import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { REXEC_EXIT } from '../../lib/cli/programs/exit-codes.ts';
import { forBothPlans, PASSWORD, program as remoteProgram, startDaemon, USER } from '../support/daemon.ts';
import { startFakeDaemon } from '../support/fake-daemon.ts';
import { eventually } from '../support/peer.ts';
import { PATIENT, start } from '../support/program.ts';

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const HOST = '127.0.0.1';
const { SIGHUP, SIGINT, SIGQUIT, SIGUSR1 } = constants.signals;
const REPORT_SIGNALS = `exec sh ${remoteProgram('report-signals.sh')}`;

forBothPlans((stdio) => {
  it('rexec passes the signals it gets on to the remote command', async (t) => {
    const { port } = await startDaemon(t, { stdio });
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
    const { port } = await startDaemon(t, { stdio });
    const command = `sh ${remoteProgram('report-signals.sh')} & trap '' 15; wait; wait`;
    const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, command]);
    await program.says(/^ready$/m);
    program.child.kill('SIGTERM');
    assert.match((await program.end()).stdout, /^15$/m);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)
    it(`rexec exits like a remote command that died of ${signal}`, async (t) => {
      const { port } = await startDaemon(t, { stdio });
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
