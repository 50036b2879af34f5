import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type ExecOptions, exec } from '../../../lib/client/index.ts';
import { BOUNDED, PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK } from '../../support/machine/machine.ts';
import { temporaryFolder } from '../../support/program.ts';
import { Authority, type Identity } from '../../support/tls/certificates.ts';
import { noOpenssl, TlsBench, type TlsDaemon } from '../../support/tls/tls.ts';

const TLS = { ...BOUNDED, skip: noOpenssl } as const;
const bench = noOpenssl ? undefined! : new TlsBench();
const [ada, bob, stranger] = noOpenssl
  ? []
  : [bench.authority.client(USER), bench.authority.client('bob'), new Authority('a stranger').client(USER)];

const shown = (identity: Identity | undefined): Partial<ExecOptions> => {
  const files = identity && { cert: readFileSync(identity.cert), key: readFileSync(identity.key) };
  return { tls: { ca: bench.ca, ...files } };
};

/** How a login ends: the refusal, or what the command says. */
async function login(daemon: TlsDaemon, identity: Identity | undefined, password: string): Promise<string> {
  const options = { ...bench.client(daemon, { ...shown(identity), password }), capture: true } as const;
  return exec('localhost', 'echo in', options).result.then(
    ({ stdout }) => stdout!.trim(),
    ({ message }) => message,
  );
}

const [IN, OUT, FAULT] = ['in', 'Login incorrect.', 'Certificate not accepted.'];

/** What each peer gets with the right password, and with none. */
const RULES = {
  password: { none: [IN, OUT], ada: [IN, OUT], bob: [IN, OUT], stranger: [IN, OUT] },
  either: { none: [IN, OUT], ada: [IN, IN], bob: [IN, OUT], stranger: [FAULT, FAULT] },
  certificate: { none: [FAULT, FAULT], ada: [IN, IN], bob: [OUT, OUT], stranger: [FAULT, FAULT] },
  both: { none: [FAULT, FAULT], ada: [IN, OUT], bob: [OUT, OUT], stranger: [FAULT, FAULT] },
} as const;

describe('where a login takes', TLS, () => {
  for (const [tlsLogin, peers] of Object.entries(RULES))
    it(`${tlsLogin}, each peer gets in by that alone`, async (t) => {
      const daemon = await startWith(t, { tlsLogin });
      const identities = { none: undefined, ada, bob, stranger };
      const got: Record<string, string[]> = {};
      for (const name of Object.keys(peers))
        got[name] = [
          await login(daemon, identities[name as keyof typeof identities], PASSWORD),
          await login(daemon, identities[name as keyof typeof identities], ''),
        ];
      assert.deepEqual(got, peers);
      const faults = Object.values(got).filter(([first]) => first === FAULT).length * 2;
      if (faults > 0) await daemon.events.seen('handshakeFailed', faults - 1); // the peer may have read it before
      assert.equal(daemon.events.all('handshakeFailed').length, faults);
    });

  it('a certificate, the log has the true cause and the peer reads what all read', async (t) => {
    const daemon = await startWith(t, { tlsLogin: 'either' });
    const wrong = exec('localhost', 'true', bench.client(daemon, { ...shown(bob), password: 'wrong' }));
    await assert.rejects(wrong.result, { message: 'Login incorrect.' });
    const { cause } = await daemon.events.seen('loginRefused');
    assert.equal(cause, 'wrong password; the certificate of O=spec, CN=bob does not belong to the user');
    const unknown = exec('localhost', 'true', bench.client(daemon, { ...shown(bob), user: 'bob' }));
    await assert.rejects(unknown.result, { message: 'Login incorrect.' });
    assert.equal((await daemon.events.seen('loginRefused', 1)).cause, 'unknown user');
  });

  it('a certificate that a file names, a change of the file counts at once', async (t) => {
    const tlsUsers = join(temporaryFolder(t), 'users');
    const { X509Certificate } = await import('node:crypto');
    const { fingerprint256 } = new X509Certificate(readFileSync(bob!.cert));
    writeFileSync(tlsUsers, `# who is who\n${USER}:sha256:${fingerprint256}\n`);
    const daemon = await startWith(t, { tlsLogin: 'certificate', tlsUsers });
    assert.deepEqual([await login(daemon, bob, ''), await login(daemon, ada, '')], [IN, OUT]);
    writeFileSync(tlsUsers, `${USER}:cn:${USER}\nother:cn:bob\n`);
    assert.deepEqual([await login(daemon, bob, ''), await login(daemon, ada, '')], [OUT, IN]);
    await chmod(tlsUsers, 0o666);
    assert.equal(await login(daemon, ada, ''), OUT);
    assert.match(
      String((await daemon.events.seen('loginRefused', 2)).cause),
      /has mode 666: it must not be writable by group or others/,
    );
  });
});

const startWith = (t: TestContext, settings: object): Promise<TlsDaemon> =>
  bench.start(t, { tlsClientCa: bench.authority.ca, ...settings });

describe('accounts of the machine', { ...BOUNDED, skip: noOpenssl || noMachine }, () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.make();
    for (const name of ['ada', 'locked', 'expired']) machine.addQuickUser(name, PASSWORD, '-s', '/bin/sh');
    machine.run('usermod', ['--lock', 'locked']);
    machine.run('chage', ['--expiredate', '1', 'expired']);
  });
  after(() => machine.end());

  it('log in by certificate as they would by password, and not when they are locked or expired', async () => {
    const { cert, key } = bench.identity;
    const files = ['--tls-certificate', cert, '--tls-key', key, '--tls-client-ca', bench.authority.ca];
    const tls = ['--tls-mode', 'beside', '--tls-port', '0', '--tls-login', 'either', ...files];
    const daemon = await machine.rexecd({ flags: [...QUICK, ...tls] });
    const [, port] = /port=(\d+)/.exec(await daemon.seen(/REXECD-104/))!;
    const ask = (user: string, more: Partial<ExecOptions>) => {
      const options = { user, password: '', port: Number(port), capture: true, ...more } as const;
      return exec('localhost', 'id -un; pwd', options).result.then(
        ({ stdout }) => stdout,
        ({ message }) => message,
      );
    };
    const identities = Object.fromEntries(
      ['locked', 'expired', 'root'].map((name) => [name, bench.authority.client(name)]),
    );
    assert.equal(await ask('ada', shown(ada)), 'ada\n/srv/home/ada\n');
    for (const user of ['locked', 'expired', 'root'])
      assert.equal(await ask(user, shown(identities[user])), 'Login incorrect.');
    assert.equal(await ask('ada', shown(bob)), 'Login incorrect.');
    const causes = await Promise.all([0, 1, 2].map((nth) => daemon.seen(/REXECD-300/, nth)));
    assert.match(causes[0]!, /the account is locked/);
    assert.match(causes[1]!, /expired/i);
    assert.match(causes[2]!, /uid 0 may not log in/);
  });
});
