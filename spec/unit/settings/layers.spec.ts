import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import {
  flagOf,
  keyOf,
  type Layer,
  loadSettings,
  problemsIn,
  SETTINGS,
  SettingsError,
  variableOf,
} from '../../../lib/settings/index.ts';

/** What a setting does not take, from either source. */
const BAD = {
  host: ['', '5512'],
  port: ['-1', '65536', '512.5', 'http', '', ' 512', '0x200', '1e3', 'NaN', 'Infinity'],
  listen: [
    '',
    '127.0.0.1:65536',
    'a b',
    'udp:127.0.0.1:1',
    '[::1',
    '[x]:1',
    '127.0.0.1:',
    'tls:',
    ':1',
    '5512',
    '5512:512',
    'tls:5512',
  ],
  backlog: ['0', '65536', 'many'],
  maxConnections: ['0', '1000001', '-5', 'none'],
  maxConnectionsPerAddress: ['0', 'all'],
  requestSeconds: ['0', '3601', '-1', 'never', '', '1s'],
  connectBackSeconds: ['0', '61'],
  refusalSeconds: ['-1', '61'],
  drainSeconds: ['61', 'x'],
  stopSeconds: ['3601'],
  killSeconds: ['61'],
  stderrChannel: ['always', 'BEFORE-AUTH', ''],
  lowestStderrPort: ['0', '65536'],
  charset: ['klingon', ''],
  profile: ['yes', '1', 'TRUE', ''],
  logLevel: ['verbose', 'ERROR'],
  authenticator: ['PAM', 'ldap', 'pam,users', ''],
  pamService: ['', 'a/b', '/etc/pam.d/rexec', '../passwd', 'a b', 'rexec\n', 'rexec\0', 'ä'],
  loginThreads: ['0', '257', '1.5', '-1', '', 'all'],
  loginSeconds: ['0', '0.5', '3601', '30s', ''],
  domainUsers: ['yes', 'no', '1', 'TRUE', '', 'true '],
  domain: [
    ...['', 'ada', 'User', 'user@', '@EXAMPLE', 'user@A@B', 'user@A B', 'ada@EXAMPLE', 'user@EXAMPLE\n'],
    ...[
      'EXAMPLE',
      '\\user',
      'EXAMPLE\\',
      'EXAMPLE\\ada',
      'A\\B\\user',
      'A B\\user',
      'EXAMPLE/user',
      'A\\user@B',
    ],
  ],
  allowRoot: ['yes', '0', ''],
  minimumUid: ['-1', '4294967295', '1.5', 'ada', ''],
  shells: ['', 'none', 'LISTED', '/bin/sh', 'listed,usable'],
  nologin: ['no', 'off', ''],
  requireHome: ['maybe', ''],
  lockoutFailures: ['-1', '100001', '1.5', ''],
  lockoutSeconds: ['0', '0.04', '86401', '1m', ''],
  longestLockoutSeconds: ['0', '86401', 'never', ''],
} as const satisfies Layer;

/** What a setting makes of a text, from either source. */
const GOOD: readonly (readonly [name: keyof typeof SETTINGS, text: string, value: unknown])[] = [
  ['listen', '0.0.0.0', ['0.0.0.0:512']],
  ['listen', '5512.example,2host', ['5512.example:512', '2host:512']],
  ['listen', 'tls:[::]', ['tls:[::]:10512']],
  ['listen', '::1,tls:host.example:0', ['[::1]:512', 'tls:host.example:0']],
  ['listen', '[fe80::1%eth0]:65535', ['[fe80::1%eth0]:65535']],
  ['authenticator', 'users', 'users'],
  ['pamService', 'rexec-2.x_y', 'rexec-2.x_y'],
  ['loginThreads', '256', 256],
  ['loginSeconds', '1.5', 1.5],
  ...(['domainUsers', 'allowRoot', 'nologin', 'requireHome', 'profile'] as const).flatMap((name) => [
    [name, 'true', true] as const,
    [name, 'false', false] as const,
  ]),
  ...['user', 'user@EXAMPLE.COM', 'EXAMPLE\\user', 'user@user', 'user\\user', 'user@ä'].map(
    (form) => ['domain', form, form] as const,
  ),
  ['minimumUid', '4294967294', 4_294_967_294],
  ['shells', 'listed', 'listed'],
  ['lockoutFailures', '0', 0],
  ...(['allowUsers', 'denyUsers', 'allowGroups', 'denyGroups'] as const).flatMap((name) => [
    [name, '', []] as const,
    [name, 'ada', ['ada']] as const,
    [name, 'ada,bob', ['ada', 'bob']] as const,
    [name, ',ada,,bob,', ['ada', 'bob']] as const,
    [name, 'ada, bob ,\tcy', ['ada', 'bob', 'cy']] as const,
    [name, 'EXAMPLE\\domain users,ada@example', ['EXAMPLE\\domain users', 'ada@example']] as const,
  ]),
];

