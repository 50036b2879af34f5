import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { DaemonStatus } from '../../../lib/metrics/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { noRedis, RedisServer } from '../../support/daemon/redis-server.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, ROOT, run, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';
import { Authority } from '../../support/tls/certificates.ts';
import { noOpenssl } from '../../support/tls/tls.ts';

const PAIR = `${USER} from 127.0.0.1`;
const UP = /^rexecd_shared_lockouts_up 1$/m;
const AWAY =
  'rexecd: the server of lockout.sharedLockouts does not answer: only lockouts that this daemon knows are here\n';
const SECRET = 'no-list-of-processes-may-show-it';

/** A daemon that locks out at the second failure, and shares its lockouts at a URL. */
async function sharing(t: TestContext, url: string, password: string, env: NodeJS.ProcessEnv = {}) {
  const socket = join(temporaryFolder(t), 'run', 'control.sock');
  const flags = ['--users', usersFileOf(t), '--lockout-failures', '2', '--control', socket];
  const shared = ['--shared-lockouts', url, '--shared-lockouts-password', password];
  const { daemon, port } = await startRexecd(t, [...flags, ...shared], { env });
  const tell = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await run(t, 'rexecd', [...words, '--control', socket]);
    return stdout + stderr;
  };
  const login = async (secret: string): Promise<string> =>
    (await run(t, 'rexec', ['-l', USER, '-p', secret, '--port', `${port}`, '127.0.0.1', 'echo in'])).stdout;
  return { daemon, tell, login };
}

describe('lockouts that programs share', { ...PATIENT, skip: noRedis || noOpenssl }, () => {
  it('are listed and ended from the command line of any of them, by TLS', async (t) => {
    const authority = new Authority();
    const redis = await RedisServer.start(t, { ...authority.daemon(), ca: authority.ca });
    const url = `rediss://rexecd@localhost:${redis.port}`;
    const at = (env: NodeJS.ProcessEnv) => sharing(t, url, redis.passwordFile, env);
    const [one, other] = [
      await at({ NODE_EXTRA_CA_CERTS: authority.ca }),
      await at({ SSL_CERT_FILE: authority.ca }),
    ];
    for (const { tell } of [one, other])
      await eventually(async () => UP.test(await tell('metrics')), 'the daemon is connected');
    assert.equal(await one.login('wrong'), '');
    assert.equal(await other.login('wrong'), '');
    for (const { tell, login } of [one, other]) {
      assert.match(await tell('lockouts'), new RegExp(`^${PAIR}: 2 failed logins, locked out`));
      assert.equal(await login(PASSWORD), '');
    }
    assert.equal(await other.tell('unlock', PAIR), 'lockouts ended: 1\n');
    assert.equal(await one.tell('lockouts'), 'nobody is locked out\n');
    assert.equal(await one.login(PASSWORD), 'in\n');
    await redis.kill();
    await eventually(async () => !UP.test(await one.tell('metrics')), 'the server is away');
    assert.equal(await one.tell('lockouts'), `nobody is locked out\n${AWAY}`);
    assert.equal(
      await one.tell('unlock').then((said) => said.replace(/: [^:]*$/, '')),
      'rexecd: ended 0 lockouts here, none of other daemons',
    );
  });

  it('are said to be those of one daemon while the server is away', async (t) => {
    const redis = await RedisServer.start(t);
    const { sharedLockouts, sharedLockoutsPassword } = redis.settings();
    const { tell } = await sharing(t, sharedLockouts, sharedLockoutsPassword);
    await eventually(async () => UP.test(await tell('metrics')), 'the daemon is connected');
    assert.equal(await tell('lockouts'), 'nobody is locked out\n');
    assert.equal(await tell('unlock'), 'lockouts ended: 0\n');
    const isSharing = async () => (JSON.parse(await tell('status', '--json')) as DaemonStatus).isSharing;
    assert.equal(await isSharing(), true);
    await redis.kill();
    await eventually(async () => !UP.test(await tell('metrics')), 'the server is away');
    assert.equal(await tell('lockouts'), `nobody is locked out\n${AWAY}`);
    assert.equal(await tell('unlock'), `lockouts ended: 0\n${AWAY}`);
    assert.equal(await isSharing(), false);
  });

  for (const away of ['own', 'refuse'] as const)
    it(`leave a daemon ${away === 'own' ? 'ready' : 'not ready'} while the server is away, if that means "${away}"`, async (t) => {
      const redis = await RedisServer.start(t);
      const { sharedLockouts, sharedLockoutsPassword } = redis.settings();
      const env = { REXECD_SHARED_LOCKOUTS_AWAY: away };
      const { tell, login } = await sharing(t, sharedLockouts, sharedLockoutsPassword, env);
      await eventually(async () => UP.test(await tell('metrics')), 'the daemon is connected');
      const said = async () => [
        await tell('health').then((line) => line.replace(/ port \d+:/, '')),
        await tell('health', '--agent'),
        /^rexecd_ready (\d)$/m.exec(await tell('metrics'))?.[1],
        await login(PASSWORD),
      ];
      const ready = ['ready: 0 of 12,000 sessions, 0 locked out\n', 'up ready\n', '1', 'in\n'];
      assert.deepEqual(await said(), ready);
      await redis.kill();
      await eventually(async () => !UP.test(await tell('metrics')), 'the server is away');
      const why = 'no logins: the server of lockout.sharedLockouts does not answer in time';
      const refusing = [`refusing: 0 of 12,000 sessions, 0 locked out, ${why}\n`, 'drain\n', '0', ''];
      assert.deepEqual(await said(), away === 'own' ? ready : refusing);
      await redis.startAgain();
      await eventually(async () => UP.test(await tell('metrics')), 'the server is back');
      assert.deepEqual(await said(), ready);
    });

  it('are not entrusted to a server without a certificate that the machine trusts', async (t) => {
    const authority = new Authority();
    const redis = await RedisServer.start(t, { ...authority.daemon(), ca: authority.ca });
    const { daemon } = await sharing(t, `rediss://rexecd@localhost:${redis.port}`, redis.passwordFile);
    await eventually(
      () => /REXECD-308 .*self-signed certificate in certificate chain"?\n/.test(daemon.stderr),
      'the server is refused',
    );
  });
});

