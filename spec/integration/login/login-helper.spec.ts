import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import { LoginHelperError } from '../../../lib/login/pam/helper-process.ts';
import { LoginHelper } from '../../../lib/login/pam/login-helper.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import { loginHelpersOf } from '../../support/program.ts';

const QUESTION = {
  say: 'authenticate',
  vouched: false,
  service: 'other',
  address: '192.0.2.7',
  domainNames: [],
  wantsGroupNames: false,
} as const;

/** Helper processes that this process has now. */
const helpers = (): number => loginHelpersOf(process.pid).length;

describe('the login helper', BOUNDED, () => {
  for (const threads of [1, 16])
    it(`answers 500 questions at once, with ${threads} threads`, async (t) => {
      const helper = new LoginHelper({ threads, seconds: 60 });
      t.after(() => helper.end());
      const secrets = Array.from({ length: 500 }, (_, index) => new Secret(Buffer.from(`s3cret ${index}`)));
      const asked = secrets.map((secret, index) =>
        helper.ask({ ...QUESTION, user: `no-such-user-${index}` }, secret).catch((error: Error) => error),
      );
      for (const answer of await within(Promise.all(asked), 'the answers')) {
        assert.ok(answer instanceof LoginHelperError && answer.refused, String(answer));
        assert.match(answer.message, /^authentication: .*; there is no such account$/);
      }
    });

  it('answers whoever still comes after its end, and leaves no process behind', async () => {
    const helper = new LoginHelper({ threads: 4, seconds: 60 });
    const ask = () => helper.ask({ ...QUESTION, user: 'nobody here' }, new Secret(Buffer.from('x')));
    await assert.rejects(ask(), { refused: true });
    assert.equal(helpers(), 1);
    await helper.end();
    assert.equal(helpers(), 0);
    for (const late of await Promise.allSettled([ask(), ask(), ask()])) assert.equal(late.status, 'rejected');
    await assert.rejects(ask(), { refused: true });
    await eventually(() => helpers() === 0, 'their helper is gone too');
  });
});
