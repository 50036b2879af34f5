import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findSetting,
  listSettings,
  type Policy,
  problemsIn,
  SETTING_NAMES,
  type SettingName,
  TomlDocument,
  valueFrom,
} from '../../../../lib/settings/index.ts';

const ONE_AT_A_TIME: Policy = new Map([['maxConnections', { max: 1 }]]);

describe('the problems in a settings file', () => {
  it('are all told, with line, key and what is allowed', () => {
    const text = 'prot = 1\nport = "x"\n\n[log]\nlevel = "all"\nlevels = 1\n"a" = [\n]\n';
    assert.deepEqual(problemsIn('f', text), [
      { line: 1, key: 'prot', message: 'f:1: unknown setting prot' },
      {
        line: 2,
        key: 'port',
        message: 'f:2: port: invalid value "x"; allowed: whole number from 0 to 65535',
      },
      {
        line: 5,
        key: 'log.level',
        message: 'f:5: log.level: invalid value "all"; allowed: "error", "warn", "info", "debug"',
      },
      { line: 6, key: 'log.levels', message: 'f:6: unknown setting log.levels; did you mean log.level?' },
      { line: 7, key: 'log.a', message: 'f:7: unknown setting log.a; did you mean log.access?' },
    ]);
  });

  it('are keys that every object of JavaScript has', () =>
    assert.deepEqual(
      problemsIn('f', '__proto__ = 1\nconstructor = 1\n').map(({ message }) => message),
      ['f:1: unknown setting __proto__', 'f:2: unknown setting constructor'],
    ));

  it('are what the policy does not allow, too', () =>
    assert.deepEqual(problemsIn('f', '[limits]\nmaxConnections = 2\nbacklog = 1\n', ONE_AT_A_TIME), [
      {
        line: 2,
        key: 'limits.maxConnections',
        message: 'f:2: limits.maxConnections: the policy file allows at most 1, not 2',
      },
    ]));

  it('are a key that is there twice, however it is written', () =>
    assert.deepEqual(problemsIn('f', '"log.level" = "info"\n[log]\nlevel = "info"\n'), [
      { line: 3, key: 'log.level', message: 'f:3: log.level is set twice' },
    ]));

  it('are what says again where to listen', () =>
    assert.deepEqual(problemsIn('f', 'listen = ["::1"]\nport = 1\n'), [
      { line: 2, key: 'port', message: 'f:2: port is set twice' },
    ]));

  for (const [text, line] of [
    ['port = 1\nport = 2\n', 2],
    ['\n\nport = \n', 3],
    ['[[log]]\n', 1],
  ] as const)
    it(`are one where it is no TOML: ${JSON.stringify(text)}`, () => {
      const problems = problemsIn('/etc/:7: x', text);
      assert.deepEqual(
        problems.map((each) => [each.line, each.key]),
        [[line, '']],
      );
      assert.ok(problems[0]!.message.startsWith(`/etc/:7: x:${line}: `));
    });

  it('are none in an empty file', () => assert.deepEqual(problemsIn('f', ''), []));
});

describe('the words of a person', () => {
  for (const [name, words, value] of [
    ['backlog', ['600'], 600],
    ['requestSeconds', ['0.5'], 0.5],
    ['profile', ['false'], false],
    ['users', [''], ''],
    ['users', ['/etc/a b,c'], '/etc/a b,c'],
    ['denyUsers', ['ada', 'bob,eve'], ['ada', 'bob', 'eve']],
    ['denyUsers', [''], []],
  ] as const)
    it(`mean ${JSON.stringify(value)} by ${JSON.stringify(words)} for ${name}`, () =>
      assert.deepEqual(valueFrom(name as SettingName, words), value));

  for (const [name, words, message] of [
    ['backlog', ['1', '2'], 'limits.backlog takes a single value'],
    ['backlog', [], 'limits.backlog takes a single value'],
    ['logLevel', ['all'], 'log.level: invalid value "all"; allowed: "error", "warn", "info", "debug"'],
  ] as const)
    it(`are refused: ${message}`, () => assert.throws(() => valueFrom(name, words), { message }));

  it('find a setting however it is spelled, or the nearest', () => {
    assert.equal(findSetting('Request-Seconds'), 'requestSeconds');
    const message = 'unknown setting requst-seconds; did you mean limits.requestSeconds?';
    assert.throws(() => findSetting('requst-seconds'), { message });
  });
});

describe('the list of settings', () => {
  it('tells values and where they come from', () => {
    const document = new TomlDocument(
      '/f',
      '\ncontrol = "off"\n[launch]\nprofile = true\n[limits]\nmaxConnections = 7\n',
    );
    const all = listSettings({
      file: { path: '/f', document },
      environment: { REXECD_BACKLOG: '9', REXECD_CONFIG: 'x' },
      policy: ONE_AT_A_TIME,
    });
    assert.deepEqual(
      all.map(({ name }) => name),
      SETTING_NAMES,
    );
    const chosen = all.filter(({ changed, source }) => changed || source !== 'default');
    assert.deepEqual(
      chosen.map(({ key, value, source, fallback, changed }) => [key, value, source, fallback, changed]),
      [
        ['control', 'off', '/f:2', 'auto', true],
        ['limits.maxConnections', 1, 'policy', 12_000, true],
        ['limits.backlog', 9, 'REXECD_BACKLOG', 511, true],
        ['launch.profile', true, '/f:4', true, false],
      ],
    );
  });
});
