import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { noFirewall } from '../../support/machine/firewall.ts';
import { noNetwork, PrivateNetwork } from '../../support/machine/private-network.ts';
import { PATIENT, Program, ROOT, temporaryFolder } from '../../support/program.ts';

const SILENT = '10.199.0.2';
/** Its first packet, the first SYN, is lost; the system sends the next one a second later. */
const SLOW = '10.199.0.3';
const REFUSING = ['10.199.0.4', '10.199.0.5', 'fd99::4', 'fd99::5'] as const;
const SERVING = ['10.199.0.6', 'fd99::6'] as const;
const PORT = 10_000;

const NETWORK = `
  for each in 2 3 4 5 6; do ip addr add 10.199.0.$each/32 dev lo; ip addr add fd99::$each/128 dev lo; done
  nft -f - <<'END'
    table inet wall {
      chain in {
        type filter hook input priority 0;
        ip daddr ${SILENT} drop
        ip daddr ${SLOW} tcp dport ${PORT} quota 60 bytes drop
      }
    }
END
`;

describe('a host with several addresses', { ...PATIENT, skip: noNetwork || noFirewall }, () => {
  /** Runs a command on the host with these addresses, which the real resolver finds; a daemon listens on one of them. */
  async function runOn(t: TestContext, addresses: readonly string[], at: string, ...flags: string[]) {
    const network = await PrivateNetwork.make(t, NETWORK);
    const settings = { host: at, port: PORT, logLevel: 'error' } as const;
    await DaemonProcess.start(t, { through: network.entry, settings });
    const hosts = join(temporaryFolder(t), 'hosts');
    writeFileSync(hosts, addresses.map((address) => `${address} many.test\n`).join(''));
    const seesHosts = [
      'unshare',
      '--mount',
      'sh',
      '-ec',
      `mount --bind '${hosts}' /etc/hosts; exec "$@"`,
      'sh',
    ];
    const rexec = [process.execPath, join(ROOT, 'lib/cli/rexec.ts'), '-l', USER, '-p', PASSWORD];
    const words = [...seesHosts, ...rexec, '--port', `${PORT}`, ...flags, 'many.test', 'echo here'];
    const [file = '', ...rest] = [...network.entry, ...words];
    return new Program(t, file, rest, { stdin: '' }).end();
  }
  const reached = { stdout: 'here\n', stderr: '', status: 0 };

  it('is waited for longer than Node does: the first address answers after a second (C4)', async (t) => {
    assert.deepEqual(await runOn(t, [SLOW, REFUSING[0]], SLOW), reached);
  });

  it('is reached although addresses before the right one are silent or refuse (C4)', async (t) => {
    const addresses = [SILENT, REFUSING[0], REFUSING[1], SERVING[0]];
    assert.deepEqual(await runOn(t, addresses, SERVING[0]), reached);
  });

  it('has a share of a short time limit for each address (C4)', async (t) => {
    assert.deepEqual(await runOn(t, [SILENT, SERVING[0]], SERVING[0], '--connect-timeout', '0.8'), reached);
  });

  for (const [flag, serving] of [
    ['-4', SERVING[0]],
    ['-6', SERVING[1]],
  ] as const)
    it(`is tried at each address of a family with ${flag} (C4)`, async (t) => {
      assert.deepEqual(await runOn(t, [...REFUSING, serving], serving, flag), reached);
    });

  it('cannot be reached if each address fails, and every reason is reported (C4)', async (t) => {
    const { stderr, status } = await runOn(t, [REFUSING[0], REFUSING[1]], SERVING[0], '-4');
    assert.equal(status, 68);
    for (const address of [REFUSING[0], REFUSING[1]])
      assert.match(stderr, new RegExp(`connection refused \\(${address} port`));
  });

  it('cannot be reached if an address stays silent for the time limit (C4)', async (t) => {
    const { stderr, status } = await runOn(t, [SILENT, REFUSING[0]], SERVING[0], '--connect-timeout', '0.8');
    assert.equal(status, 68);
    assert.match(stderr, /the connection timed out/);
  });
});
