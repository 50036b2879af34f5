import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';

const WHOLE = request('true', '0');
const LABELS = ['port', 'username', 'password', 'command'] as const;

/** What strangers send first. */
const PROBES = {
  'an HTTP request': ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', '\x01port too long\n'],
  'a TLS ClientHello': ['\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03', '\x01invalid stderr port\n'],
  'an SSH banner': ['SSH-2.0-OpenSSH_9.2\r\n', '\x01port too long\n'],
  "nmap's question for the DNS version": [
    '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03',
    '\x01Login incorrect.\n',
  ],
  'nothing but NULs': ['\0'.repeat(5000), '\x01Login incorrect.\n'],
  'a megabyte without a NUL': ['x'.repeat(1024 * 1024), '\x01port too long\n'],
  'a scanner that tries 260 letters': [`\0${'x'.repeat(260)}\0xxx\0id\0`, '\x01username too long\n'],
} as const;

describe('a request that ends too early', BOUNDED, () => {
  it('is closed without a word where not a byte was sent', async (t) => {
    const daemon = await startDaemon(t);
    const peer = await daemon.connect();
    peer.halfClose();
    assert.equal(await peer.toEnd(), '');
    await daemon.events.seen('peerSilent');
    assert.deepEqual(daemon.events.all('requestRefused'), []);
    await daemon.assertServesNextPeer();
  });

  it('names the field in its answer, at every offset', async (t) => {
    const daemon = await startDaemon(t);
    for (let offset = 1; offset < WHOLE.length; offset += 1) {
      const peer = await daemon.connect();
      await peer.send(WHOLE.slice(0, offset));
      peer.halfClose();
      const label = LABELS[WHOLE.slice(0, offset).split('\0').length - 1];
      assert.equal(await peer.toEnd(), `\x01EOF reading ${label}\n`, `offset ${offset}`);
      const event = await daemon.events.seen('requestRefused', offset - 1);
      assert.equal(event.code, 'REXEC_TRUNCATED');
    }
    await daemon.assertServesNextPeer();
  });
});

/** What the log says of those whose first bytes tell. */
const STRANGERS = {
  'an HTTP request': [PROBES['an HTTP request'][0], 'the peer speaks HTTP or the like, not rexec'],
  'a TLS ClientHello': [
    PROBES['a TLS ClientHello'][0],
    'the peer speaks TLS to an address in clear text (setting listen)',
  ],
  'an SSH banner': [PROBES['an SSH banner'][0], 'the peer speaks SSH, not rexec'],
  'a PROXY line': [
    'PROXY TCP4 192.0.2.1 192.0.2.2 1024 512\r\n',
    'a PROXY header from an address that is no proxy (setting proxyFrom)',
  ],
  'a PROXY header of version 2': [
    '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0',
    'a PROXY header from an address that is no proxy (setting proxyFrom)',
  ],
  'a port in words': ['GET\0', 'the stderr port must be 0 or from 1 to 65535'],
} as const;

describe('a stranger', BOUNDED, () => {
  for (const [what, [bytes, cause]] of Object.entries(STRANGERS))
    it(`that sends ${what} is in the log as what it is`, async (t) => {
      const daemon = await startDaemon(t);
      const peer = await daemon.connect();
      peer.send(bytes).catch(() => {});
      assert.match(await peer.toEnd(), /^\x01(invalid stderr port|port too long)\n$/);
      assert.equal((await daemon.events.seen('requestRefused')).cause, cause);
    });

  for (const [what, [bytes, answer]] of Object.entries(PROBES))
    it(`that sends ${what} is told ${JSON.stringify(answer)}`, async (t) => {
      const daemon = await startDaemon(t);
      const peer = await daemon.connect();
      peer.send(bytes).catch(() => {});
      assert.equal(await peer.toEnd(), answer);
      const { all } = {
        all: (['requestRefused', 'loginRefused'] as const).flatMap((n) => daemon.events.all(n)),
      };
      assert.equal(all.length, 1);
      await daemon.assertServesNextPeer();
    });
});

describe('the time for a request', BOUNDED, () => {
  const SHORT = { requestSeconds: 0.4 } as const;
  const LATE = '\x01Timed out.\n';

  for (const [what, sent] of [
    ['nothing', ''],
    ['a port', '0\0'],
    ['a user', '0\0ada\0'],
    ['all but the last NUL', WHOLE.slice(0, -1)],
  ] as const)
    it(`is over for a peer that sends ${what} and waits`, async (t) => {
      const daemon = await startDaemon(t, SHORT);
      const peer = await daemon.connect();
      if (sent) await peer.send(sent);
      assert.equal(await peer.toEnd(), LATE);
      assert.equal((await daemon.events.seen('requestRefused')).code, 'REXEC_REQUEST_TIMEOUT');
      await daemon.assertServesNextPeer();
    });

  it('is not prolonged by a byte now and then', async (t) => {
    const daemon = await startDaemon(t, SHORT);
    const peer = await daemon.connect();
    const drip = setInterval(() => peer.send('0').catch(() => {}), 100);
    t.after(() => clearInterval(drip));
    await peer.send('\0');
    const word = setInterval(() => peer.send('u').catch(() => {}), 20);
    t.after(() => clearInterval(word));
    assert.equal(await peer.toEnd(), LATE);
  });

  it('does not count the command that runs', async (t) => {
    const daemon = await startDaemon(t, SHORT);
    const peer = await daemon.run('sleep 1; cat');
    peer.socket.end('still here');
    assert.equal(await peer.toEnd(), 'still here');
  });

  it('does not count the login that is checked', async (t) => {
    const daemon = await startDaemon(t, { requestSeconds: 0.1, refusalSeconds: 0.5 });
    assert.equal(await daemon.answer('\0eve\0x\0true\0'), '\x01Login incorrect.\n');
  });
});
