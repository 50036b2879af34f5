import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  flagOf,
  keyOf,
  nearestKey,
  SETTING_NAMES,
  settingLike,
  settingOf,
  variableOf,
} from '../../../lib/settings/index.ts';

describe('the names of settings', () => {
  it('stand in a table of the file without the word that is the table', () => {
    assert.equal(keyOf('listen'), 'listen');
    assert.equal(keyOf('logLevel'), 'log.level');
    assert.equal(keyOf('loginThreads'), 'login.threads');
    assert.equal(keyOf('launcher'), 'launch.launcher');
    assert.equal(keyOf('longestLockoutSeconds'), 'lockout.longestSeconds');
    assert.equal(keyOf('maxConnectionsPerAddress'), 'limits.maxConnectionsPerAddress');
  });

  it('are one to one with keys, flags and variables', () => {
    for (const made of [keyOf, flagOf, variableOf])
      assert.equal(new Set(SETTING_NAMES.map(made)).size, SETTING_NAMES.length);
    for (const name of SETTING_NAMES) assert.equal(settingOf(keyOf(name)), name);
  });

  it('are what a file says to the letter', () => {
    for (const key of [
      'Listen',
      'port',
      'logLevel',
      'log_level',
      'request-seconds',
      'log.Level',
      '',
      'toString',
    ])
      assert.equal(settingOf(key), undefined, key);
  });

  for (const [key, name] of [
    ['listen', 'listen'],
    ['LISTEN', 'listen'],
    ['limits.request-seconds', 'requestSeconds'],
    ['lockout.failures', 'lockoutFailures'],
    ['request-seconds', 'requestSeconds'],
    ['requestseconds', 'requestSeconds'],
    ['REQUEST_SECONDS', 'requestSeconds'],
    ['log.level', 'logLevel'],
    ['Log.Level', 'logLevel'],
    ['log-level', 'logLevel'],
    ['logLevel', 'logLevel'],
    ['max-connections-per-address', 'maxConnectionsPerAddress'],
  ] as const)
    it(`are meant by ${key}: ${name}`, () => assert.equal(settingLike(key), name));

  it('are all meant by each of their spellings, and by nothing else', () => {
    for (const name of SETTING_NAMES)
      for (const spelling of [name, keyOf(name), flagOf(name).slice(2), keyOf(name).toUpperCase()])
        assert.equal(settingLike(spelling), name);
    for (const key of ['', '-', 'listens', 'log', 'level', 'constructor'])
      assert.equal(settingLike(key), undefined, key);
  });

  for (const [key, nearest] of [
    ['lisen', 'listen'],
    ['maxConnection', 'limits.maxConnections'],
    ['max-conections', 'limits.maxConnections'],
    ['limits.maxConnection', 'limits.maxConnections'],
    ['REQUEST_SECOND', 'limits.requestSeconds'],
    ['loglevl', 'log.level'],
    ['log.levels', 'log.level'],
    ['domainUser', 'accounts.domainUsers'],
    ['allowuser', 'accounts.allowUsers'],
    ['quite something else', undefined],
    ['', undefined],
  ] as const)
    it(`have ${nearest} nearest to ${JSON.stringify(key)}`, () => assert.equal(nearestKey(key), nearest));
});
