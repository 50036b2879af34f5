import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flagOf, loadSettings, SETTINGS, SettingsError, variableOf } from '../../../lib/settings/index.ts';

/** What a setting does not take, from either source. */
const BAD = {
  host: [''],
  port: ['-1', '65536', '512.5', 'http', '', ' 512', '0x200', '1e3', 'NaN', 'Infinity'],
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
  stdio: ['handOver', ''],
  logLevel: ['verbose', 'ERROR'],
} as const satisfies Partial<Record<keyof typeof SETTINGS, readonly string[]>>;

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
    assert.equal(settings.host, '127.0.0.1');
    assert.equal(settings.users, '');
    assert.equal(settings.logLevel, 'error'); // rexecd(8): only errors are written
    assert.equal(settings.stderrChannel, 'before-auth');
    assert.ok(settings.connectBackSeconds < 5); // inetutils waits no longer
    assert.ok(settings.maxConnectionsPerAddress < settings.maxConnections);
  });

  it('come from flags before the environment, and from it before the default', () => {
    const environment = { REXECD_PORT: '1000', REXECD_REQUEST_SECONDS: '7', UNRELATED: 'x' };
    const { port, requestSeconds, backlog } = loadSettings(environment, { port: '2000' });
    assert.deepEqual([port, requestSeconds, backlog], [2000, 7, 511]);
  });

  it('are not set by a flag that is undefined', () => {
    assert.equal(loadSettings({ REXECD_PORT: '1000' }, { port: undefined }).port, 1000);
  });

  it('take numbers and switches as text and as values', () => {
    const text = { port: '0', requestSeconds: '0.5', profile: 'false' };
    const values = { port: 0, requestSeconds: 0.5, profile: false };
    assert.deepEqual(loadSettings({}, text), loadSettings({}, values));
    assert.equal(loadSettings({ REXECD_PROFILE: 'true' }, {}).profile, true);
  });

  it('have a flag and a variable each, made from the name', () => {
    assert.equal(flagOf('maxConnectionsPerAddress'), '--max-connections-per-address');
    assert.equal(variableOf('maxConnectionsPerAddress'), 'REXECD_MAX_CONNECTIONS_PER_ADDRESS');
    assert.equal(new Set(names.map(variableOf)).size, names.length);
  });

  for (const [name, values] of Object.entries(BAD) as [keyof typeof SETTINGS, readonly string[]][])
    for (const value of values)
      it(`refuse ${JSON.stringify(value)} as ${name}, naming where it came from`, () => {
        const refused = (source: string) => (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.equal(error.code, 'REXEC_SETTING_INVALID');
          assert.ok(error.message.startsWith(`${source}: ${JSON.stringify(value)} is not allowed`));
          return true;
        };
        assert.throws(() => loadSettings({ [variableOf(name)]: value }, {}), refused(variableOf(name)));
        assert.throws(() => loadSettings({}, { [name]: value }), refused(flagOf(name)));
      });
});
