import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, listenForStderr, Peer, within } from '../../support/peer.ts';
import { temporaryFolder } from '../../support/program.ts';
import { Authority } from '../../support/tls/certificates.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const TLS = { ...BOUNDED, skip: noOpenssl } as const;
const bench = noOpenssl ? undefined! : new TlsBench();

describe('over TLS, openssl s_client', TLS, () => {
  for (const version of ['-tls1_2', '-tls1_3'])
    forEveryWay(`s_client ${version}`, (way) => {
      it(`runs a command by ${version}, relayed`, async (t) => {
        const daemon = await bench.start(t, way);
        const wire = `${request('echo out; echo err >&2; head -c 5')}input`;
        const { stdout, status } = await bench.openssl(t, daemon, wire, version).end();
        assert.deepEqual([stdout, status], ['\0out\nerr\ninput', 0]);
      });
    });

  it('is told what is refused', async (t) => {
    const daemon = await bench.start(t);
    const { stdout } = await bench.openssl(t, daemon, '\0ada\0wrong\0true\0', '-alpn', 'rexec').end();
    assert.equal(stdout, '\x01Login incorrect.\n');
  });

  it('gets no older version, and no other protocol', async (t) => {
    const daemon = await bench.start(t, { tlsMinimumVersion: 'TLSv1.3' });
    const faults = { 'unsupported protocol': ['-tls1_2'], 'no application protocol': ['-alpn', 'http/1.1'] };
    for (const [nth, [cause, words]] of Object.entries(faults).entries()) {
      assert.notEqual((await bench.openssl(t, daemon, '', ...words).end()).status, 0);
      assert.equal((await daemon.events.seen('handshakeFailed', nth)).cause, cause);
    }
  });
});

describe('a peer that does not finish the handshake', TLS, () => {
  for (const [what, bytes, cause] of [
    ['speaks rexec in clear text', request('true'), 'wrong version number'],
    ['speaks HTTP', 'GET / HTTP/1.1\r\n\r\n', 'http request'],
    ['leaves inside it', '\x16\x03\x01\x02\0\x01', 'the peer closed the connection'],
  ] as const)
    it(`is let go and told of when it ${what}`, async (t) => {
      const daemon = await bench.start(t);
      const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.tlsPort });
      const { localPort } = peer.socket;
      await peer.send(bytes);
      peer.halfClose();
      await peer.toEnd();
      const { cause: told, peer: who } = await daemon.events.seen('handshakeFailed');
      assert.deepEqual([told, who], [cause, `127.0.0.1:${localPort}`]);
      await daemon.assertServesNextPeer();
    });

  it('is nothing to tell of when it says nothing', async (t) => {
    const daemon = await bench.start(t);
    const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.tlsPort });
    peer.halfClose();
    await peer.toEnd();
    await daemon.events.seen('peerSilent');
    assert.deepEqual(daemon.events.all('handshakeFailed'), []);
  });

  it('takes a place, until the deadline of the request', async (t) => {
    const daemon = await bench.start(t, { maxConnections: 1, requestSeconds: 0.6 });
    const slow = await Peer.connect(t, { host: '127.0.0.1', port: daemon.tlsPort });
    await slow.send('\x16\x03\x01\x02\0\x01');
    await eventually(() => slow.socket.bytesWritten > 0, 'it has begun');
    assert.equal(await daemon.answer(request('true')), '\x01Try again.\n');
    await slow.toEnd().catch(() => {});
    assert.match(String((await daemon.events.seen('handshakeFailed')).cause), /timeout/i);
    await daemon.assertServesNextPeer();
  });

  it('does not hold up the end of the daemon', async (t) => {
    const daemon = await bench.start(t, { stopSeconds: 600 });
    const slow = await Peer.connect(t, { host: '127.0.0.1', port: daemon.tlsPort });
    await slow.send('\x16');
    await eventually(() => slow.socket.bytesWritten > 0, 'it has begun');
    await within(daemon.daemon.stop(), 'the daemon to stop');
    await slow.toEnd().catch(({ code }) => assert.equal(code, 'ECONNRESET'));
  });
});

