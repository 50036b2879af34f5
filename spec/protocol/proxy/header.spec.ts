import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';
import { BOUNDED, type DaemonUnderTest, request, startDaemon } from '../../support/daemon/daemon.ts';
import { slices } from '../../support/machine/slices.ts';
import { eventually, listenForStderr, Peer } from '../../support/peer.ts';
import { PROXY, startProxy } from '../../support/proxy.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';
import { latin1 } from '../../vectors/vector.ts';

const CLIENT = '192.0.2.7';
const HEADER = `PROXY TCP4 ${CLIENT} 198.51.100.1 41699 512\r\n`;
const BINARY = '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\xa2\xe3\x02\0';
const LOCAL = '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0';
const PLACE = `${CLIENT}:41699`;

const start = (t: TestContext, more = {}) => startDaemon(t, { proxyFrom: [PROXY], ...more });
const through = async (t: TestContext, { host, port }: DaemonUnderTest, wire: string) => {
  const peer = await Peer.connect(t, { host, port, localAddress: PROXY });
  await peer.send(latin1(wire));
  return peer;
};
const answer = async (...words: Parameters<typeof through>) => (await through(...words)).toEnd();

describe('a connection that a proxy passes on', BOUNDED, () => {
  for (const [version, header] of [
    ['1', HEADER],
    ['2', BINARY],
  ] as const)
    it(`is served as its client's, by version ${version}`, async (t) => {
      const daemon = await start(t);
      assert.equal(await answer(t, daemon, `${header}${request('echo $RHOST')}`), `\0${CLIENT}\n`);
      assert.equal((await daemon.events.seen('loginAccepted')).peer, PLACE);
    });

  it('may come in pieces, cut anywhere', async (t) => {
    const daemon = await start(t);
    for (const [how, chunks] of slices(latin1(`${BINARY}${request('cat')}in`))) {
      const peer = await through(t, daemon, '');
      for (const chunk of chunks) await peer.send(chunk);
      peer.halfClose();
      assert.deepEqual([how, await peer.toEnd()], [how, '\0in']);
    }
  });

  it('that is a health check of the proxy is its own, and leaves without a word', async (t) => {
    const daemon = await start(t);
    const check = await through(t, daemon, LOCAL);
    check.halfClose();
    assert.equal(await check.toEnd(), '');
    assert.match(String((await daemon.events.seen('peerSilent')).peer), /^127\.0\.7\.1:/);
  });

  it('that is a health check and ends by a reset is no lost connection', async (t) => {
    const daemon = await start(t);
    const check = await through(t, daemon, LOCAL);
    await daemon.events.seen('connectionAccepted');
    check.reset();
    await daemon.events.seen('peerSilent');
    const client = await through(t, daemon, `${LOCAL}0\0ada`);
    await daemon.events.seen('connectionAccepted', 1);
    client.reset();
    await daemon.events.seen('peerVanished');
    assert.equal(daemon.events.all('peerVanished').length, 1);
  });

  it('is closed when no header comes, and the event names the proxy', async (t) => {
    const daemon = await start(t);
    for (const wire of [request('true'), 'PROXY TCP4 1.1.1.1\r\n', '\r\n\r\n\0\r\nQUIX\n'])
      assert.equal(await answer(t, daemon, wire).catch(() => ''), '');
    const { proxy, cause } = await daemon.events.seen('proxyHeaderRefused');
    assert.match(String(proxy), /^127\.0\.7\.1:\d+$/);
    assert.equal(cause, 'no PROXY header');
    assert.deepEqual(daemon.events.all('loginAccepted'), []);
    await daemon.assertServesNextPeer();
  });

  it('is closed when its header is cut short by the end', async (t) => {
    const daemon = await start(t);
    const peer = await through(t, daemon, HEADER.slice(0, 20));
    peer.halfClose();
    assert.equal(await peer.toEnd().catch(() => ''), '');
    assert.equal(
      (await daemon.events.seen('proxyHeaderRefused')).cause,
      'stream ended inside the PROXY header',
    );
  });

  it('is closed when its header does not come in time', async (t) => {
    const daemon = await start(t);
    const peer = await through(t, daemon, 'PROXY ');
    assert.equal(await peer.toEnd().catch(() => ''), '');
    assert.equal((await daemon.events.seen('proxyHeaderRefused')).cause, 'no PROXY header within 5 s');
  });

  it('takes no place before its header names a client, and then one of that client', async (t) => {
    const daemon = await start(t, { maxConnectionsPerAddress: 1 });
    const waiting = await through(t, daemon, '');
    const inside = await through(t, daemon, `${HEADER}${request('cat')}`);
    assert.equal(await inside.read(1), '\0');
    assert.equal(await answer(t, daemon, `${HEADER}${request('true')}`), '\x01Try again.\n');
    const other = HEADER.replace(CLIENT, '192.0.2.8');
    assert.equal(await answer(t, daemon, `${other}${request('echo in')}`), '\0in\n');
    await waiting.send(latin1(`${HEADER.replace(CLIENT, '192.0.2.10')}${request('echo in')}`));
    assert.equal(await waiting.toEnd(), '\0in\n');
    inside.halfClose();
  });

  it('is denied by the address of its client, and not by that of the proxy', async (t) => {
    const daemon = await start(t, { allowAddresses: ['192.0.2.0/24'], denyAddresses: ['192.0.2.9', PROXY] });
    assert.equal(await answer(t, daemon, `${HEADER}${request('echo in')}`), '\0in\n');
    const denied = HEADER.replace(CLIENT, '192.0.2.9');
    assert.equal(await answer(t, daemon, `${denied}${request('true')}`), '\x01Permission denied.\n');
    assert.equal((await daemon.events.seen('addressDenied')).peer, '192.0.2.9:41699');
  });

  it('is closed everywhere if the address of its client is denied without a word', async (t) => {
    const daemon = await start(t, { allowAddresses: ['192.0.2.8'], addressRefusal: 'close' });
    assert.equal(await answer(t, daemon, `${HEADER}${request('true')}`).catch(() => ''), '');
    assert.equal((await daemon.events.seen('addressDenied')).peer, PLACE);
  });

  it('waits for a place with what came with its header', async (t) => {
    const daemon = await start(t, { maxConnections: 1, overflow: 'queue' });
    const inside = await daemon.run('cat');
    const waiting = await through(t, daemon, `${HEADER}${request('cat')}in`);
    await eventually(() => daemon.daemon.state.waiting === 1, 'it waits');
    inside.halfClose();
    assert.equal(await waiting.read(3), '\0in');
    waiting.halfClose();
    await waiting.toEnd();
  });

  it('ends nothing but itself if it is reset with all of its request while it waits for a place', async (t) => {
    const daemon = await start(t, { maxConnections: 1, overflow: 'queue' });
    const inside = await daemon.run('cat');
    const waiting = await through(t, daemon, `${HEADER}${request('true')}`);
    await eventually(() => daemon.daemon.state.waiting === 1, 'it waits');
    waiting.reset();
    inside.halfClose();
    assert.equal((await daemon.events.seen('peerVanished')).peer, PLACE);
    assert.deepEqual(daemon.events.all('readerDied'), []);
  });

  it('locks out its client, and no other one of the proxy', async (t) => {
    const daemon = await start(t, { lockoutFailures: 2, lockoutSeconds: 60 });
    const wrong = '0\0ada\0wrong\0true\0';
    for (let turn = 0; turn < 3; turn += 1) await answer(t, daemon, `${HEADER}${wrong}`);
    assert.equal(await answer(t, daemon, `${HEADER}${request('true')}`), '\x01Login incorrect.\n');
    const other = HEADER.replace(CLIENT, '192.0.2.8');
    assert.equal(await answer(t, daemon, `${other}${request('echo in')}`), '\0in\n');
  });

  for (const near of ['127.0.0.1', '127.0.7.1', '169.254.1.1', '0.0.0.0', '224.0.0.1', '255.255.255.255'])
    it(`is not called back at ${near} because its header says so`, async (t) => {
      const stderr = await listenForStderr(t);
      const daemon = await start(t);
      const header = HEADER.replace(CLIENT, near);
      const wire = `${header}${request('true', stderr.port)}`;
      assert.equal(await answer(t, daemon, wire), '\x01Cannot connect to the stderr port.\n');
      const { code, cause } = await daemon.events.seen('requestRefused');
      assert.equal(code, 'REXEC_STDERR_UNREACHABLE');
      assert.equal(cause, `no connection to ${near} because a PROXY header names it`);
    });

  for (const [whose, header] of [
    ['the proxy itself', LOCAL],
    ['somebody whom the proxy does not know', 'PROXY UNKNOWN\r\n'],
    ['a client of a unix socket', `\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8${'/'.repeat(216)}`],
  ] as const)
    it(`of ${whose} is served as the proxy's, and not called back`, async (t) => {
      const stderr = await listenForStderr(t, PROXY);
      const daemon = await start(t);
      assert.equal(await answer(t, daemon, `${header}${request('echo $RHOST')}`), `\0${PROXY}\n`);
      const wire = `${header}${request('true', stderr.port)}`;
      assert.equal(await answer(t, daemon, wire), '\x01Cannot connect to the stderr port.\n');
      const { cause } = await daemon.events.seen('requestRefused');
      assert.equal(cause, `no connection to the proxy ${PROXY}, which named no client`);
    });

  it('is called back at the address of its header, wherever else that is', async (t) => {
    const daemon = await start(t, { connectBackSeconds: 0.2 });
    const wire = `${HEADER.replace(CLIENT, '203.0.113.9')}${request('true', 40_000)}`;
    assert.equal(await answer(t, daemon, wire), '\x01Cannot connect to the stderr port.\n');
    assert.match(String((await daemon.events.seen('requestRefused')).cause), /^stderr port 40000: /);
  });

  it('comes from those whom the settings name since the last reload', async (t) => {
    const daemon = await start(t);
    const reload = (more: object) =>
      daemon.daemon.reload(loadSettings({}, { ...daemon.daemon.settings, ...more }));
    await reload({ proxyFrom: [] });
    assert.equal(await daemon.answer(request('echo in'), PROXY), '\0in\n');
    await reload({ proxyFrom: ['127.0.7.0/24'] });
    assert.equal(await answer(t, daemon, `${HEADER}${request('echo in')}`), '\0in\n');
  });

  it('is refused while the daemon stops', async (t) => {
    const daemon = await start(t);
    const inside = await daemon.run('cat');
    const waiting = await through(t, daemon, '');
    await daemon.answer(request('true'), PROXY).catch(() => {}); // the one before was accepted
    const stopped = daemon.daemon.stop();
    await daemon.events.seen('stopping');
    await waiting.send(latin1(`${HEADER}${request('true')}`));
    assert.equal(await waiting.toEnd(), '\x01Try again.\n');
    inside.halfClose();
    await stopped;
  });
});

