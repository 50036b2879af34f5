import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import {
  type Authenticator,
  Lockout,
  Login,
  type LoginCheck,
  LoginError,
  ownIdentity,
} from '../../../lib/login/index.ts';
import { anyone, BOUNDED, nobody } from '../../support/daemon/daemon.ts';

const credentials = (password = Buffer.from('s3cret')) => ({
  user: 'ada',
  secret: new Secret(password),
  address: '192.0.2.7',
});
const never = new AbortController().signal;

const lockout = new Lockout({ lockoutFailures: 0, lockoutSeconds: 1, longestLockoutSeconds: 1 });
const options = (refusalSeconds: number) => ({ refusalSeconds, loginThreads: 4, lockout });

describe('a login', BOUNDED, () => {
  it('gives the account of a user who is accepted, without a wait', async () => {
    const login = new Login(anyone({ shell: null }), options(3600));
    const { identity } = await login.verify(credentials(), never);
    assert.deepEqual(identity, { ...ownIdentity(), shell: null });
  });

  it('is refused with the cause for the log', async () => {
    const login = new Login(nobody, options(0));
    await assert.rejects(login.verify(credentials(), never), (error) => {
      assert.ok(error instanceof LoginError);
      assert.deepEqual([error.code, error.message], ['REXEC_LOGIN_REFUSED', 'nobody may']);
      return true;
    });
  });

  const failing: Authenticator = { authenticate: () => Promise.reject(new Error('broken')) };
  for (const [how, authenticator] of [
    ['accepted', anyone()],
    ['refused', nobody],
    ['broken', failing],
  ] as const)
    it(`wipes the password when it is ${how}`, async () => {
      const password = Buffer.from('s3cret');
      await new Login(authenticator, options(0)).verify(credentials(password), never).catch(() => {});
      assert.deepEqual(password, Buffer.alloc(6));
    });

  for (const [result, authenticator] of [
    ['accepted', anyone()],
    ['refused', nobody],
    ['failed', failing],
  ] as const)
    it(`tells that it was ${result}, and how long the check took without the wait of a refusal`, async () => {
      const gone = new AbortController();
      const checks: LoginCheck[] = [];
      const login = new Login(authenticator, options(3600));
      await login
        .verify(credentials(), gone.signal, (check) => {
          checks.push(check);
          gone.abort(); // the wait would be an hour
        })
        .catch(() => {});
      assert.equal(checks.length, 1);
      assert.equal(checks[0]?.result, result);
      assert.ok(checks[0].ms < 1000);
    });

  it('tells that it met a lockout', async () => {
    const strict = new Lockout({ lockoutFailures: 1, lockoutSeconds: 60, longestLockoutSeconds: 60 });
    const login = new Login(nobody, { ...options(0), lockout: strict });
    const results: string[] = [];
    for (let n = 0; n < 2; n += 1)
      await login.verify(credentials(), never, ({ result }) => results.push(result)).catch(() => {});
    assert.deepEqual(results, ['refused', 'locked_out']);
  });

  it('shows the authenticator the password before it is wiped', async () => {
    let seen = '';
    const authenticate: Authenticator['authenticate'] = async ({ secret }) => {
      seen = secret.bytes.toString();
      return { accepted: false, cause: '' };
    };
    await assert.rejects(new Login({ authenticate }, options(0)).verify(credentials(), never));
    assert.equal(seen, 's3cret');
  });

  it('does not count as failed if its password was wiped before its turn came', async () => {
    const strict = new Lockout({ lockoutFailures: 1, lockoutSeconds: 60, longestLockoutSeconds: 60 });
    const judge: Authenticator = {
      authenticate: async ({ secret }) => ({ accepted: false, cause: `wrong: ${secret.bytes}` }),
    };
    const login = new Login(judge, { ...options(0), lockout: strict });
    const left = credentials();
    left.secret.wipe(); // as a session does whose peer has left
    await assert.rejects(login.verify(left, never), { message: 'the secret has been wiped' });
    await assert.rejects(login.verify(credentials(), never), { message: 'wrong: s3cret' });
    await assert.rejects(login.verify(credentials(), never), { message: /is locked out/ });
  });

  it('refuses when the authenticator throws whatever it likes', async () => {
    for (const thrown of ['a word', undefined, { accepted: true }]) {
      const authenticate = () => Promise.reject(thrown);
      await assert.rejects(new Login({ authenticate }, options(0)).verify(credentials(), never), LoginError);
    }
  });

  it('takes the least time to be refused, whatever the cause', async () => {
    for (const authenticator of [nobody, failing]) {
      const begin = performance.now();
      await assert.rejects(new Login(authenticator, options(0.1)).verify(credentials(), never), LoginError);
      assert.ok(performance.now() - begin >= 99);
    }
  });

  it('does not wait for a peer that has gone', async () => {
    const gone = new AbortController();
    const refused = new Login(nobody, options(3600)).verify(credentials(), gone.signal);
    gone.abort();
    await assert.rejects(refused, LoginError);
    await assert.rejects(new Login(nobody, options(3600)).verify(credentials(), gone.signal), LoginError);
  });
});