/** What an error says is allowed. */
const ALLOWED: readonly (readonly [name: keyof typeof SETTINGS, value: unknown, allowed: RegExp])[] = [
  ['authenticator', 'ldap', /"auto"\W+"system"\W+"pam"\W+"users"/],
  ['pamService', '/etc/passwd', /a file name in \/etc\/pam\.d/],
  ['loginThreads', '0', /whole number from 1 to 256\b/],
  ['loginThreads', 'all', /whole number from 1 to 256\b/],
  ['loginSeconds', '9999', /number from 1 to 3600\b/],
  ['domainUsers', 'yes', /true.*false/],
  ['domain', 'ada', /user, user@DOMAIN or DOMAIN\\user/],
  ['minimumUid', '4294967295', /from 0 to 4294967294\b/],
  ['shells', 'none', /"listed"\W+"usable"\W+"any"/],
  ['denyUsers', [7], /list of strings/],
  ['denyUsers', 7, /list of strings/],
  ['listen', '5512', /"tls:\[::\]:10512"; did you mean 127\.0\.0\.1:5512\?$/],
  ['listen', '::1, tls:0', /; did you mean tls:127\.0\.0\.1:0\?$/],
  ['listen', ['5512'], /; did you mean 127\.0\.0\.1:5512\?$/],
  ['listen', 5512, /; did you mean 127\.0\.0\.1:5512\?$/],
  ['listen', '70000', /"tls:\[::\]:10512"$/],
  ['listen', '5512:512', /"tls:\[::\]:10512"$/],
];

/** Settings that are paths, with the words that some of them take instead. */
const PATHS = {
  users: [''],
  control: ['auto', 'off'],
  sharedLockoutsPassword: [''],
  tlsCertificate: [''],
  tlsKey: [''],
  tlsClientCa: [''],
  tlsUsers: [''],
  logFile: [],
  logSyslogSocket: ['@abstract'],
  logJournaldSocket: [],
} as const satisfies Layer;

const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];

