import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Authenticator,
  denyEveryone,
  Login,
  LoginError,
  ownIdentity,
} from '../../../lib/login/index.ts';
import { anyone, BOUNDED } from '../../support/daemon.ts';

const credentials = () => ({ user: 'ada', secret: Buffer.from('s3cret') });
const never = new AbortController().signal;

describe('a login', BOUNDED, () => {
  it('gives the account of a user who is accepted, without a wait', async () => {
    const login = new Login(anyone({ shell: null }), 3600);
    assert.deepEqual(await login.verify(credentials(), never), { ...ownIdentity(), shell: null });
  });

  it('is denied by default', async () => {
    const login = new Login(denyEveryone, 0);
    await assert.rejects(login.verify(credentials(), never), (error) => {
      assert.ok(error instanceof LoginError);
      assert.deepEqual([error.code, error.message], ['REXEC_LOGIN_REFUSED', 'no users file is set']);
      return true;
    });
  });

  const failing: Authenticator = { authenticate: () => Promise.reject(new Error('broken')) };
  for (const [how, authenticator] of [
    ['accepted', anyone()],
    ['refused', denyEveryone],
    ['broken', failing],
  ] as const)
    it(`wipes the password when it is ${how}`, async () => {
      const claim = credentials();
      await new Login(authenticator, 0).verify(claim, never).catch(() => {});
      assert.deepEqual(claim.secret, Buffer.alloc(6));
    });

  it('shows the authenticator the password before it is wiped', async () => {
    let seen = '';
    const authenticate: Authenticator['authenticate'] = async ({ secret }) => {
      seen = secret.toString();
      return { accepted: false, cause: '' };
    };
    await assert.rejects(new Login({ authenticate }, 0).verify(credentials(), never));
    assert.equal(seen, 's3cret');
  });

  it('refuses when the authenticator throws whatever it likes', async () => {
    for (const thrown of ['a word', undefined, { accepted: true }]) {
      const authenticate = () => Promise.reject(thrown);
      await assert.rejects(new Login({ authenticate }, 0).verify(credentials(), never), LoginError);
    }
  });

  it('takes the least time to be refused, whatever the cause', async () => {
    for (const authenticator of [denyEveryone, failing]) {
      const begin = performance.now();
      await assert.rejects(new Login(authenticator, 0.1).verify(credentials(), never), LoginError);
      assert.ok(performance.now() - begin >= 99);
    }
  });

  it('does not wait for a peer that has gone', async () => {
    const gone = new AbortController();
    const refused = new Login(denyEveryone, 3600).verify(credentials(), gone.signal);
    gone.abort();
    await assert.rejects(refused, LoginError);
    await assert.rejects(new Login(denyEveryone, 3600).verify(credentials(), gone.signal), LoginError);
  });
});
