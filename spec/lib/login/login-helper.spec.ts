import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoginHelperError } from '../../../lib/login/helper-process.ts';
import { LoginHelper } from '../../../lib/login/login-helper.ts';
import { BOUNDED } from '../../support/daemon.ts';
import { within } from '../../support/peer.ts';

const QUESTION = {
  ask: 'authenticate',
  service: 'other',
  address: '192.0.2.7',
  domainNames: [],
  wantsGroupNames: false,
} as const;

describe('the login helper', BOUNDED, () => {
  for (const threads of [1, 16])
    it(`answers 500 questions at once, with ${threads} threads`, async (t) => {
      const helper = new LoginHelper({ threads, seconds: 60 });
      t.after(() => helper.end());
      const secrets = Array.from({ length: 500 }, (_, index) => Buffer.from(`s3cret ${index}`));
      const asked = secrets.map((secret, index) =>
        helper.ask({ ...QUESTION, user: `no-such-user-${index}` }, secret).catch((error: Error) => error),
      );
      for (const answer of await within(Promise.all(asked), 'the answers')) {
        assert.ok(answer instanceof LoginHelperError && answer.refused, String(answer));
        assert.match(answer.message, /^authentication: .*; no account of that name$/);
      }
    });
});
