import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Daemon } from '../../../lib/daemon/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';
import {
  anyone,
  BOUNDED,
  EventRecord,
  forEveryWay,
  nobody,
  request,
  startDaemon,
} from '../../support/daemon/daemon.ts';
import { noIpv6 } from '../../support/ipv6.ts';
import { listenForStderr } from '../../support/peer.ts';

describe('listening', BOUNDED, () => {
  it('tells the address and the port that was free', async (t) => {
    const daemon = await startDaemon(t);
    assert.ok(daemon.port > 0);
    assert.deepEqual(daemon.events.all('listening'), [{ address: '127.0.0.1', port: daemon.port }]);
  });

  it('rejects with the error of the system where the port is taken, and logs it', async (t) => {
    const { port } = await startDaemon(t);
    const events = new EventRecord();
    const second = new Daemon(loadSettings({}, { port, readerAccount: 'nobody' }), {
      authenticator: nobody,
      events,
    });
    await assert.rejects(second.listen(), { code: 'EADDRINUSE' });
    const [event] = events.all('listenFailed');
    assert.deepEqual([event?.address, event?.port], ['127.0.0.1', port]);
    assert.match(String(event?.cause), /^address already in use$/);
  });

  it('rejects an address that is not of this machine', async () => {
    const events = new EventRecord();
    const settings = loadSettings({}, { port: 0, host: '192.0.2.1', readerAccount: 'nobody' });
    const daemon = new Daemon(settings, { authenticator: nobody, events });
    await assert.rejects(daemon.listen(), { code: 'EADDRNOTAVAIL' });
  });

  it('is on port 512 of the loopback address unless told otherwise', () => {
    assert.deepEqual(loadSettings({}, {}).listen, ['127.0.0.1:512']);
  });
});

forEveryWay('a daemon that listens', (way) => {
  it('serves IPv6 peers, their stderr channel included', { skip: noIpv6 }, async (t) => {
    const daemon = await startDaemon(t, { host: '::1', authenticator: anyone(), ...way });
    const stderr = await listenForStderr(t, '::1');
    const peer = await daemon.connect();
    await peer.send(request('echo $RHOST; echo err >&2', stderr.port));
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    assert.equal(await peer.toEnd(), '\0::1\n');
  });

  it('serves IPv4 peers on a socket for both', { skip: noIpv6 }, async (t) => {
    const daemon = await startDaemon(t, { host: '::ffff:127.0.0.1', authenticator: anyone(), ...way });
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(request('echo "<$RHOST>"; echo err >&2', stderr.port));
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    assert.match(await peer.toEnd(), /^\0<127\.0\.0\.1>\n$/);
  });
});
