import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { BOUNDED, PASSWORD, request, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually, Peer } from '../../support/peer.ts';
import { findProgram, Program, temporaryFolder } from '../../support/program.ts';
import { stunnelFile } from '../../support/tls/stunnel.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const STUNNEL = findProgram('stunnel4');
const STUNNELED = {
  ...BOUNDED,
  skip: noOpenssl || (!STUNNEL && 'needs stunnel4 (Debian: stunnel4)'),
} as const;
const bench = noOpenssl ? undefined! : new TlsBench();

/** Starts stunnel between a free port, which is returned, and another one. */
async function stunnel(t: TestContext, to: number, ...lines: string[]): Promise<number> {
  const port = await freePort();
  const file = stunnelFile(temporaryFolder(t), port, to, ...lines);
  const program = new Program(t, STUNNEL!, [file]);
  await eventually(() => program.stderr.includes('Configuration successful'), 'stunnel listens');
  return port;
}

describe('behind stunnel', STUNNELED, () => {
  it('a daemon in clear text serves our client by TLS, which knows that there is nothing to multiplex', async (t) => {
    const daemon = await startDaemon(t);
    const { cert, key } = bench.identity;
    const port = await stunnel(t, daemon.port, `cert = ${cert}`, `key = ${key}`);
    const options = { user: USER, password: PASSWORD, port, tls: { ca: bench.ca }, capture: true } as const;
    const remote = exec('localhost', 'cat; echo err >&2; exit 7', options);
    remote.stdin.end('in\n');
    assert.partialDeepStrictEqual(await remote, {
      exitCode: null,
      signal: null,
      stdout: 'in\nerr\n',
      stderr: '',
    });
    const strict = exec('localhost', 'true', { ...options, strict: true });
    await assert.rejects(strict.result, { code: 'REXEC_STATUS_UNKNOWN' });
    const wrong = exec('localhost', 'true', { ...options, password: 'wrong' });
    await assert.rejects(wrong.result, { code: 'REXEC_REFUSED', message: 'Login incorrect.' });
  });

  it('a client in clear text is served by a daemon that speaks TLS', async (t) => {
    const daemon = await bench.start(t, { tlsMode: 'only' });
    const verify = [
      'client = yes',
      `CAfile = ${bench.authority.ca}`,
      'verifyChain = yes',
      'checkHost = localhost',
    ];
    const port = await stunnel(t, daemon.tlsPort, ...verify);
    const peer = await Peer.connect(t, { host: '127.0.0.1', port });
    await peer.send(`${request('cat; echo err >&2')}${'in\n'.repeat(100_000)}`);
    peer.halfClose();
    assert.equal(await peer.toEnd(), `\0${'in\n'.repeat(100_000)}err\n`);
    const client = exec('127.0.0.1', 'cat', {
      user: USER,
      password: PASSWORD,
      port,
      stderrChannel: false,
      capture: true,
    });
    client.stdin.end('ours');
    assert.equal((await client).stdout, 'ours');
    const asking = await Peer.connect(t, { host: '127.0.0.1', port });
    await asking.send(request('true', 1024));
    assert.equal(await asking.toEnd(), '\x01Cannot connect to the stderr port.\n');
  });
});
