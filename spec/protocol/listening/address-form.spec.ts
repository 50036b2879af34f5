import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { anyone, BOUNDED, PASSWORD, request, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { noIpv6 } from '../../support/ipv6.ts';
import { Machine, noMachine, QUICK } from '../../support/machine/machine.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const PEER = '127.0.0.7';

const connect = (t: Parameters<typeof Peer.connect>[0], port: number, from = PEER) =>
  Peer.connect(t, { host: '127.0.0.1', port, localAddress: from });

describe('an IPv4 peer of a socket for both families (C1)', { ...BOUNDED, skip: noIpv6 }, () => {
  it('has its dotted address in RHOST, events, sessions and its stderr channel', async (t) => {
    const daemon = await startDaemon(t, { host: '::', authenticator: anyone() });
    const stderr = await listenForStderr(t, PEER);
    const peer = await connect(t, daemon.port);
    await peer.send(request('echo "$RHOST"; echo err >&2; read line', stderr.port));
    const channel = await stderr.accepted;
    assert.deepEqual([channel.socket.remoteAddress, await channel.read(4)], ['127.0.0.1', 'err\n']);
    assert.equal(await peer.read(1 + PEER.length + 1), `\0${PEER}\n`);
    const name = `${PEER}:${peer.socket.localPort}`;
    assert.equal((await daemon.events.seen('loginAccepted')).peer, name);
    const summaries = await Promise.all(daemon.daemon.sessions.map(({ summary }) => summary));
    assert.deepEqual(
      summaries.map((each) => each?.peer),
      [name],
    );
  });

  it('is locked out under its dotted address', async (t) => {
    const daemon = await startDaemon(t, { host: '::', lockoutFailures: 1 });
    const peer = await connect(t, daemon.port);
    await peer.send(`\0${USER}\0wrong\0true\0`);
    assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
    assert.equal((await daemon.events.seen('lockedOut')).subject, `${USER} from ${PEER}`);
  });

  it('is refused under its dotted address', async (t) => {
    const daemon = await startDaemon(t, { host: '::', maxConnections: 2, maxConnectionsPerAddress: 1 });
    const first = await connect(t, daemon.port);
    await first.send('0');
    const second = await connect(t, daemon.port);
    assert.equal(await second.toEnd(), '\x01Try again.\n');
    const { peer } = await daemon.events.seen('connectionRefused');
    assert.equal(peer, `${PEER}:${second.socket.localPort}`);
  });

  it('has its dotted address over TLS, with the streams of a session in one connection or not', {
    skip: noOpenssl,
  }, async (t) => {
    const bench = new TlsBench();
    const daemon = await bench.start(t, { tlsHost: '::', authenticator: anyone() });
    const { stdout } = await bench.openssl(t, daemon, request('echo "$RHOST"')).end();
    assert.equal(stdout, '\x00127.0.0.1\n');
    const remote = exec('127.0.0.1', 'echo "$RHOST"', { ...bench.client(daemon), capture: true });
    assert.equal((await remote).stdout, '127.0.0.1\n');
    const silent = await connect(t, daemon.tlsPort);
    await silent.send('GET / HTTP/1.1\r\n\r\n');
    const { peer } = await daemon.events.seen('handshakeFailed');
    assert.equal(peer, `${PEER}:${silent.socket.localPort}`);
  });

  it('takes one place of its address, whichever socket it comes by', { skip: noOpenssl }, async (t) => {
    const bench = new TlsBench();
    const caps = { maxConnections: 3, maxConnectionsPerAddress: 1 };
    const daemon = await bench.start(t, { host: '127.0.0.1', tlsHost: '::', ...caps });
    const first = await connect(t, daemon.tlsPort);
    await first.send('\x16\x03\x01');
    const second = await connect(t, daemon.port);
    assert.equal(await second.toEnd(), '\x01Try again.\n');
  });
});

describe('an IPv6 peer (C1)', { ...BOUNDED, skip: noIpv6 }, () => {
  it('is named in events with its address in brackets', async (t) => {
    const daemon = await startDaemon(t, { host: '::', authenticator: anyone() });
    const peer = await Peer.connect(t, { host: '::1', port: daemon.port });
    await peer.send(request('echo "$RHOST"'));
    assert.equal(await peer.toEnd(), '\0::1\n');
    const { peer: name } = await daemon.events.seen('loginAccepted');
    assert.equal(name, `[::1]:${peer.socket.localPort}`);
  });
});

describe('access rules of PAM for an IPv4 peer (C1)', { ...BOUNDED, skip: noMachine || noIpv6 }, () => {
  let machine: Machine;
  const service = [
    'auth required pam_unix.so',
    'account required pam_access.so accessfile=/srv/access',
    'account required pam_unix.so',
  ].join('\n');

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD);
    machine.run('tee', ['/srv/access'], '- : ada : 127.0.3.0/24\n+ : ada : 127.0.0.0/16\n- : ALL : ALL\n');
  });
  after(() => machine.end());

  for (const host of ['::', '0.0.0.0'])
    it(`hold where the daemon listens on ${host}`, async (t) => {
      const daemon = await machine.rexecd({ service, flags: [...QUICK, '--host', host] });
      const answers = ['127.0.3.1', '127.0.0.9', '127.1.0.1'].map((from) =>
        daemon.answer(t, 'ada', PASSWORD, 'echo "$RHOST"', from),
      );
      const refused = '\x01Login incorrect.\n';
      assert.deepEqual(await Promise.all(answers), [refused, '\x00127.0.0.9\n', refused]);
    });
});
