import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Keys } from '../../../lib/shared/keys.ts';
import { readRecords, restOf } from '../../../lib/shared/records.ts';

const keys = new Keys('the password of all daemons');
const others = new Keys('another one');
const NOW = 1_800_000_000_000;
const lock = {
  subject: '"a\\nb" from 192.0.2.1',
  scope: 'pair',
  failures: 10,
  times: 2,
  lasted: 60,
  left: 45_000,
} as const;
const record = (ends: number, from = keys) => `${NOW - 15_000} ${ends} ${restOf(lock, from)}`;

describe('the key of a subject', () => {
  it('is the same for all daemons with the password, and says nothing to others', () => {
    assert.equal(keys.of('user ada'), new Keys('the password of all daemons').of('user ada'));
    assert.match(keys.of('user ada'), /^[\w-]{22}$/);
    assert.notEqual(keys.of('user ada'), others.of('user ada'));
    assert.notEqual(keys.of('user ada'), keys.of('user adb'));
  });
});

describe('a record', () => {
  it('is read as it was written, whatever a peer put into a name', () => {
    assert.deepEqual(readRecords([String(NOW), [record(NOW + 45_000)]], keys), [{ lock }]);
    const ended = { subject: lock.subject, agoMs: 15_000 };
    assert.deepEqual(readRecords([String(NOW), [record(0)]], keys), [{ ended }]);
  });

  it('is never the same text for the same name', () =>
    assert.notEqual(restOf(lock, keys), restOf(lock, keys)));

  it('is left out if it has another form, or was sealed with another password', () => {
    const good = record(NOW + 45_000);
    const changed = `${good.slice(0, -2)}${good.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const bad of [
      null,
      '',
      '1',
      7,
      'x y z',
      `${good} x`,
      changed,
      record(NOW + 45_000, others),
      '1 2 3 4 5 AAAA',
    ])
      assert.deepEqual(readRecords([String(NOW), [bad]], keys), [], String(bad));
    for (const bad of [undefined, null, 'OK', 0, [], ['1'], ['1', 'x']])
      assert.deepEqual(readRecords(bad, keys), [], JSON.stringify(bad));
  });
});