describe('a daemon that speaks TLS', TLS, () => {
  it('has one deadline for handshake and request', async (t) => {
    const daemon = await bench.start(t, { requestSeconds: 0.4 });
    const begun = performance.now();
    const { stdout } = await bench.openssl(t, daemon, '\0ada\0').end();
    assert.equal(stdout, '\x01Timed out.\n');
    assert.ok(performance.now() - begun < 10_000);
  });

  it('tells inside TLS that it is full', async (t) => {
    const daemon = await bench.start(t, { maxConnectionsPerAddress: 1 });
    await daemon.run('exec sleep 600');
    const { stdout } = await bench.openssl(t, daemon, request('true')).end();
    assert.equal(stdout, '\x01Try again.\n');
  });

  it('makes a peer wait for its turn where overflow is queue', async (t) => {
    const daemon = await bench.start(t, { maxConnections: 1, overflow: 'queue' });
    const first = await daemon.run('read line');
    const second = bench.openssl(t, daemon, request('echo turn'));
    await first.send('go\n');
    assert.equal((await second.end()).stdout, '\0turn\n');
  });

  it('may speak nothing else', async (t) => {
    const daemon = await bench.start(t, { tlsMode: 'only' });
    assert.deepEqual(Object.keys(daemon.daemon.addresses), ['tls']);
    assert.equal(daemon.port, daemon.tlsPort);
    assert.equal((await bench.openssl(t, daemon, request('echo only')).end()).stdout, '\0only\n');
  });

  it('connects back in clear text only where a setting says so', async (t) => {
    for (const tlsConnectBack of [false, true]) {
      const daemon = await bench.start(t, { tlsConnectBack, authenticator: anyone() });
      const stderr = await listenForStderr(t);
      const wire = request('echo out; echo err >&2', stderr.port);
      const { stdout } = await bench.openssl(t, daemon, wire).end();
      assert.equal(stdout, tlsConnectBack ? '\0out\n' : '\x01Cannot connect to the stderr port.\n');
      assert.equal(stderr.count(), tlsConnectBack ? 1 : 0);
      if (tlsConnectBack) assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    }
  });

  it('takes new certificates at a reload, and keeps its own where those do not do', async (t) => {
    const folder = temporaryFolder(t);
    const [tlsCertificate, tlsKey] = [join(folder, 'cert'), join(folder, 'key')];
    const use = ({ cert, key }: { cert: string; key: string }) => {
      copyFileSync(cert, tlsCertificate);
      copyFileSync(key, tlsKey);
    };
    use(bench.identity);
    const daemon = await bench.start(t, { tlsCertificate, tlsKey });
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const running = bench.openssl(t, daemon, request(`echo begun; cat '${pipe}'`));
    await running.says(/begun/);
    const other = new Authority('another authority');
    use(other.daemon(3));
    await daemon.daemon.reload(daemon.daemon.settings);
    assert.notEqual((await bench.openssl(t, daemon, request('true')).end()).status, 0);
    const trusting = bench.openssl(t, daemon, request('echo new'), '-CAfile', other.ca);
    assert.equal((await trusting.end()).stdout, '\0new\n');
    assert.equal((await daemon.events.seen('certificateEnds')).certificate, tlsCertificate);
    await writeFile(pipe, 'went on\n');
    assert.equal((await running.end()).stdout, '\0begun\nwent on\n');

    writeFileSync(tlsKey, 'no key');
    await assert.rejects(daemon.daemon.reload(daemon.daemon.settings), { code: 'REXEC_TLS_MATERIAL' });
    assert.equal(
      (await bench.openssl(t, daemon, request('echo kept'), '-CAfile', other.ca).end()).stdout,
      '\0kept\n',
    );
  });

  it('changes nothing at a reload where one of its ports cannot be had', async (t) => {
    const other = await startDaemon(t, { authenticator: anyone() });
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const next = {
      ...daemon.daemon.settings,
      ...bench.settings,
      listen: ['127.0.0.2:0', `tls:127.0.0.1:${other.port}`],
    };
    await assert.rejects(daemon.daemon.reload(next), { code: 'EADDRINUSE' });
    await daemon.assertServesNextPeer();
  });

  it('begins and ends to speak it at a reload', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const before = daemon.daemon.settings;
    await daemon.daemon.reload({ ...before, ...bench.settings });
    const secure = Object.assign(daemon, { tlsPort: daemon.daemon.addresses.tls!.port });
    assert.equal((await bench.openssl(t, secure, request('echo begun')).end()).stdout, '\0begun\n');
    await daemon.daemon.reload(before);
    await assert.rejects(Peer.connect(t, { host: '127.0.0.1', port: secure.tlsPort }), {
      code: 'ECONNREFUSED',
    });
    await daemon.assertServesNextPeer();
  });

  it('does not start with files that do not do, and names setting, file and rule', async (t) => {
    const folder = temporaryFolder(t);
    const { cert, key } = bench.identity;
    const [open, none] = [join(folder, 'open'), join(folder, 'none')];
    copyFileSync(key, open);
    await chmod(open, 0o644);
    writeFileSync(none, 'nothing');
    const faults: [object, RegExp][] = [
      [{ tlsKey: '' }, /^tls\.key is not set, but listen has an address for TLS$/],
      [{ tlsKey: join(folder, 'gone') }, /^tls\.key: .*gone: no such file or directory$/],
      [{ tlsKey: open }, /^tls\.key .*open has mode 644: it must not be readable by others/],
      [{ tlsKey: bench.authority.client('ada').key }, /^tls\.key .*key: .*mismatch/],
      [{ tlsCertificate: none }, /^tls\.certificate .*none contains no certificate/],
      [{ tlsCertificate: folder }, /^tls\.certificate .* is not a regular file/],
      [{ tlsLogin: 'both' }, /^tls\.clientCa is not set, but tls\.login is both$/],
      [{ tlsLogin: 'both', tlsClientCa: none }, /^tls\.clientCa .*none contains no certificate/],
      [{ tlsLogin: 'either', tlsClientCa: cert, tlsUsers: none }, /none line 1: expected user:sha256:/],
    ];
    for (const [settings, message] of faults) await assert.rejects(bench.start(t, settings), { message });
  });
});
