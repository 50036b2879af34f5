import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { loadSettings } from '../../../lib/settings/index.ts';
import { anyone, BOUNDED, type DaemonUnderTest, request, startDaemon } from '../../support/daemon/daemon.ts';
import { noIpv6 } from '../../support/ipv6.ts';
import { Machine, noMachine, QUICK } from '../../support/machine/machine.ts';
import { Peer } from '../../support/peer.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const HOSTS = ['127.0.0.1', '0.0.0.0', ...(!noIpv6 ? ['::', '::1'] : [])];
const REACHED: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

async function serves(t: TestContext, port: number, host: string): Promise<void> {
  const peer = await Peer.connect(t, { host, port });
  await peer.send(request('echo served'));
  assert.equal(await peer.toEnd(), '\0served\n', host);
}

const refusesAt = async (t: TestContext, port: number, host: string): Promise<void> =>
  assert.rejects(Peer.connect(t, { host, port }), { code: 'ECONNREFUSED' });

describe('a daemon with several addresses', BOUNDED, () => {
  it('serves all of them, and at a reload keeps those that stay', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), listen: ['127.0.0.1:0', '127.0.0.2:0'] });
    const [first, second] = daemon.daemon.allAddresses.map(({ port }) => port) as [number, number];
    await serves(t, first, '127.0.0.1');
    await serves(t, second, '127.0.0.2');
    const listen = ['127.0.0.3:0', `127.0.0.2:${second}`];
    await daemon.daemon.reload(loadSettings({}, { ...daemon.daemon.settings, listen }));
    const [third, kept] = daemon.daemon.allAddresses as unknown as [AddressInfo, AddressInfo];
    assert.deepEqual([third.address, kept.address, kept.port], ['127.0.0.3', '127.0.0.2', second]);
    await serves(t, third.port, '127.0.0.3');
    await serves(t, second, '127.0.0.2');
    await refusesAt(t, first, '127.0.0.1');
    assert.equal(daemon.events.all('listening').length, 3, 'the one that stays was not opened again');
  });

  it('gives up none of them if one of the next cannot be had', async (t) => {
    const other = await startDaemon(t, { authenticator: anyone() });
    const daemon = await startDaemon(t, { authenticator: anyone(), listen: ['127.0.0.1:0', '127.0.0.2:0'] });
    const before = daemon.daemon.allAddresses;
    const listen = ['127.0.0.3:0', `127.0.0.1:${other.port}`];
    const next = loadSettings({}, { ...daemon.daemon.settings, listen });
    await assert.rejects(daemon.daemon.reload(next), { code: 'EADDRINUSE' });
    assert.deepEqual(daemon.daemon.allAddresses, before);
    for (const { address, port } of before) await serves(t, port, address);
  });
});

describe('another host on the same port (E9)', BOUNDED, () => {
  const start = (t: TestContext, more = {}) => startDaemon(t, { authenticator: anyone(), ...more });
  const reload = ({ daemon, port }: DaemonUnderTest, host: string, more = {}) =>
    daemon.reload(loadSettings({}, { ...daemon.settings, port, host, ...more }));

  for (const from of HOSTS)
    it(`is listened on instead of ${from} from one connection to the next`, async (t) => {
      const daemon = await start(t, { host: from });
      const { port } = daemon;
      for (const to of [...HOSTS, from]) {
        const before = await Peer.connect(t, { host: REACHED[from] ?? from, port });
        await reload(daemon, to);
        await serves(t, port, REACHED[to] ?? to);
        assert.equal(daemon.daemon.port, port);
        await before.send(request('echo before'));
        assert.equal(await before.toEnd(), '\0before\n', 'a connection that was open stays');
        await reload(daemon, from);
        await serves(t, port, REACHED[from] ?? from);
      }
      assert.deepEqual(daemon.events.all('listenFailed'), []);
    });

  it('is not given up for one that another program has, and is listened on again', async (t) => {
    const other = createServer((socket) => socket.end());
    t.after(() => other.close());
    other.listen(0, '127.0.0.2');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const daemon = await start(t, { port });
    await assert.rejects(reload(daemon, '0.0.0.0'), { code: 'EADDRINUSE' });
    await serves(t, port, '127.0.0.1');
    assert.equal(daemon.events.all('listenFailed').length, 1);
  });

  it('may be that of the TLS listener: ports are exchanged', { skip: noOpenssl }, async (t) => {
    const tls = new TlsBench().settings;
    const daemon = await start(t, tls);
    const { plain, tls: secure } = daemon.daemon.addresses;
    await reload(daemon, '127.0.0.1', { ...tls, port: secure!.port, tlsPort: plain!.port });
    await serves(t, secure!.port, '127.0.0.1');
    assert.equal(daemon.daemon.addresses.tls!.port, plain!.port);
    await reload(daemon, '127.0.0.1', { ...tls, tlsMode: 'only', port: secure!.port, tlsPort: secure!.port });
    await refusesAt(t, plain!.port, '127.0.0.1');
  });

  it('is never listened on after the daemon was told to stop (E15)', async (t) => {
    const daemon = await start(t);
    const reloaded = reload(daemon, '0.0.0.0');
    const stopped = daemon.daemon.stop();
    await assert.rejects(reloaded, /the daemon is stopping/);
    await stopped;
    await refusesAt(t, daemon.port, '127.0.0.1');
  });
});

describe('a host name with several addresses (E14)', {
  ...BOUNDED,
  skip: noMachine || noIpv6,
}, () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', 's3cret');
    machine.shell("printf '::1 both\\n127.0.0.1 both\\n127.0.0.1 half\\n192.0.2.9 half\\n' > /etc/hosts");
  }, BOUNDED);
  after(() => machine?.end());

  const answerAt = async (t: TestContext, port: number, host: string) => {
    const peer = await Peer.connect(t, { host, port });
    await peer.send('\0ada\0s3cret\0echo served\0');
    return peer.toEnd();
  };

  it('is listened on at all of them, on one port, and the event at the start names them', async (t) => {
    const daemon = await machine.rexecd({ flags: [...QUICK, '--host', 'both'] });
    for (const host of ['127.0.0.1', '::1'])
      assert.equal(await answerAt(t, daemon.port, host), '\0served\n', host);
    await daemon.seen(
      new RegExp(`REXECD-105 .*addresses="127\\.0\\.0\\.1:${daemon.port} \\[::1\\]:${daemon.port}"`),
    );
  });

  it('is listened on at those that the machine has, and the event names the others', async (t) => {
    const daemon = await machine.rexecd({ flags: [...QUICK, '--host', 'half'] });
    assert.equal(await answerAt(t, daemon.port, '127.0.0.1'), '\0served\n');
    await daemon.seen(/REXECD-110 .*192\.0\.2\.9.*address not available/);
  });
});
