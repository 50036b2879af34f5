import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeSetting,
  describeSettings,
  problemsIn,
  resolveSettings,
  SETTING_NAMES,
  SETTINGS,
  settingsTemplate,
  TomlDocument,
} from '../../../lib/settings/index.ts';

const SHOWN = /^# ([\w]+ = .*)$/gm;

describe('the description of settings', () => {
  it('has all, in the order of the schema', () =>
    assert.deepEqual(
      describeSettings().map(({ name }) => name),
      SETTING_NAMES,
    ));

  for (const [name, allowed, choices] of [
    ['backlog', 'whole number from 1 to 65535', []],
    ['listen', 'list of addresses, such as "127.0.0.1:512" or "tls:[::]:10512"', []],
    ['denyAddresses', 'list of addresses and networks, such as "10.0.0.0/8"', []],
    ['requestSeconds', 'number from 0.05 to 3600', []],
    ['profile', 'true, false', [true, false]],
    ['shells', '"listed", "usable", "any"', ['listed', 'usable', 'any']],
    ['logLevel', '"error", "warn", "info", "debug"', ['error', 'warn', 'info', 'debug']],
    ['denyUsers', 'list of strings', []],
    ['users', 'an absolute path', []],
    ['control', '"auto", "off", an absolute path', []],
    ['pamService', 'a file name in /etc/pam.d', []],
    ['domain', 'user, user@DOMAIN or DOMAIN\\user', []],
  ] as const)
    it(`says that ${name} may be ${allowed}`, () => {
      const description = describeSetting(name);
      assert.equal(description.allowed, allowed);
      assert.deepEqual(description.choices, choices);
    });

  it('tells choices that are all allowed, and a default that is one of them', () => {
    for (const { name, choices, fallback } of describeSettings()) {
      for (const choice of choices.filter(() => !Array.isArray(fallback)))
        assert.equal(SETTINGS[name].parse(choice), choice);
      if (choices.length > 0 && !Array.isArray(fallback)) assert.ok(choices.includes(fallback), name);
    }
  });

  it('says something of each', () => {
    for (const { key, meaning, allowed } of describeSettings())
      assert.ok(meaning.length > 5 && allowed.length > 3 && !meaning.includes('\n'), key);
  });
});

describe('the template', () => {
  const template = settingsTemplate();

  it('sets nothing and has no problem', () => {
    assert.deepEqual(new TomlDocument('x', template).assignments, []);
    assert.deepEqual(problemsIn('x', template), []);
    assert.match(template, /^# .*\n\n# (?:.|\n)*[^\n]\n$/);
  });

  it('shows each setting once, with its default, which holds when it is no longer a comment', () => {
    const document = new TomlDocument('x', template.replace(SHOWN, '$1'));
    assert.equal(document.assignments.length, SETTING_NAMES.length);
    const { settings } = resolveSettings({ file: { path: 'x', document } });
    assert.deepEqual(settings, resolveSettings({}).settings);
  });

  for (const { name, key, meaning, allowed, fallback } of describeSettings())
    it(`has a place for ${key}, below its meaning, what is allowed and the default`, () => {
      const document = new TomlDocument('x', template);
      document.set(key, fallback);
      const leaf = key.split('.').at(-1);
      const line = `${leaf} = ${JSON.stringify(fallback).replaceAll('","', '", "')}`;
      const block = [`# ${meaning}`, `# Allowed: ${allowed}`, `# ${line}`];
      assert.ok(document.text.includes(`\n\n${block.join('\n')}\n${line}\n`), document.text);
      const { settings } = resolveSettings({ file: { path: 'x', document } });
      assert.deepEqual(settings[name], fallback);
      document.unset(key);
      assert.equal(document.text, template);
    });
});