describe('a daemon', { ...PATIENT, skip: noRedis }, () => {
  for (const shares of [true, false])
    it(
      shares ? 'loads a client of Redis to share its lockouts' : 'loads nothing for Redis unless it does',
      async (t) => {
        const redis = await RedisServer.start(t);
        const loaded = join(temporaryFolder(t), 'loaded');
        writeFileSync(loaded, '');
        const hooks = join(ROOT, 'spec/support/programs/loaded-modules.ts');
        const env = { REXEC_SPEC_LOADED: loaded, NODE_OPTIONS: `--import=${hooks}` };
        const { sharedLockouts, sharedLockoutsPassword } = redis.settings();
        const flags = [
          '--shared-lockouts',
          sharedLockouts,
          '--shared-lockouts-password',
          sharedLockoutsPassword,
        ];
        const { port } = await startRexecd(t, ['--users', usersFileOf(t), ...(shares ? flags : [])], { env });
        const login = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo in'];
        assert.equal((await run(t, 'rexec', login)).stdout, 'in\n');
        const modules = readFileSync(loaded, 'utf8');
        assert.match(modules, /lib\/login\/failures\.ts\n/);
        for (const part of [/@redis\/client/, /RateLimiterRedis/, /lib\/shared\//])
          assert.equal(part.test(modules), shares, String(part));
      },
    );

  it('does not start without what sharing needs, and shows no password that a URL has', async (t) => {
    const users = usersFileOf(t);
    const file = join(temporaryFolder(t), 'password');
    const url = 'redis://127.0.0.1:1';
    const failure = async (...flags: string[]): Promise<string> => {
      const { stderr, status } = await run(t, 'rexecd', ['--users', users, '--port', '0', ...flags]);
      assert.notEqual(status, 0);
      return stderr;
    };
    assert.match(
      await failure('--shared-lockouts', `redis://rexecd:${SECRET}@127.0.0.1`),
      /invalid value "redis:\/\/rexecd:\*\*\*@127\.0\.0\.1"; allowed: .* whose password is in the file/,
    );
    assert.match(
      await failure('--max-shared-connections', '5'),
      /maxSharedConnections is set, but .* is not/,
    );
    assert.match(await failure('--shared-lockouts', url), /sharedLockoutsPassword is not set, but .* is/);
    const given = ['--shared-lockouts', url, '--shared-lockouts-password', file];
    assert.match(await failure(...given), /sharedLockoutsPassword: .*no such file/);
    writeFileSync(file, 'short\n', { mode: 0o600 });
    assert.match(await failure(...given), /the password has fewer than 16 characters/);
    writeFileSync(file, `${SECRET}\n`);
    chmodSync(file, 0o644);
    assert.match(await failure(...given), /has mode 644: it must not be readable by others/);
    const config = join(file, '..', 'rexecd.toml');
    writeFileSync(config, '', { mode: 0o600 });
    const words = ['set', '--config', config, 'lockout.sharedLockouts', url];
    const { stderr, status } = await run(t, 'rconfig', words);
    assert.match(stderr, /sharedLockoutsPassword is not set/);
    assert.notEqual(status, 0);
  });
});
