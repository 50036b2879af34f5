import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../lib/events/index.ts';

const events = Object.entries(CATALOGUE);

describe('the catalogue of events', () => {
  it('gives each event an id and a text of its own', () => {
    assert.equal(new Set(events.map(([, { id }]) => id)).size, events.length);
    assert.equal(new Set(events.map(([, { text }]) => text)).size, events.length);
    for (const [name, { id, text }] of events) {
      assert.match(id, /^REXECD-\d{3}$/, name);
      assert.match(text, /^[a-z][a-z ,-]+$/, name);
    }
  });

  it('names no field twice, and none that could hold a password', () => {
    for (const [name, { fields }] of events) {
      assert.equal(new Set<string>(fields).size, fields.length, name);
      assert.ok(!fields.some((field: string) => /secret|password/i.test(field)), name);
    }
  });

  it('writes errors by default, and host, user and command when asked to (rexecd(8))', () => {
    const { commandStarted, loginRefused, requestRefused } = CATALOGUE;
    assert.deepEqual([loginRefused.level, requestRefused.level], ['error', 'error']);
    assert.equal(commandStarted.level, 'info');
    for (const field of ['peer', 'user', 'command'] as const)
      assert.ok(commandStarted.fields.includes(field));
  });
});
