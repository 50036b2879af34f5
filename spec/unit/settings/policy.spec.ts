import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkPolicy,
  describeSetting,
  resolveSettings,
  type SettingName,
  SettingsError,
  TomlDocument,
} from '../../../lib/settings/index.ts';
import { readPolicy } from '../../../lib/settings/policy.ts';

const policyOf = (text: string) => readPolicy('p.toml', new TomlDocument('p.toml', text));

describe('a policy', () => {
  for (const [what, text, name, value, left] of [
    ['a number at its highest', 'maxConnections = 5', 'maxConnections', 5, 5],
    ['a number above it', 'maxConnections = 5', 'maxConnections', 6, 5],
    ['a number below it', 'maxConnections = 5', 'maxConnections', 1, 1],
    ['a default above it', 'maxConnections = 1', 'maxConnections', undefined, 1],
    ['a number below the lowest', 'refusalSeconds = { min = 2 }', 'refusalSeconds', 1.5, 2],
    ['a number between', 'loginThreads = { min = 2, max = 4 }', 'loginThreads', 3, 3],
    ['a number above both', 'loginThreads = { min = 2, max = 4 }', 'loginThreads', 5, 4],
    ['a switch', 'allowRoot = false', 'allowRoot', true, false],
    ['a text', 'stderrChannel = "never"', 'stderrChannel', 'before-auth', 'never'],
    ['one of several', 'shells = { allow = ["listed", "usable"] }', 'shells', 'usable', 'usable'],
    [
      'none of several: the first is left',
      'shells = { allow = ["listed", "usable"] }',
      'shells',
      'any',
      'listed',
    ],
    ['the only number', 'limits.backlog = { allow = [512] }', 'backlog', 513, 512],
    ['a key of an earlier version', 'maxConnections = 5', 'maxConnections', 6, 5],
    ['a number, given as text', 'backlog = "512"', 'backlog', 512, 512],
    ['a list', 'allowUsers = ["ada"]', 'allowUsers', ['bob'], ['ada']],
    ['a list of one, given as text', 'denyUsers = "root"', 'denyUsers', ['root'], ['root']],
    ['a key of a table', '[log]\nlevel = { allow = ["info"] }', 'logLevel', 'error', 'info'],
  ] as const)
    it(`leaves of ${what}: ${JSON.stringify(left)}`, () => {
      const policy = policyOf(text);
      const { settings, origins, capped } = resolveSettings({ policy, flags: { [name]: value } });
      assert.deepEqual(settings[name], left);
      const given = value ?? describeSetting(name).fallback;
      const isKept = JSON.stringify(left) === JSON.stringify(given);
      assert.equal(origins[name] === 'policy', !isKept);
      assert.equal(capped.length, isKept ? 0 : 1);
      if (isKept) checkPolicy(policy, name, given);
      else assert.throws(() => checkPolicy(policy, name, given), SettingsError);
    });

  it('rules over file, environment and flags, and says what it took', () => {
    const document = new TomlDocument(
      'f.toml',
      '[limits]\nmaxConnections = 10\nstopSeconds = 600\nbacklog = 9\n',
    );
    const { settings, capped, origins } = resolveSettings({
      file: { path: 'f.toml', document },
      environment: { REXECD_STOP_SECONDS: '700' },
      flags: { backlog: '10' },
      policy: policyOf(
        'launch.profile = true\n[limits]\nmaxConnections = 1\nstopSeconds = { min = 800 }\nbacklog = { max = 5 }',
      ),
    });
    assert.deepEqual([settings.maxConnections, settings.stopSeconds, settings.backlog], [1, 800, 5]);
    assert.deepEqual(capped, [
      'limits.maxConnections 10 -> 1',
      'limits.stopSeconds 700 -> 800',
      'limits.backlog 10 -> 5',
    ]);
    assert.deepEqual([origins.profile, origins.stopSeconds], ['default', 'policy']);
  });

  for (const [text, name, value, words] of [
    [
      'maxConnections = 1',
      'maxConnections',
      5,
      'limits.maxConnections: the policy file allows at most 1, not 5',
    ],
    [
      '[log]\nlevel = "error"',
      'logLevel',
      'info',
      'log.level: the policy file allows one of "error", not "info"',
    ],
    [
      'limits.backlog = { min = 2, max = 1023 }',
      'backlog',
      1,
      'limits.backlog: the policy file allows at least 2 and at most 1023, not 1',
    ],
    [
      'shells = { allow = ["listed", "any"] }',
      'shells',
      'usable',
      'accounts.shells: the policy file allows one of "listed", "any", not "usable"',
    ],
  ] as const)
    it(`says what it allows: ${words}`, () =>
      assert.throws(() => checkPolicy(policyOf(text), name satisfies SettingName, value), {
        message: words,
      }));

  const SHAPE = 'a rule must be a value, or a table of min, max (both for numbers) and allow (a list)';
  for (const [what, text, words] of [
    [
      'a part of listen',
      'tls.mode = "only"',
      'p.toml:1: tls.mode is now part of listen; write a rule for listen',
    ],
    ['nothing there is', '# c\nprot = 5', 'p.toml:2: unknown setting prot'],
    ['a number for a text', 'users = 5', 'p.toml:1: users: invalid value 5; allowed: '],
    ['a number for a switch', 'profile = 1', 'p.toml:1: profile: invalid value 1; allowed: true, false'],
    ['a bound for a switch', 'profile = { max = 1 }', `p.toml:1: profile: ${SHAPE}`],
    ['a bound for a text', '\ncharset = { min = 1 }', `p.toml:2: charset: ${SHAPE}`],
    ['a bound as text', 'backlog = { max = "5" }', `p.toml:1: backlog: ${SHAPE}`],
    ['an empty table', 'backlog = {}', `p.toml:1: backlog: ${SHAPE}`],
    ['a word it does not know', 'backlog = { max = 5, most = 6 }', `p.toml:1: backlog: ${SHAPE}`],
    ['nothing allowed', 'backlog = { allow = [] }', `p.toml:1: backlog: ${SHAPE}`],
    ['what is no list', 'shells = { allow = "any" }', `p.toml:1: shells: ${SHAPE}`],
    ['a day', 'backlog = 2020-01-01', `p.toml:1: backlog: ${SHAPE}`],
    ['bounds that cross', 'backlog = { min = 6, max = 5 }', 'p.toml:1: backlog: min 6 is above max 5'],
    [
      'a bound that cannot be',
      'backlog = 0',
      'p.toml:1: backlog: invalid value 0; allowed: whole number from 1 to 65535',
    ],
    [
      'a bound that is not whole',
      'backlog = { min = 1.5 }',
      'p.toml:1: backlog: invalid value 1.5; allowed: whole number',
    ],
    [
      'a value that cannot be',
      'shells = { allow = ["all"] }',
      'p.toml:1: shells: invalid value "all"; allowed: "listed"',
    ],
  ] as const)
    it(`may not rule ${what}`, () =>
      assert.throws(
        () => policyOf(text),
        (error) => {
          assert.ok(error instanceof SettingsError);
          assert.equal(error.message.slice(0, words.length), words);
          return true;
        },
      ));
});
