import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import {
  BOUNDED,
  type DaemonUnderTest,
  PASSWORD,
  request,
  startDaemon,
  USER,
} from '../../support/daemon/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually, Peer } from '../../support/peer.ts';
import { findProgram, Program, temporaryFolder } from '../../support/program.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const HAPROXY = findProgram('haproxy');
const NGINX = findProgram('nginx');
const STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';
const CLIENT = '127.0.7.7';
const bench = noOpenssl ? undefined! : new TlsBench();

type Balancer = (t: TestContext, to: number) => Promise<number>;

/** Writes a configuration and starts a program with it in the foreground; the port that it listens on. */
async function start(
  t: TestContext,
  words: (file: string) => string[],
  text: (port: number) => string,
): Promise<number> {
  const port = await freePort();
  const file = join(temporaryFolder(t), 'balancer.conf');
  writeFileSync(file, text(port));
  new Program(t, words(file)[0]!, words(file).slice(1));
  await eventually(() => canConnect(port), 'the balancer listens');
  return port;
}

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.destroy());
    socket.once('error', () => resolve(false)).once('close', (failed) => resolve(!failed));
  });

const haproxy =
  (send: string, more = ''): Balancer =>
  (t, to) =>
    start(
      t,
      (file) => [HAPROXY!, '-db', '-f', file],
      (port) => `
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
listen rexec
  bind 127.0.0.1:${port}
  ${more}
  server one 127.0.0.1:${to} ${send}
`,
    );

const nginx: Balancer = (t, to) =>
  start(
    t,
    (file) => [NGINX!, '-c', file, '-p', temporaryFolder(t), '-g', 'daemon off; master_process off;'],
    (port) => `
load_module ${STREAM};
pid nginx.pid;
error_log stderr;
events {}
stream {
  server {
    listen 127.0.0.1:${port};
    proxy_pass 127.0.0.1:${to};
    proxy_protocol on;
    proxy_half_close on;
    proxy_timeout 1h;
  }
}
`,
  );

for (const send of ['send-proxy', 'send-proxy-v2'])
  describe(`behind HAProxy with ${send}`, {
    ...BOUNDED,
    skip: !HAPROXY && 'needs haproxy (Debian: haproxy)',
  }, () => {
    it('a client of a unix socket is served as the proxy itself', async (t) => {
      const path = join(temporaryFolder(t), 'rexec.sock');
      const daemon = await startDaemon(t, { proxyFrom: ['127.0.0.1'] });
      await haproxy(send, `bind unix@${path}`)(t, daemon.port);
      const socket = connect({ path, allowHalfOpen: true });
      const peer = new Peer(t, socket);
      await peer.send(request('echo $RHOST'));
      assert.equal(await peer.toEnd(), '\x00127.0.0.1\n');
    });
  });

const BALANCERS: readonly [name: string, balancer: Balancer, skip: string | false][] = [
  ['HAProxy, version 1', haproxy('send-proxy'), !HAPROXY && 'needs haproxy (Debian: haproxy)'],
  ['HAProxy, version 2', haproxy('send-proxy-v2'), !HAPROXY && 'needs haproxy (Debian: haproxy)'],
  ['nginx', nginx, !NGINX && 'needs nginx (Debian: nginx-light, libnginx-mod-stream)'],
];

for (const [name, balancer, skip] of BALANCERS)
  describe(`behind ${name}`, { ...BOUNDED, skip }, () => {
    const served = async (t: TestContext): Promise<[DaemonUnderTest, number]> => {
      const daemon = await startDaemon(t, { proxyFrom: ['127.0.0.1'] });
      return [daemon, await balancer(t, daemon.port)];
    };

    it('a client is known by its own address, and the end of its input does not cut its output', async (t) => {
      const [daemon, port] = await served(t);
      const peer = await Peer.connect(t, { host: '127.0.0.1', port, localAddress: CLIENT });
      const { localPort } = peer.socket;
      await peer.send(`${request('echo $RHOST; cat; echo end')}${'in\n'.repeat(100_000)}`);
      peer.halfClose();
      assert.equal(await peer.toEnd(), `\0${CLIENT}\n${'in\n'.repeat(100_000)}end\n`);
      assert.equal((await daemon.events.seen('loginAccepted')).peer, `${CLIENT}:${localPort}`);
    });

    it('a client that says nothing yet is known too', async (t) => {
      const [daemon, port] = await served(t);
      const peer = await Peer.connect(t, { host: '127.0.0.1', port, localAddress: CLIENT });
      await eventually(() => daemon.daemon.sessions.length === 1, 'its header has come');
      await peer.send(request('echo in'));
      assert.equal(await peer.toEnd(), '\0in\n');
    });

    it('our client has stderr and the exit status, by TLS', { skip: noOpenssl }, async (t) => {
      const daemon = await bench.start(t, { proxyFrom: ['127.0.0.1'] });
      const port = await balancer(t, daemon.tlsPort);
      const options = { user: USER, password: PASSWORD, port, tls: { ca: bench.ca }, capture: true } as const;
      const remote = exec('localhost', 'cat; echo err >&2; exit 7', options);
      remote.stdin.end('in\n');
      assert.partialDeepStrictEqual(await remote, { exitCode: 7, stdout: 'in\n', stderr: 'err\n' });
    });
  });
