import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Layer, migrate, resolveSettings, TomlDocument } from '../../../../lib/settings/index.ts';
import { temporaryFolder } from '../../../support/program.ts';

const resolved = (text: string, flags: Layer = {}) =>
  resolveSettings({ file: { path: 'f', document: new TomlDocument('f', text) }, flags });

describe('a settings file of an earlier version', () => {
  for (const [what, text, listen] of [
    ['an address', 'host = "0.0.0.0"', ['0.0.0.0:512']],
    ['an IPv6 address and a port', 'host = "::"\nport = 5120', ['[::]:5120']],
    ['TLS beside clear text', '[tls]\nmode = "beside"\nport = 1', ['127.0.0.1:512', 'tls:127.0.0.1:1']],
    ['TLS alone', 'port = 5\n[tls]\nhost = "::1"\nmode = "only"', ['tls:[::1]:10512']],
    ['a port for TLS, which is off', '[tls]\nport = 1', ['127.0.0.1:512']],
  ] as const)
    it(`listens where it says: ${what}`, () => assert.deepEqual(resolved(text).settings.listen, listen));

  it('means the settings that its keys are now, and says so once', () => {
    const { settings, origins, outdated } = resolved(
      'maxConnections = 5\nworkers = 2\nport = 1\nprofile = false\n',
    );
    assert.deepEqual([settings.maxConnections, settings.profile], [5, false]);
    assert.deepEqual([origins.maxConnections, origins.listen], ['f:1', 'f:3']);
    assert.equal(
      outdated,
      'f:1: maxConnections is now limits.maxConnections (and 3 more); "rconfig migrate" rewrites the file',
    );
    assert.equal(resolved('[limits]\nmaxConnections = 5\n').outdated, undefined);
  });

  for (const [text, message] of [
    ['maxConnections = 5\n[limits]\nmaxConnections = 5\n', 'f:3: limits.maxConnections is set twice'],
    [
      'listen = []\nport = 5\n',
      'f:1: listen: invalid value []; allowed: list of addresses, such as "127.0.0.1:512" or "tls:[::]:10512"',
    ],
    ['listen = ["::1"]\nport = 5\n', 'f:2: port is set twice'],
    ['port = 5\nlisten = ["::1"]\n', 'f:2: listen is set twice'],
    ['host = "5512"\n', 'f:1: host: invalid value "5512"; allowed: an address or a name'],
    ['port = 70000\n', 'f:1: port: invalid value 70000; allowed: whole number from 0 to 65535'],
  ] as const)
    it(`is refused: ${message}`, () => assert.throws(() => resolved(text), { message }));

  it('gives way to flags of either version', () => {
    assert.deepEqual(resolved('port = 5\n', { port: '6' }).settings.listen, ['127.0.0.1:6']);
    assert.deepEqual(resolved('port = 5\n', { listen: '::1' }).settings.listen, ['[::1]:512']);
    assert.deepEqual(resolved('listen = ["::1", "10.0.0.1", "tls:::1"]', { port: 7 }).settings.listen, [
      ...['[::1]:7', 'tls:[::1]:10512', '10.0.0.1:512'],
    ]);
    assert.deepEqual(resolved('', { host: '::1', tlsMode: 'only', tlsPort: 0 }).settings.listen, [
      'tls:127.0.0.1:0',
    ]);
  });
});

const BEFORE = `# Ours.

# who may come in
host = "0.0.0.0"
port = 5120 # not 512

# how many connections may be open at the same time
# Allowed: whole number from 1 to 1000000
# maxConnections = 12000
maxConnections = 100

# failed logins that lock out a user
# Allowed: whole number from 0 to 100000
# lockoutFailures = 10

workers = 2
allowUsers = [
  "ada", # first
  "bob",
]
lockoutSeconds=5 # short

# logs
[log]
# all of it
level = "info"

[tls]
mode = "beside"
key = "/k"
`;

const AFTER = `# Ours.

# who may come in
# not 512
listen = ["0.0.0.0:5120", "tls:127.0.0.1:10512"]

# logs
[log]
# all of it
level = "info"

[tls]
key = "/k"

[limits]
# how many connections may be open at the same time
# Allowed: whole number from 1 to 1000000
# maxConnections = 12000
maxConnections = 100

[accounts]
allowUsers = [
  "ada", # first
  "bob",
]

[lockout]
seconds = 5 # short
`;

describe('the migration of a settings file', () => {
  for (const [what, end] of [
    ['Unix', '\n'],
    ['Windows', '\r\n'],
  ] as const)
    it(`moves each key with its comments, with the line ends of ${what}`, async (t) => {
      const path = join(temporaryFolder(t), 'x.toml');
      writeFileSync(path, BEFORE.replaceAll('\n', end));
      assert.equal(await migrate(path), true);
      assert.equal(readFileSync(path, 'utf8'), AFTER.replaceAll('\n', end));
      assert.equal(await migrate(path), false);
      assert.deepEqual(resolved(AFTER).settings, resolved(BEFORE).settings);
      assert.equal(resolved(AFTER).outdated, undefined);
    });

  it('leaves a file alone that has no old keys, or is not there', async (t) => {
    const path = join(temporaryFolder(t), 'x.toml');
    assert.equal(await migrate(path), false);
    writeFileSync(path, '[limits]\n\n\nbacklog = 5');
    assert.equal(await migrate(path), false);
    assert.equal(readFileSync(path, 'utf8'), '[limits]\n\n\nbacklog = 5');
  });

  it('leaves a file alone whose values are not allowed', async (t) => {
    const path = join(temporaryFolder(t), 'x.toml');
    writeFileSync(path, 'port = "http"\n');
    await assert.rejects(migrate(path), {
      message: `${path}:1: port: invalid value "http"; allowed: whole number from 0 to 65535`,
    });
    assert.equal(readFileSync(path, 'utf8'), 'port = "http"\n');
  });
});
