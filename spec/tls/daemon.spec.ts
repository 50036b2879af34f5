import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readFileSync } from 'node:fs';
import { exec, type ExecOptions } from '../../lib/client/index.ts';
import { Authority, noOpenssl } from '../support/certificates.ts';
import { BOUNDED, type DaemonOptions, PASSWORD, request, startDaemon, USER } from '../support/daemon.ts';
import { Program } from '../support/program.ts';

const authority = new Authority();
const identity = authority.daemon();
const ca = readFileSync(authority.ca);

const startTls = async (t: TestContext, options: DaemonOptions = {}) => {
  const daemon = await startDaemon(t, { tlsMode: 'beside', tlsPort: 0, tlsCertificate: identity.cert, tlsKey: identity.key, ...options });
  return { daemon, port: daemon.daemon.addresses.tls!.port };
};

describe('try', { ...BOUNDED, skip: noOpenssl }, () => {
  it('client mux', async (t) => {
    const { daemon, port } = await startTls(t);
    const result = await exec('localhost', 'echo out; echo err >&2; exit 7', { user: USER, password: PASSWORD, port, tls: { ca }, capture: true , signal: AbortSignal.timeout(3000)});
    console.log(result);
    const remote = exec('127.0.0.1', 'echo ready; exec sleep 600', { user: USER, password: PASSWORD, port, tls: { ca }, stderrChannel: false });
    remote.stdout.once('data', () => remote.kill('SIGTERM'));
    console.log(await remote);
    console.log(await exec('127.0.0.1', 'true', { user: USER, password: 'no', port, tls: { ca } }).catch((e) => e.message));
    console.log(await exec('127.0.0.1', 'true', { user: USER, password: 'no', port, tls: true }).catch((e) => e));
    console.log(daemon.events.all('handshakeFailed'));
  });
  it('s_client', async (t) => {
    const { daemon, port } = await startTls(t);
    for (const v of ['-tls1_2', '-tls1_3']) {
    const s = new Program(t, 'openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.ca, '-quiet', '-verify_return_error', v, '-alpn', 'rexec'], { stdin: Buffer.from(request('echo hi; head -c5; exit 3')+'input', 'latin1')});
    console.log(await s.end());
    }
    for (const input of ['', 'GET / HTTP/1.0\r\n\r\n', request('true')]) {
      const peer = await (await import('../support/peer.ts')).Peer.connect(t, { port, host: '127.0.0.1'});
      await peer.send(input);
      peer.halfClose();
      console.log(JSON.stringify(await peer.toEnd().catch(e => e.message)));
    }
    for (const words of [['-tls1_1'], ['-alpn', 'http/1.1']]) {
    const s = new Program(t, 'openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.ca, ...words], { stdin: ''});
    console.log((await s.end()).status);
    }
    console.log(daemon.events.all('handshakeFailed'));
  });
});
