import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../lib/events/index.ts';

const events = Object.entries(CATALOGUE);
const fieldsOf = (event: (typeof events)[number][1]): readonly string[] => event.fields;

describe('the catalogue of events', () => {
  it('gives each event an id and a text of its own', () => {
    assert.equal(new Set(events.map(([, { id }]) => id)).size, events.length);
    assert.equal(new Set(events.map(([, { text }]) => text)).size, events.length);
    for (const [name, { id, text }] of events) {
      assert.match(id, /^REXECD-\d{3}$/, name);
      assert.match(text, /^(?:[a-z]|TLS )(?:[a-z ,-]|TLS)+$/, name);
    }
  });

  it('says in a sentence what each one means', () => {
    for (const [name, { meaning }] of events) assert.match(meaning, /^[A-Z][^\n|]{30,250}[^.]\.$/, name);
  });

  it('names no field twice, and none that could hold a password', () => {
    for (const [name, event] of events) {
      const fields = fieldsOf(event);
      assert.equal(new Set(fields).size, fields.length, name);
      assert.ok(!fields.some((field) => /secret|password/i.test(field)), name);
      if ('whole' in event) assert.deepEqual([name, event.whole], ['privilegeMissing', ['grant']]);
    }
  });

  it('names no field as the log names its own', () => {
    for (const [name, event] of events)
      for (const field of fieldsOf(event))
        assert.doesNotMatch(field, /^(time|level|id|event|text|exit)$/, `${name} ${field}`);
  });

  it('writes errors by default, and host, user and command when asked to (rexecd(8))', () => {
    const { commandStarted, loginRefused, requestRefused } = CATALOGUE;
    assert.deepEqual([loginRefused.level, requestRefused.level], ['error', 'error']);
    assert.equal(commandStarted.level, 'info');
    for (const field of ['peer', 'user', 'localUser', 'command'])
      assert.ok(fieldsOf(commandStarted).includes(field));
  });

  it('counts who logs in and runs what as access', () => {
    const access = events.filter(([, event]) => 'access' in event).map(([name]) => name);
    assert.deepEqual(access, ['loginAccepted', 'commandStarted', 'commandEnded']);
  });
});
