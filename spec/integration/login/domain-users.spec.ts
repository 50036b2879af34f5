import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainNames } from '../../../lib/login/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';

const AFTER = 'user@example.org';
const BEFORE = 'EXAMPLE\\user';

/** What a peer sends, and the names to look up, by the setting's form; where one is missing, only what was sent. */
const NAMES: Readonly<Record<string, { readonly [form: string]: readonly string[] }>> = {
  alice: { [AFTER]: ['alice@example.org', 'alice'], [BEFORE]: ['EXAMPLE\\alice', 'alice'] },
  Alice: { [AFTER]: ['Alice@example.org', 'Alice'], [BEFORE]: ['EXAMPLE\\Alice', 'Alice'] },
  user: { [AFTER]: ['user@example.org', 'user'], [BEFORE]: ['EXAMPLE\\user', 'user'] },
  'a b': { [AFTER]: ['a b@example.org', 'a b'], [BEFORE]: ['EXAMPLE\\a b', 'a b'] },

  // with the domain, in either spelling and in any letters
  'alice@example.org': { [AFTER]: ['alice@example.org', 'alice'] },
  'alice@Example.ORG': { [AFTER]: ['alice@example.org', 'alice@Example.ORG', 'alice'] },
  'example.org\\alice': { [AFTER]: ['alice@example.org', 'example.org\\alice', 'alice'] },
  'EXAMPLE.ORG\\Alice': { [AFTER]: ['Alice@example.org', 'EXAMPLE.ORG\\Alice', 'Alice'] },
  'EXAMPLE\\alice': { [BEFORE]: ['EXAMPLE\\alice', 'alice'] },
  'example\\alice': { [BEFORE]: ['EXAMPLE\\alice', 'example\\alice', 'alice'] },
  'alice@EXAMPLE': { [BEFORE]: ['EXAMPLE\\alice', 'alice@EXAMPLE', 'alice'] },
  'alice@example': { [BEFORE]: ['EXAMPLE\\alice', 'alice@example', 'alice'] },

  // with another domain
  'alice@example.com': {},
  'alice@exampleXorg': {}, // a dot is a dot
  'alice@sub.example.org': {},
  'alice@example.org.': {},
  'alice@ example.org': {},
  'alice@xample.org': {},
  'OTHER\\alice': {},
  'EXAMPLE2\\alice': {},
  'SUB.EXAMPLE\\alice': {},

  // with more than one mark
  'EXAMPLE\\alice@example.org': {},
  'EXAMPLE\\alice@EXAMPLE': {},
  'example.org\\alice@example.org': {},
  'alice@example.org@example.org': {},
  'alice@other@example.org': {},
  'EXAMPLE\\EXAMPLE\\alice': {},
  'EXAMPLE\\OTHER\\alice': {},

  // with an empty part
  '': {},
  '@': {},
  '\\': {},
  'alice@': {},
  '\\alice': {},
  '@example.org': {},
  'EXAMPLE\\': {},
  '@alice': {},
};

describe('the names of a domain user', BOUNDED, () => {
  for (const form of ['user', AFTER, BEFORE])
    for (const [user, names] of Object.entries(NAMES))
      it(`are right for ${JSON.stringify(user)} where the setting is ${form}`, () => {
        assert.deepEqual(domainNames(user, form), names[form] ?? [user]);
      });

  it('may be very long', () => {
    const long = 'a'.repeat(1_000_000);
    assert.deepEqual(domainNames(long, AFTER), [`${long}@example.org`, long]);
    assert.deepEqual(domainNames(`${long}@example.org`, AFTER), [`${long}@example.org`, long]);
    assert.deepEqual(domainNames(`EXAMPLE\\${long}`, BEFORE), [`EXAMPLE\\${long}`, long]);
    assert.deepEqual(domainNames(`alice@${long}`, AFTER), [`alice@${long}`]);
  });

  for (const piece of ['@', '\\', 'a@', 'a\\', '\\@', 'a@example.org'])
    it(`take no longer for many marks: ${piece}`, () => {
      const user = piece.repeat(100_000);
      const begin = performance.now();
      assert.deepEqual(domainNames(user, AFTER), [user]);
      assert.deepEqual(domainNames(user, BEFORE), [user]);
      assert.ok(performance.now() - begin < 1000);
    });
});
