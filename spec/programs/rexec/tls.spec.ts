import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type TlsFlags, tlsFaultOf } from '../../../lib/cli/programs/rexec/tls.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import {
  notRoot,
  PATIENT,
  Program,
  ROOT,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';
import { noOpenssl, TlsBench, type TlsDaemon } from '../../support/tls/tls.ts';

const TLS = { ...PATIENT, skip: noOpenssl } as const;
const bench = noOpenssl ? undefined! : new TlsBench();

const client = ({ tlsPort }: Pick<TlsDaemon, 'tlsPort'>, ...more: string[]): string[] => [
  ...['-l', USER, '--tls', '--port', String(tlsPort)],
  ...more,
];

describe('rexec --tls', TLS, () => {
  const trusting = () => ['-p', PASSWORD, '--ca', bench.authority.ca];

  it('runs a command, with both outputs and its exit status, for a daemon it can trust', async (t) => {
    const words = client(await bench.start(t), ...trusting(), 'localhost', 'cat; echo err >&2; exit 7');
    const ended = await run(t, 'rexec', words, { stdin: 'in\n' });
    assert.deepEqual(ended, { stdout: 'in\n', stderr: 'err\n', status: 7 });
  });

  it('trusts the authorities of the system, and --ca replaces them', async (t) => {
    const daemon = await bench.start(t);
    const words = (...more: string[]) => client(daemon, '-p', PASSWORD, ...more, 'localhost', 'echo here');
    const env = { SSL_CERT_FILE: bench.authority.ca };
    const reached = { stdout: 'here\n', stderr: '', status: 0 };
    assert.deepEqual(await run(t, 'rexec', words(), { env }), reached);
    const other = new TlsBench().authority.ca;
    assert.equal((await run(t, 'rexec', words('--ca', other), { env })).status, 71);
    const shown = bench.authority.client(USER); // a certificate of its own changes nothing
    const flags = ['--cert', shown.cert, '--key', shown.key];
    assert.deepEqual(await run(t, 'rexec', words(...flags), { env }), reached);
  });

  it('trusts what the system has in its folder', { skip: notRoot || noOpenssl }, async (t) => {
    const daemon = await bench.start(t);
    const env = { SSL_CERT_FILE: undefined, SSL_CERT_DIR: undefined, NODE_EXTRA_CA_CERTS: undefined };
    const folder = temporaryFolder(t);
    copyFileSync(bench.authority.ca, join(folder, 'ours.pem'));
    execFileSync('openssl', ['rehash', folder]);
    const script = `mount --bind '${folder}' /etc/ssl/certs; exec "$@"`;
    const rexec = [process.execPath, join(ROOT, 'lib/cli/rexec.ts')];
    const words = [...rexec, ...client(daemon, '-p', PASSWORD, 'localhost', 'echo here')];
    const program = new Program(t, 'unshare', ['--mount', 'sh', '-ec', script, 'sh', ...words], {
      stdin: '',
      env,
    });
    assert.deepEqual(await program.end(), { stdout: 'here\n', stderr: '', status: 0 });
  });

  it('is asked for by REXEC_TLS, with the authorities of REXEC_CA', async (t) => {
    const { tlsPort } = await bench.start(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${tlsPort}`, 'localhost', 'echo here'];
    const env = { REXEC_TLS: 'true', REXEC_CA: bench.authority.ca };
    const reached = { stdout: 'here\n', stderr: '', status: 0 };
    assert.deepEqual(await run(t, 'rexec', words, { env }), reached);
    const replaced = ['--ca', bench.authority.ca, ...words];
    assert.deepEqual(await run(t, 'rexec', replaced, { env: { ...env, REXEC_CA: '/no/such' } }), reached);
    for (const [more, message] of [
      [{ REXEC_TLS: 'on' }, /^rexec: REXEC_TLS: invalid value "on"; allowed: "true", "false"\n/],
      [{ REXEC_CA: '/no/such' }, /^rexec: REXEC_CA: \/no\/such: no such file or directory/],
    ] as const) {
      const { stderr, status } = await run(t, 'rexec', words, { env: { ...env, ...more } });
      assert.match(stderr, message);
      assert.equal(status, 64);
    }
    const clear = { REXEC_TLS: 'false', REXEC_CA: '/no/such' };
    assert.equal((await run(t, 'rexec', words, { env: clear })).status, 74);
  });

  it('does not send the password to one it cannot trust, and says what to do', async (t) => {
    const words = client(await bench.start(t), '-p', PASSWORD, 'localhost', 'true');
    const { stderr, status } = await run(t, 'rexec', words);
    assert.match(
      stderr,
      /^rexec: localhost: TLS: unable to verify the first certificate\nrexec: hint: .*--ca\n$/,
    );
    assert.equal(status, 71);
  });

  it('says loudly that --insecure trusts anybody', async (t) => {
    const words = client(await bench.start(t), '-p', PASSWORD, '--insecure', 'localhost', 'exit 3');
    const { stderr, status } = await run(t, 'rexec', words);
    assert.match(stderr, /^rexec: WARNING: --insecure: the certificate of the daemon is not checked\./);
    assert.equal(status, 3);
  });

  it('shows a certificate, and asks nobody for a password then', async (t) => {
    const daemon = await bench.start(t, { tlsLogin: 'certificate', tlsClientCa: bench.authority.ca });
    const { cert, key } = bench.authority.client(USER);
    const shown = ['--ca', bench.authority.ca, '--cert', cert, '--key', key, 'localhost', 'echo in'];
    const known = await run(t, 'rexec', client(daemon, ...shown));
    assert.deepEqual(known, { stdout: 'in\n', stderr: '', status: 0 });
    const none = await run(t, 'rexec', client(daemon, ...trusting(), 'localhost', 'true'));
    assert.match(none.stderr, /login: Certificate not accepted\.\nrexec: hint: .*\(--cert, --key\)\n$/);
    assert.equal(none.status, 77);
  });

  it('runs on several hosts', async (t) => {
    const words = client(
      await bench.start(t),
      ...trusting(),
      '-q',
      '-w',
      'localhost,127.0.0.1',
      'echo $((6 * 7))',
    );
    const { stdout, status } = await run(t, 'rexec', words);
    assert.deepEqual(stdout.split('\n').sort(), ['', '127.0.0.1: 42', 'localhost: 42']);
    assert.equal(status, 0);
  });

  it('refuses a file that is not there, and options that do not go together', async (t) => {
    const { stderr, status } = await run(t, 'rexec', ['--tls', '--ca', '/no/such/file', 'localhost', 'true']);
    assert.match(stderr, /--ca.* \/no\/such\/file: no such file or directory/);
    assert.equal(status, 64);
    const pem = Buffer.from('PEM');
    const faults: [TlsFlags, RegExp | undefined][] = [
      [{ insecure: true }, /require --tls/],
      [{ ca: pem }, /require --tls/],
      [{ tls: true, cert: pem }, /--cert and --key must be given together/],
      [{ tls: true, key: pem }, /--cert and --key must be given together/],
      [{ tls: true, stderrPort: 4000 }, /cannot be used together/],
      [{ tls: true, ca: pem, cert: pem, key: pem }, undefined],
      [{ stderrPort: 4000 }, undefined],
    ];
    for (const [flags, message] of faults) assert.match(tlsFaultOf(flags) ?? '', message ?? /^$/);
  });
});

describe('rexec in clear text on a TLS port', TLS, () => {
  /** Servers there, and what the words of the client are. */
  const servers: Readonly<Record<string, (t: TestContext) => Promise<number>>> = {
    rexecd: async (t) => (await bench.start(t)).tlsPort,
    openssl: async (t) => {
      const { cert, key } = bench.identity;
      const words = ['s_server', '-accept', '0', '-cert', cert, '-key', key];
      const server = new Program(t, 'openssl', words);
      return Number((await server.says(/ACCEPT \S*:(\d+)/))[1]);
    },
    'a server that sends an alert': async (t) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(Buffer.of(0x15, 3, 1, 0, 2, 2, 0x46)));
      });
      t.after(() => void server.close());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    },
  };

  for (const [name, serve] of Object.entries(servers))
    for (const flags of [[], ['--no-stderr']])
      it(`is told of --tls and not of --no-stderr: ${name}, ${flags[0] ?? 'with a stderr channel'} (C5)`, async (t) => {
        const port = await serve(t);
        const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, ...flags, '127.0.0.1', 'true'];
        const { stderr, status } = await run(t, 'rexec', words);
        assert.notEqual(status, 0);
        assert.match(stderr, /^rexec: hint: use --tls/m);
        assert.doesNotMatch(stderr, /--no-stderr/);
      });
});

describe('rexecd', TLS, () => {
  it('takes orders and a new certificate while it speaks nothing but TLS', async (t) => {
    const folder = temporaryFolder(t);
    const [control, certFile, keyFile] = ['control', 'cert', 'key'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const use = ({ cert, key }: { cert: string; key: string }) => {
      copyFileSync(cert, certFile);
      copyFileSync(key, keyFile);
    };
    use(bench.identity);
    const files = ['--tls-certificate', certFile, '--tls-key', keyFile, '--users', usersFileOf(t)];
    const flags = ['--tls-mode', 'only', '--tls-port', '0', ...files, '--control', control];
    const { daemon, port } = await startRexecd(t, flags);
    await daemon.says(new RegExp(`TLS: 127\\.0\\.0\\.1 port ${port}, login with password`));
    use(new TlsBench().identity);
    const reloaded = await run(t, 'rexecd', ['reload', '--control', control]);
    assert.equal(reloaded.status, 0, reloaded.stderr + daemon.stderr);
    const words = client({ tlsPort: port }, '-p', PASSWORD, '--ca', bench.authority.ca, 'localhost', 'true');
    assert.equal((await run(t, 'rexec', words)).status, 71);
  });

  it('warns when it serves clear text beyond this machine, and only then', async (t) => {
    const users = ['--users', usersFileOf(t)];
    const [exposed, quiet] = await Promise.all([
      startRexecd(t, ['--host', '0.0.0.0', ...users]),
      startRexecd(t, users),
    ]);
    assert.match(exposed.daemon.stderr, /^rexecd: warning: listening in clear text on 0\.0\.0\.0 port \d+/m);
    assert.equal(quiet.daemon.stderr, '');
  });

  it('does not start without what TLS takes, and says what', async (t) => {
    const words = ['-debug', '--port', '0', '--users', usersFileOf(t), '--tls-mode', 'beside'];
    const { stderr, status } = await run(t, 'rexecd', words);
    assert.equal(stderr, 'rexecd: tls.certificate is not set, but listen has an address for TLS\n');
    assert.equal(status, 1);
  });
});
