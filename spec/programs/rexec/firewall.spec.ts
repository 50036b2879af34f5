import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { REXEC_EXIT } from '../../../lib/cli/programs/common/exit-codes.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { Firewall, noFirewall } from '../../support/machine/firewall.ts';
import { PATIENT, Program, ROOT } from '../../support/program.ts';

const STDERR_PORT = 5513;
const LOGIN = ['-l', USER, '-p', PASSWORD] as const;

describe('rexec behind a firewall', { ...PATIENT, skip: noFirewall, concurrency: true }, () => {
  /** Starts rexec on its side of the firewall. */
  const rexec = (t: TestContext, network: Firewall, words: readonly string[]): Program => {
    const [file = '', ...rest] = [...network.client, process.execPath, join(ROOT, 'lib/cli/rexec.ts')];
    return new Program(t, file, [...rest, ...LOGIN, ...words], { stdin: '' });
  };
  const daemonOf = (t: TestContext, network: Firewall) =>
    DaemonProcess.start(t, {
      through: network.daemon,
      settings: { host: network.host, keepAliveSeconds: 0, logLevel: 'error' },
    });

  it('keeps both connections of a silent command known to the firewall (C2)', async (t) => {
    const network = await Firewall.make(t, 3);
    const { port } = await daemonOf(t, network);
    const command = 'sleep 7; echo out; echo err >&2; exit 3';
    const words = ['--keep-alive', '1', '--port', `${port}`, network.host, command];
    const ended = await rexec(t, network, words).end();
    assert.deepEqual(ended, { stdout: 'out\n', stderr: 'err\n', status: 3 });
  });

  it('does not wait for a stderr channel that the firewall forgot: the exit status is unknown (C2)', async (t) => {
    const network = await Firewall.make(t, 600);
    const { port } = await daemonOf(t, network);
    const words = ['-e', `${STDERR_PORT}`, '--port', `${port}`, network.host];
    const program = rexec(t, network, [...words, 'echo ready; sleep 2; echo err >&2; exit 3']);
    await program.says(/ready\n/);
    network.cut(STDERR_PORT);
    const { stderr, status } = await program.end();
    assert.equal(status, REXEC_EXIT.REXEC_STATUS_UNKNOWN);
    assert.match(
      stderr,
      /^(?:rexec: 10\.198\.2\.2: standard output has ended.*\n)?rexec: 10\.198\.2\.2: (?:run|end): the stderr channel was lost: connection timed out\n/,
    );
  });
});
