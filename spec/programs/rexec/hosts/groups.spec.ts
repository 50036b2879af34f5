import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { withDefaults } from '../../../../lib/cli/programs/rexec/hosts/defaults.ts';
import { Groups } from '../../../../lib/cli/programs/rexec/hosts/groups.ts';
import { parseTarget, targetText } from '../../../../lib/cli/programs/rexec/hosts/target.ts';
import { PATIENT, run, temporaryFolder } from '../../../support/program.ts';

function fileOf(t: TestContext, text: string, name = 'groups.toml'): string {
  const path = join(temporaryFolder(t), 'rexec', name);
  mkdirSync(dirname(path));
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const GROUPS = `
web = "web[1-3]"
db = ["db1", "db2:5512"]
all = ["@web", "@db!db2"]
r1 = "n1"
r2 = "n2"
live = { command = ["printf", "web1 # here\\nlive[1-2]\\n@db\\n"] }
fails = { command = ["sh", "-c", "echo no inventory >&2; exit 3"] }
missing = { command = ["/nowhere/inventory"] }
slow = { command = ["sleep", "600"], seconds = 0.2 }
floods = { command = ["yes"] }
me = "@you"
you = ["a", "@them"]
them = "@me"
"a.b-c" = "z"
mixed = "eve@m1,m2"
`;

describe('groups of hosts', PATIENT, () => {
  const members = async (t: TestContext, list: string): Promise<string[]> =>
    (await new Groups([fileOf(t, GROUPS)]).hostsOf(list)).targets.map(targetText);

  for (const [list, hosts] of [
    ['@web', ['web1', 'web2', 'web3']],
    ['@all', ['web1', 'web2', 'web3', 'db1']],
    ['@all!@web,x', ['db1', 'x']],
    ['@web&@live', ['web1']],
    ['@r[1-2]', ['n1', 'n2']],
    ['@live', ['web1', 'live1', 'live2', 'db1', 'db2:5512']],
    ['@a.b-c', ['z']],
    ['ada@@db,bob@@mixed', ['ada@db1', 'ada@db2:5512', 'eve@m1', 'bob@m2']],
  ] as const)
    it(`${list} is ${hosts.join(' ')}`, async (t) => assert.deepEqual(await members(t, list), hosts));

  for (const [list, fault] of [
    ['@wbe', /^@wbe: unknown group; did you mean @web\?$/],
    ['@me', /^@me: the group contains itself: @me > @you > @them > @me$/],
    ['@fails', /groups\.toml: group fails: sh ended with exit status 3: no inventory$/],
    ['@missing', /group missing: \/nowhere\/inventory cannot be started \(ENOENT\)$/],
    ['@slow', /group slow: sleep did not end within 0\.2 s$/],
    ['@floods', /group floods: yes printed more than 4194304 bytes$/],
  ] as const)
    it(`says what is wrong with ${list}`, (t) =>
      assert.rejects(members(t, list), (error: Error) => fault.test(error.message)));

  it('of the user come before those of the machine, each by its name', async (t) => {
    const files = [fileOf(t, 'web = "own"'), fileOf(t, 'web = "theirs"\ndb = "theirs"')];
    const groups = new Groups([...files, '/nowhere/groups.toml']);
    const { targets } = await groups.hostsOf('@web,@db');
    assert.deepEqual(targets.map(targetText), ['own', 'theirs']);
  });

  for (const [text, fault] of [
    ['web = 3', /group web: must be a list of hosts, or a table such as/],
    ['web = { command = "sh" }', /group web: must be a list of hosts/],
    ['web = { command = ["sh"], seconds = 0 }', /group web: must be a list of hosts/],
    ['web = { command = ["sh"], shell = true }', /group web: must be a list of hosts/],
    ['"a b" = "x"', /group a b: a group's name is one word$/],
    ['web = ', /groups\.toml:1: /],
  ] as const)
    it(`may not be ${text}`, (t) =>
      assert.rejects(new Groups([fileOf(t, text)]).hostsOf('@web'), (error: Error) =>
        fault.test(error.message),
      ));

  it('are not read from a file that others may write: a command in it would run', async (t) => {
    const file = fileOf(t, GROUPS);
    chmodSync(file, 0o666);
    await assert.rejects(new Groups([file]).hostsOf('@web'), /must not be writable by group or others/);
  });

  it('are those of XDG_CONFIG_HOME to rexec, which lists hosts and runs nothing', async (t) => {
    const env = { XDG_CONFIG_HOME: dirname(dirname(fileOf(t, GROUPS))) };
    const listed = async (...words: string[]) => run(t, 'rexec', [...words, '--list'], { env });
    assert.deepEqual(await listed('-w', '@all,n[1-2]', '-x', 'web2'), {
      stdout: 'web1\nweb3\ndb1\nn1\nn2\n',
      stderr: '',
      status: 0,
    });
    const { stdout } = await listed('-w', '@all,n[1-2]', '-x', 'web2', '--fold');
    assert.equal(stdout, 'web[1,3],db1,n[1-2]\n');
    const { stderr, status } = await listed('-w', '@me');
    assert.deepEqual(
      [stderr, status],
      ['rexec: @me: the group contains itself: @me > @you > @them > @me\n', 64],
    );
  });

  for (const [words, hint] of [
    [['-f', '5'], '-f; rexec spells it --max-parallel'],
    [['--outdir', 'x'], '--outdir; rexec spells it --output-dir'],
    [['-g', 'web'], '-g; rexec spells it -w @group'],
    [['-S'], '-S; rexec needs none: the exit status is always the largest'],
  ] as const)
    it(`have a hint for one who is used to ${words[0]}`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', [...words, '-w', 'a', 'true']);
      assert.deepEqual([stderr, status], [`rexec: unknown option ${hint}\n`, 64]);
    });
});

const CONFIG = `
["web[1-2]*"]
user = "deploy"
port = 5512

["*.example.org"]
port = 1
tls = true
ca = "ca.pem"
`;

describe('defaults of hosts', PATIENT, () => {
  it('are those of the first pattern that has the key', async (t) => {
    const file = fileOf(t, CONFIG, 'config.toml');
    const names = ['web1.example.org', 'WEB2', 'db.example.org', 'web3'];
    const targets = await withDefaults(names.map(parseTarget), [file]);
    const ca = join(dirname(file), 'ca.pem');
    assert.deepEqual(
      targets.map(({ defaults }) => defaults),
      [
        { user: 'deploy', port: 5512, tls: true, ca },
        { user: 'deploy', port: 5512 },
        { port: 1, tls: true, ca },
        {},
      ],
    );
  });

  for (const [text, fault] of [
    ['web = 3', /\["web"\]: must be a table/],
    ['[web]\nuser = 1', /\["web"\]: user: must be a user name$/],
    ['[web]\nport = 0', /port: must be a number from 1 to 65535$/],
    ['[web]\npasword = "x"', /unknown key pasword; allowed: user, port, tls, ca$/],
    ['[web]\nconstructor = "x"', /unknown key constructor; allowed: user, port, tls, ca$/],
    ['["web[1-999999999]"]', /more than 65536 hosts$/],
  ] as const)
    it(`may not be ${JSON.stringify(text)}`, (t) =>
      assert.rejects(withDefaults([parseTarget('web')], [fileOf(t, text, 'config.toml')]), (error: Error) =>
        fault.test(error.message),
      ));

  it('are taken by rexec for one host and for several, unless the command line says otherwise', async (t) => {
    const text = '["127.0.0.1"]\nuser = "ada"\nport = 1\n';
    const env = { XDG_CONFIG_HOME: dirname(dirname(fileOf(t, text, 'config.toml'))) };
    const errorOf = async (...words: string[]) => {
      const { stdout } = await run(t, 'rexec', ['-p', 'x', '--json', ...words, 'true'], { env });
      const { user, port, error } = JSON.parse(stdout);
      return [user, port, error.code];
    };
    assert.deepEqual(await errorOf('127.0.0.1'), ['ada', 1, 'REXEC_UNREACHABLE']);
    assert.deepEqual(await errorOf('-l', 'bob', '-w', '127.0.0.1:2'), ['bob', 2, 'REXEC_UNREACHABLE']);
    assert.deepEqual(await errorOf('--port', '3', '127.0.0.1'), ['ada', 3, 'REXEC_UNREACHABLE']);
  });

  it('have a certificate authority, and a file that is missing is named before a host is called', async (t) => {
    const env = {
      XDG_CONFIG_HOME: dirname(dirname(fileOf(t, '["*"]\ntls = true\nca = "none.pem"\n', 'config.toml'))),
    };
    const { stderr, status } = await run(t, 'rexec', ['-p', 'x', '127.0.0.1:1', 'true'], { env });
    assert.match(stderr, /^rexec: config\.toml: ca: \/\S+none\.pem: no such file or directory\.\n$/);
    assert.equal(status, 64);
    const clear = await run(t, 'rexec', ['-p', 'x', '127.0.0.1:1', 'true'], {
      env: { ...env, REXEC_TLS: 'false' },
    });
    assert.equal(clear.status, 68);
  });
});
