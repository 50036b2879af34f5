import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AddressRules } from '../../../../lib/daemon/accept/address-rules.ts';
import { loadSettings, SettingsError } from '../../../../lib/settings/index.ts';

type Lists = readonly [allow: readonly string[], deny: readonly string[]];
const DENIED = 'the address is in limits.denyAddresses';
const NOT_ALLOWED = 'the address is not in limits.allowAddresses';

const CASES: readonly (readonly [...lists: Lists, address: string, refusal: string | undefined])[] = [
  [[], [], '192.0.2.1', undefined],
  [[], ['192.0.2.0/24'], '192.0.2.1', DENIED],
  [[], ['192.0.2.0/24'], '192.0.3.1', undefined],
  [[], ['192.0.2.0/24'], '::ffff:192.0.2.1', DENIED],
  [[], ['192.0.2.0/24'], '::FFFF:C000:0201', DENIED],
  [[], ['::ffff:192.0.2.0/120'], '192.0.2.1', DENIED],
  [[], ['0.0.0.0/0'], '192.0.2.1', DENIED],
  [[], ['0.0.0.0/0'], '2001:db8::1', undefined],
  [[], ['::/0'], '2001:db8::1', DENIED],
  [[], ['::/0'], '192.0.2.1', undefined],
  [[], ['::/0'], '::ffff:192.0.2.1', undefined],
  [[], ['2001:db8::/32'], '2001:DB8:0:0:0:0:0:1', DENIED],
  [[], ['2001:db8::1'], '2001:db8::2', undefined],
  [[], ['fe80::/10'], 'fe80::1%eth0', DENIED],
  [['10.0.0.0/8'], [], '10.1.2.3', undefined],
  [['10.0.0.0/8'], [], '::ffff:10.1.2.3', undefined],
  [['10.0.0.0/8'], [], '11.1.2.3', NOT_ALLOWED],
  [['10.0.0.0/8'], [], '::1', NOT_ALLOWED],
  [['10.0.0.0/8', '::1'], [], '::1', undefined],
  [['10.0.0.0/8'], ['10.9.0.0/16'], '10.9.1.1', DENIED],
  [['10.9.1.1'], ['10.9.0.0/16'], '10.9.1.1', DENIED],
  [['10.1.2.3/8'], [], '10.200.0.1', undefined],
  [['192.0.2.7/32'], [], '192.0.2.8', NOT_ALLOWED],
];

describe('rules about addresses (E13)', () => {
  for (const [allowAddresses, denyAddresses, address, refusal] of CASES)
    it(`${refusal ? 'refuse' : 'serve'} ${address} with allow [${allowAddresses}] and deny [${denyAddresses}]`, () => {
      const settings = loadSettings({}, { allowAddresses, denyAddresses });
      assert.equal(new AddressRules(settings).refusalOf(address), refusal);
    });

  for (const text of [
    ...['10', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '010.0.0.1', '1.2.3.4.5', 'example.org', ''],
    ...['2001:db8::/129', '::ffff:10.0.0.0/8', 'fe80::1%eth0', '10.0.0.0/8/8', '10.0.0.0 /8', '*'],
  ])
    it(`cannot have ${JSON.stringify(text)}, which is no address`, () => {
      for (const name of ['allowAddresses', 'denyAddresses'] as const)
        assert.throws(
          () => loadSettings({}, { [name]: [text] }),
          (error: Error) => {
            assert.ok(error instanceof SettingsError);
            assert.match(error.message, /allowed: list of addresses and networks, such as "10\.0\.0\.0\/8"$/);
            return true;
          },
        );
    });

  it('may be given in one text, as flags and variables are', () => {
    const variable = { REXECD_DENY_ADDRESSES: '10.0.0.0/8, ::1' };
    assert.deepEqual(loadSettings(variable, {}).denyAddresses, ['10.0.0.0/8', '::1']);
  });
});