describe('a connection by TLS that a proxy passes on', { ...BOUNDED, skip: noOpenssl }, () => {
  for (const [version, header] of [
    ['1', HEADER],
    ['2', BINARY],
  ] as const)
    it(`may begin in one piece with its header, of version ${version}`, async (t) => {
      const bench = new TlsBench();
      const daemon = await bench.start(t, { proxyFrom: [PROXY] });
      const port = await startProxy(t, daemon.tlsPort, header);
      const remote = exec(
        'localhost',
        'echo $RHOST; cat; exit 7',
        bench.client(daemon, { port, capture: true }),
      );
      remote.stdin.end('in');
      assert.partialDeepStrictEqual(await remote, { exitCode: 7, stdout: `${CLIENT}\nin` });
    });
});

describe('a check of a proxy for TLS', { ...BOUNDED, skip: noOpenssl }, () => {
  for (const [how, leave, first] of [
    ['is reset', (peer: Peer) => peer.reset(), ''],
    ['ends', (peer: Peer) => peer.halfClose(), ''],
    ['ends in its handshake', (peer: Peer) => peer.halfClose(), '\x16\x03\x01'],
  ] as const)
    it(`leaves its place at once if it ${how} before it has one`, async (t) => {
      const more = { proxyFrom: [PROXY], maxConnections: 1, overflow: 'queue', requestSeconds: 120 } as const;
      const daemon = await new TlsBench().start(t, more);
      const inside = await daemon.run('cat');
      const place = { host: daemon.host, port: daemon.tlsPort, localAddress: PROXY };
      const checks = await Promise.all([1, 2, 3].map(() => Peer.connect(t, place)));
      for (const each of checks) await each.send(latin1(LOCAL + first));
      await eventually(() => daemon.daemon.state.waiting === checks.length, 'they wait');
      for (const each of checks) leave(each);
      inside.halfClose();
      await daemon.events.seen(first === '' ? 'peerSilent' : 'handshakeFailed', checks.length - 1);
      await daemon.assertServesNextPeer();
      assert.deepEqual(daemon.events.all('readerDied'), []);
    });
});

describe('a PROXY header from anybody else', BOUNDED, () => {
  for (const [version, header] of [
    ['1', HEADER],
    ['2', BINARY],
  ] as const)
    it(`of version ${version} is a port that is none`, async (t) => {
      const daemon = await start(t);
      const peer = await daemon.connect();
      await peer.send(latin1(`${header}${request('true')}`));
      assert.match(await peer.toEnd(), /^\x01/);
      const { peer: who, code } = await daemon.events.seen('requestRefused');
      assert.match(String(who), /^127\.0\.0\.1:/);
      assert.match(String(code), /^REXEC_(PORT_INVALID|FIELD_TOO_LONG)$/);
    });
});

describe('the networks of proxies', () => {
  for (const all of ['0.0.0.0/0', '::/0'])
    it(`are not ${all}, which is everybody`, () => {
      assert.throws(
        () => loadSettings({}, { proxyFrom: [all] }),
        /--proxy-from: invalid value .* but not all addresses/,
      );
    });
});
