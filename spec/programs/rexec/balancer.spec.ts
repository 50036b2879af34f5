import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { REXEC_EXIT } from '../../../lib/cli/programs/common/exit-codes.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { Firewall, noFirewall } from '../../support/machine/firewall.ts';
import { findProgram, PATIENT, Program, ROOT, run, temporaryFolder } from '../../support/program.ts';

const HAPROXY = findProgram('haproxy');
const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const PORT = 5512; // of HAProxy
const SKIP = noFirewall || (!HAPROXY && 'needs haproxy (Debian: haproxy)');

describe('rexec behind a balancer, in clear text', { ...PATIENT, skip: SKIP }, () => {
  /** The network of a client, HAProxy and a daemon, each on a host of its own. */
  async function made(t: TestContext): Promise<Firewall> {
    const network = await Firewall.make(t, 600);
    const [outside, inside] = network.sides;
    const settings = { host: network.host, proxyFrom: [inside], logLevel: 'error' } as const;
    const { port } = await DaemonProcess.start(t, { through: network.daemon, settings });
    const file = join(temporaryFolder(t), 'haproxy.cfg');
    const lines = [
      'defaults',
      ' mode tcp',
      ' timeout connect 5s',
      ' timeout client 1h',
      ' timeout server 1h',
    ];
    const front = [
      'listen rexec',
      ` bind ${outside}:${PORT}`,
      ` server one ${network.host}:${port} send-proxy-v2`,
    ];
    writeFileSync(file, `${[...lines, ...front].join('\n')}\n`);
    const [nsenter = '', ...words] = network.wall;
    new Program(t, nsenter, [...words, HAPROXY!, '-db', '-f', file]);
    return network;
  }

  /** Runs rexec on the client's host, again while HAProxy does not listen yet. */
  async function rexec(t: TestContext, network: Firewall, more: readonly string[]) {
    const [nsenter = '', ...words] = [...network.client, process.execPath, join(ROOT, 'lib/cli/rexec.ts')];
    const [outside] = network.sides;
    const asked = [...LOGIN, ...more, '--port', `${PORT}`, outside, 'echo out; echo err >&2; exit 3'];
    for (;;) {
      const ended = await new Program(t, nsenter, [...words, ...asked], { stdin: '' }).end();
      if (ended.status !== REXEC_EXIT.REXEC_UNREACHABLE) return ended;
    }
  }

  it('has stderr and the exit status from a daemon at an address that it names', async (t) => {
    const network = await made(t);
    const ended = await rexec(t, network, ['--stderr-from', `192.0.2.1,${network.host}/31`]);
    assert.deepEqual(ended, { stdout: 'out\n', stderr: 'err\n', status: 3 });
  });

  it('takes no stderr channel from a daemon at another address than the one it called', async (t) => {
    const network = await made(t);
    const { stdout, status } = await rexec(t, network, ['--connect-timeout', '2']);
    assert.deepEqual([stdout, status], ['', REXEC_EXIT.REXEC_NO_STDERR]);
  });
});

describe('--stderr-from', PATIENT, () => {
  for (const [what, words, fault] of [
    ['a name', ['--stderr-from', 'localhost'], /Must be addresses and networks, such as 10\.0\.0\.0\/8\./],
    ['nothing', ['--stderr-from', ''], /Must be addresses and networks/],
    [
      'no stderr',
      ['--stderr-from', '10.0.0.1', '-a'],
      /--stderr-from and --no-stderr cannot be used together/,
    ],
  ] as const)
    it(`is not used with ${what}`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', [...LOGIN, ...words, '127.0.0.1', 'true']);
      assert.equal(status, REXEC_EXIT.usage);
      assert.match(stderr, fault);
    });
});
