import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { settingsTemplate, TomlDocument } from '../../../lib/settings/index.ts';
import { Installation } from '../../support/machine/installation.ts';
import { PATIENT, Program, ROOT, run } from '../../support/program.ts';

const done = (stdout: string) => ({ stdout, stderr: '', status: 0 });
const failed = (stderr: string) => ({ stdout: '', stderr, status: 1 });

describe('rconfig', { ...PATIENT, concurrency: 4 }, () => {
  it('sets a setting in a file it makes, gets it, and takes it out again', async (t) => {
    const here = new Installation(t);
    const { file } = here;
    assert.deepEqual(
      await here.rconfig('set', 'Request-Seconds', '7.5'),
      done(`limits.requestSeconds = 7.5 in ${file}\n`),
    );
    const line = '# requestSeconds = 60\n';
    assert.equal(here.text, settingsTemplate().replace(line, `${line}requestSeconds = 7.5\n`));
    assert.deepEqual(await here.rconfig('get', 'requestSeconds'), done('7.5\n'));
    assert.deepEqual(
      await here.rconfig('set', 'requestSeconds', '7.5'),
      done(`limits.requestSeconds = 7.5 in ${file} (unchanged)\n`),
    );
    assert.deepEqual(
      await here.rconfig('unset', 'requestSeconds'),
      done(`limits.requestSeconds is no longer set in ${file}\n`),
    );
    assert.equal(here.text, settingsTemplate());
    assert.deepEqual(await here.rconfig('get', 'requestSeconds'), done('60\n'));
  });

  it('takes a list in several words and with commas, and gives it as it takes it', async (t) => {
    const here = new Installation(t, 'port = 1\r\n');
    await here.rconfig('set', 'denyUsers', 'ada', 'bob,eve');
    assert.equal(here.text, 'port = 1\r\n\r\n[accounts]\r\ndenyUsers = ["ada", "bob", "eve"]\r\n');
    const { stdout } = await here.rconfig('get', 'denyUsers');
    assert.equal(stdout, 'ada,bob,eve\n');
    await here.rconfig('set', 'denyUsers', '');
    assert.equal(here.text, 'port = 1\r\n\r\n[accounts]\r\ndenyUsers = []\r\n');
  });

  for (const [what, words, stderr] of [
    ['a key there is not', ['set', 'lisen', '5'], 'rconfig: unknown setting lisen; did you mean listen?\n'],
    ['a key that every object has', ['set', 'constructor', '5'], 'rconfig: unknown setting constructor\n'],
    ['a key like none', ['get', 'xyzzy'], 'rconfig: unknown setting xyzzy\n'],
    [
      'a value that is not allowed',
      ['set', 'port', 'http'],
      'rconfig: port: invalid value "http"; allowed: whole number from 0 to 65535\n',
    ],
    [
      'a port where an address must be',
      ['set', 'listen', '5512'],
      'rconfig: listen: invalid value "5512"; allowed: list of addresses, such as "127.0.0.1:512" or "tls:[::]:10512"; did you mean 127.0.0.1:5512?\n',
    ],
    [
      'a value the policy does not allow',
      ['set', 'maxConnections', '2'],
      'rconfig: limits.maxConnections: the policy file allows at most 1, not 2\n',
    ],
    ['a command there is not', ['change'], "rconfig: unknown command 'change'\n"],
    ['a key alone', ['set', 'port'], "rconfig: missing required argument 'value'\n"],
  ] as const)
    it(`refuses ${what}`, async (t) => {
      const here = new Installation(t, 'port = 1 # mine\n', 'maxConnections = 1\n');
      assert.deepEqual(await here.rconfig(...words), failed(stderr));
      assert.equal(here.text, 'port = 1 # mine\n');
      assert.deepEqual(readdirSync(here.folder), ['policy.toml', 'rexecd.toml']);
    });

  it('shows how it is used on standard error where there is nobody to ask', async (t) => {
    const { stdout, stderr, status } = await new Installation(t).run([]);
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(stderr, /^Usage: rconfig \[options\] \[command\]\n/);
  });

  it('reads the file that REXECD_CONFIG names', async (t) => {
    const { file, policy } = new Installation(t, 'port = 600\n');
    const env = { REXECD_CONFIG: file };
    assert.equal((await run(t, 'rconfig', ['--policy', policy, 'get', 'port'], { env })).stdout, '600\n');
  });

  it('sets and gets a part of listen by its own name', async (t) => {
    const here = new Installation(t, 'listen = ["0.0.0.0", "[::1]:600", "tls:0.0.0.0"]\n');
    assert.deepEqual(
      await here.rconfig('set', 'port', '601'),
      done(`listen = 0.0.0.0:601,tls:0.0.0.0:10512,"[::1]:600" in ${here.file}\n`),
    );
    assert.deepEqual(await here.rconfig('get', 'port'), done('601\n'));
    assert.deepEqual(await here.rconfig('get', 'tls.port'), done('10512\n'));
  });

  it('gives the keys of an earlier version their names of today', async (t) => {
    const here = new Installation(t, '# mine\nmaxConnections = 5\n');
    const { stdout, stderr } = await here.rconfig('check');
    assert.equal(stdout, `${here.file} is valid\n`);
    assert.equal(
      stderr,
      `rconfig: warning: ${here.file}:2: maxConnections is now limits.maxConnections; "rconfig migrate" rewrites the file\n`,
    );
    assert.deepEqual(await here.rconfig('migrate'), done(`${here.file} is rewritten\n`));
    assert.equal(here.text, '# mine\n\n[limits]\nmaxConnections = 5\n');
    assert.deepEqual(await here.rconfig('migrate'), done(`${here.file} is up to date\n`));
  });

  it('says so when a variable wins over what it sets', async (t) => {
    const here = new Installation(t, '');
    const env = { REXECD_PORT: '700' };
    const { stderr, status } = await here.run(['--no-reload', 'set', 'port', '600'], { env });
    assert.equal(stderr, 'rconfig: REXECD_PORT is set in this environment and overrides the file\n');
    assert.equal(status, 0);
    assert.equal(here.text, 'listen = ["127.0.0.1:600"]\n');
  });

  it('keeps a link, and what runs at the same time loses nothing', async (t) => {
    const here = new Installation(t, '# mine\n');
    renameSync(here.file, join(here.folder, 'real.toml'));
    symlinkSync('real.toml', here.file);
    const keys = ['drainSeconds', 'killSeconds', 'stopSeconds', 'loginSeconds'];
    const ended = await Promise.all(keys.map((key) => here.rconfig('set', key, '3')));
    for (const { stderr, status } of ended) assert.deepEqual([stderr, status], ['', 0]);
    assert.equal(readlinkSync(here.file), 'real.toml');
    const { assignments } = new TomlDocument('x', here.text);
    assert.deepEqual(assignments.map(({ key }) => key).sort(), [
      'limits.drainSeconds',
      'limits.killSeconds',
      'limits.stopSeconds',
      'login.seconds',
    ]);
    assert.deepEqual(readdirSync(here.folder), ['policy.toml', 'real.toml', 'rexecd.toml']);
  });

  it('takes a key out of the file that is no setting', async (t) => {
    const here = new Installation(t, 'prot = 5\nport = 1\n');
    assert.deepEqual(await here.rconfig('unset', 'prot'), done(`prot is no longer set in ${here.file}\n`));
    assert.equal(here.text, 'port = 1\n');
    assert.deepEqual(await here.rconfig('unset', 'prot'), failed('rconfig: unknown setting prot\n'));
    assert.deepEqual(await here.rconfig('unset', 'control'), done(`control is not set in ${here.file}\n`));
  });

  it('ends quietly when nobody reads what it prints', async (t) => {
    const line = `'${process.execPath}' lib/cli/rconfig.ts template | :`;
    const shell = new Program(t, '/bin/sh', ['-c', line], { stdin: '', cwd: ROOT });
    assert.deepEqual(await shell.end(), done(''));
  });
});