describe('settings', () => {
  it('have a default each, and a description', () => {
    const settings = loadSettings({}, {});
    assert.deepEqual(Object.keys(settings), names);
    for (const name of names) {
      assert.notEqual(settings[name], undefined, name);
      assert.ok(SETTINGS[name].description, name);
    }
  });

  it('are safe by default', () => {
    const settings = loadSettings({}, {});
    assert.deepEqual(settings.listen, ['127.0.0.1:512']);
    assert.equal(settings.users, '');
    assert.equal(settings.logLevel, 'error'); // rexecd(8): only errors are written
    assert.equal(settings.stderrChannel, 'before-auth');
    assert.ok(settings.connectBackSeconds < 5); // inetutils waits no longer
    assert.ok(settings.maxConnectionsPerAddress < settings.maxConnections);
    assert.deepEqual([settings.allowRoot, settings.nologin, settings.shells], [false, true, 'usable']);
    assert.equal(settings.domainUsers, false); // rexecd(8): fails when the local user does not exist
    assert.ok(settings.lockoutFailures > 0);
  });

  it('come from flags before the environment, and from it before the default', () => {
    const environment = { REXECD_BACKLOG: '1000', REXECD_REQUEST_SECONDS: '7', UNRELATED: 'x' };
    const { backlog, requestSeconds, killSeconds } = loadSettings(environment, { backlog: '2000' });
    assert.deepEqual([backlog, requestSeconds, killSeconds], [2000, 7, 2]);
  });

  it('are not set by a flag that is undefined', () => {
    assert.equal(loadSettings({ REXECD_BACKLOG: '1000' }, { backlog: undefined }).backlog, 1000);
  });

  it('take numbers and switches as text and as values', () => {
    const text = { backlog: '9', requestSeconds: '0.5', profile: 'false' };
    const values = { backlog: 9, requestSeconds: 0.5, profile: false };
    assert.deepEqual(loadSettings({}, text), loadSettings({}, values));
    assert.equal(loadSettings({ REXECD_PROFILE: 'true' }, {}).profile, true);
  });

  it('have a flag and a variable each, made from the name', () => {
    assert.equal(flagOf('maxConnectionsPerAddress'), '--max-connections-per-address');
    assert.equal(variableOf('maxConnectionsPerAddress'), 'REXECD_MAX_CONNECTIONS_PER_ADDRESS');
    assert.equal(new Set(names.map(variableOf)).size, names.length);
  });

  for (const [name, values] of Object.entries(BAD))
    for (const value of values)
      it(`refuse ${JSON.stringify(value)} as ${name}, naming where it came from`, () => {
        const refused = (source: string) => (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.equal(error.code, 'REXEC_SETTING_INVALID');
          assert.ok(error.message.startsWith(`${source}: invalid value ${JSON.stringify(value)}; allowed: `));
          return true;
        };
        assert.throws(() => loadSettings({ [variableOf(name)]: value }, {}), refused(variableOf(name)));
        assert.throws(() => loadSettings({}, { [name]: value }), refused(flagOf(name)));
      });

  for (const [name, text, value] of GOOD)
    it(`make ${JSON.stringify(value)} of ${JSON.stringify(text)} as ${name}`, () => {
      assert.deepEqual(loadSettings({}, { [name]: text })[name], value);
      assert.deepEqual(loadSettings({ [variableOf(name)]: text }, {})[name], value);
      assert.deepEqual(loadSettings({}, { [name]: value })[name], value);
    });

  for (const [name, value, allowed] of ALLOWED)
    it(`say what is allowed instead of ${JSON.stringify(value)} as ${name}`, () =>
      assert.throws(
        () => loadSettings({}, { [name]: value }),
        ({ message }: Error) => {
          assert.ok(
            message.startsWith(`${flagOf(name)}: invalid value ${JSON.stringify(value)}; allowed: `),
            message,
          );
          assert.match(message.slice(message.indexOf('allowed: ')), allowed);
          return true;
        },
      ));
});

describe('a setting that is a path', () => {
  for (const [name, words] of Object.entries(PATHS) as [keyof typeof PATHS, readonly string[]][]) {
    it(`is absolute in the settings file: ${name}`, () => {
      const problems = (value: string) => problemsIn('x', `${keyOf(name)} = "${value}"`);
      for (const relative of ['file', './file', '../file'])
        assert.match(problems(relative)[0]?.message ?? '', /^x:1: .*; allowed: .*an absolute path/, relative);
      for (const allowed of ['/etc/file', ...words]) assert.deepEqual(problems(allowed), []);
    });

    it(`begins in the working directory on the command line and in the environment: ${name}`, () => {
      for (const given of ['file', '../file', '/etc/file']) {
        assert.equal(loadSettings({}, { [name]: given })[name], resolve(given));
        assert.equal(loadSettings({ [variableOf(name)]: given }, {})[name], resolve(given));
      }
      for (const word of words) assert.equal(loadSettings({}, { [name]: word })[name], word);
    });
  }

  it('is not made of a word that is meant for something else', () => {
    for (const wrong of ['99999', '512x', 'panel'])
      assert.throws(() => loadSettings({}, { panelListen: wrong }), SettingsError);
    assert.throws(() => loadSettings({}, { logFile: '' }), SettingsError);
  });
});
