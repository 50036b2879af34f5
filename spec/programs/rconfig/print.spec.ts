import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { bare, explanation, listing, shown } from '../../../lib/cli/programs/rconfig/print.ts';
import { describeSetting, listSettings, SETTING_NAMES, TomlDocument } from '../../../lib/settings/index.ts';
import { Installation } from '../../support/machine/installation.ts';
import { findProgram, PATIENT, Program, ROOT } from '../../support/program.ts';
import { ON_A_TERMINAL } from '../../support/terminal.ts';

const AT_ONCE = { ...PATIENT, concurrency: 4 };
const SETPRIV = findProgram('setpriv');
const NOBODY = 65_534;

const standings = (text: string, environment = {}) =>
  listSettings({ file: { path: '/etc/x.toml', document: new TomlDocument('x', text) }, environment });

describe('a value as rconfig shows it', () => {
  for (const [value, people, programs] of [
    [512, '512', '512'],
    [0.05, '0.05', '0.05'],
    [true, 'true', 'true'],
    ['utf-8', 'utf-8', 'utf-8'],
    ['', '""', ''],
    ['a b', '"a b"', 'a b'],
    ['DOMAIN\\user', 'DOMAIN\\user', 'DOMAIN\\user'],
    ['\x1b[31m', '"\\u001b[31m"', '\x1b[31m'],
    [[], '[]', ''],
    [['ada', 'bob'], 'ada,bob', 'ada,bob'],
    [['a,b', 'c'], '"a,b",c', 'a,b,c'],
  ] as const)
    it(`is ${people} for ${JSON.stringify(value)}`, () => {
      assert.equal(shown(value), people);
      assert.equal(bare(value), programs);
    });
});

describe('the list of rconfig', () => {
  it('has columns in line, as wide as they need where there is no terminal', () => {
    const chosen = standings('\ncontrol = "/x"\n[log]\nlevel = "info"\n').filter(({ changed }) => changed);
    assert.equal(
      listing(chosen),
      [
        'SETTING    VALUE  SOURCE    DEFAULT  MEANING\n',
        `control    /x     x.toml:2  auto     ${describeSetting('control').meaning}\n`,
        `log.level  info   x.toml:4  error    ${describeSetting('logLevel').meaning}\n`,
      ].join(''),
    );
  });

  for (const width of [40, 80, 100, 132, 200])
    it(`fits ${width} columns, whatever the values`, () => {
      const long = `control = "/${'x'.repeat(300)}"\nlisten = ["::1"]\n`;
      const lines = listing(standings(long, { REXECD_MAX_CONNECTIONS_PER_ADDRESS: '7' }), width).split('\n');
      assert.equal(lines.pop(), '');
      for (const line of lines) assert.ok(line.length <= width, line);
      const [heading = ''] = lines;
      const found = lines.filter((line) => /^\w/.test(line)).slice(1);
      assert.deepEqual(
        found.map((line) => line.split(' ')[0]),
        listSettings({}).map(({ key }) => key),
      );
      if (width < 80) return;
      for (const line of found) assert.match(line.slice(heading.indexOf('SOURCE') - 2), /^ {2}\S/);
      assert.equal(lines.length, heading.includes('MEANING') ? found.length + 1 : 2 * found.length + 1);
    });

  it('has a heading where there is nothing to list', () =>
    assert.equal(listing([]), 'SETTING  VALUE  SOURCE  DEFAULT  MEANING\n'));
});

describe('rconfig explain', () => {
  it('tells meaning, what is allowed, default, flag, variable and key', () => {
    assert.equal(
      explanation(describeSetting('refusalSeconds')),
      [
        `login.refusalSeconds: ${describeSetting('refusalSeconds').meaning}\n`,
        '  allowed      number from 0 to 60\n',
        '  default      1\n',
        '  flag         --refusal-seconds VALUE\n',
        '  environment  REXECD_REFUSAL_SECONDS\n',
        '  file         refusalSeconds in the table [login]\n',
      ].join(''),
    );
    assert.match(explanation(describeSetting('logLevel')), /\n {2}file {9}level in the table \[log\]\n$/);
  });
});

describe('what rconfig prints', AT_ONCE, () => {
  const text = '# x\ncontrol = "/600"\n[launch]\nprofile = true\n';

  it('is a list of what there is, with its lines', async (t) => {
    const here = new Installation(t, text, 'maxConnections = 1\n');
    const { stdout, stderr, status } = await here.run(['list'], { env: { REXECD_BACKLOG: '9' } });
    assert.deepEqual([stderr, status], ['', 0]);
    assert.equal(stdout.split('\n').length, SETTING_NAMES.length + 2);
    assert.match(stdout, /^control +\/600 +rexecd\.toml:2 +auto {2}/m);
    assert.match(stdout, /^limits\.backlog +9 +REXECD_BACKLOG +511 {2}/m);
    assert.match(stdout, /^limits\.maxConnections +1 +policy +12000 {2}/m);
    assert.match(stdout, /^launch\.profile +true +rexecd\.toml:4 +true {2}/m);
  });

  it('is JSON for programs, of the changed alone if they like', async (t) => {
    const here = new Installation(t, text);
    const { stdout } = await here.rconfig('list', '--changed', '--json');
    const { key, meaning, allowed } = describeSetting('control');
    const control = {
      key,
      default: 'auto',
      meaning,
      allowed,
      flag: '--control',
      variable: 'REXECD_CONTROL',
      value: '/600',
      source: `${here.file}:2`,
      changed: true,
    };
    assert.deepEqual(JSON.parse(stdout), [control]);
    assert.deepEqual(JSON.parse((await here.rconfig('get', 'CONTROL', '--json')).stdout), control);
    const { value: _value, source: _source, changed: _changed, ...explained } = control;
    assert.deepEqual(JSON.parse((await here.rconfig('explain', 'control', '--json')).stdout), explained);
  });

  it('is an explanation and the template, even where the file is broken', async (t) => {
    const here = new Installation(t, 'port\n');
    assert.equal((await here.rconfig('explain', 'control')).stdout, explanation(describeSetting('control')));
    assert.match((await here.rconfig('template')).stdout, /^# Settings of rexecd/);
    const { stderr, status } = await here.rconfig('list');
    assert.deepEqual(
      [stderr, status],
      [`rconfig: ${here.file}:1: Invalid TOML document: illegal character in key\n`, 1],
    );
  });

  it('fits the terminal, its headings bold', ON_A_TERMINAL, async (t) => {
    const { stdout } = await new Installation(t, text).onTerminal(['list'], 90).end();
    assert.match(stdout, /^\u001b\[1mSETTING /);
    const lines = stripVTControlCharacters(Buffer.from(stdout, 'latin1').toString()).split('\r\n');
    assert.ok(lines.length > SETTING_NAMES.length);
    assert.ok(Math.max(...lines.map(({ length }) => length)) === 90, stdout);
  });

  it('is what is wrong in the file, all of it, and exit code 1', async (t) => {
    const here = new Installation(t, 'prot = 1\nlimits.maxConnections = 2\n', 'limits.maxConnections = 1\n');
    const problems = [
      `${here.file}:1: unknown setting prot`,
      `${here.file}:2: limits.maxConnections: the policy file allows at most 1, not 2`,
    ];
    assert.deepEqual(await here.rconfig('check'), {
      stdout: '',
      stderr: `${problems.join('\n')}\n`,
      status: 1,
    });
    const { stdout, status } = await here.rconfig('check', here.file, '--json');
    assert.deepEqual(JSON.parse(stdout), {
      file: here.file,
      problems: [
        { line: 1, key: 'prot', message: problems[0] },
        { line: 2, key: 'limits.maxConnections', message: problems[1] },
      ],
    });
    assert.equal(status, 1);
  });

  it('is that a file is good, or not there', async (t) => {
    const here = new Installation(t, text);
    assert.deepEqual(await here.rconfig('check'), {
      stdout: `${here.file} is valid\n`,
      stderr: '',
      status: 0,
    });
    const stderr = `rconfig: ${here.file}.no: no such file or directory\n`;
    assert.deepEqual(await here.rconfig('check', `${here.file}.no`), { stdout: '', stderr, status: 1 });
  });
});

/** rconfig as an account that may only read. */
function asNobody(t: TestContext, here: Installation, ...words: string[]): Program {
  const line = [`${ROOT}lib/cli/rconfig.ts`, '--config', here.file, '--policy', here.policy, ...words];
  if (process.getuid?.() !== 0) return new Program(t, process.execPath, line, { stdin: '' });
  const drop = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups', process.execPath];
  return new Program(t, SETPRIV!, [...drop, ...line], { stdin: '' });
}

const CAN_DROP = { skip: process.getuid?.() === 0 && !SETPRIV && 'needs setpriv (Debian: util-linux)' };

describe('rconfig where it may not write', { ...AT_ONCE, ...CAN_DROP }, () => {
  for (const words of [['set', 'port', '700'], ['unset', 'port'], ['edit']])
    it(`says so in one line: ${words[0]}`, async (t) => {
      const here = new Installation(t, 'port = 600\n');
      chmodSync(here.folder, 0o555);
      const ended = asNobody(t, here, ...words).end();
      const { stdout, stderr, status } = await ended.finally(() => chmodSync(here.folder, 0o755));
      assert.deepEqual([stdout, status], ['', 1]);
      assert.equal(stderr, `rconfig: ${here.file}: permission denied; try sudo\n`);
      assert.equal(here.text, 'port = 600\n');
    });

  it('says so in one line when it may not even read', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    chmodSync(here.folder, 0o755);
    chmodSync(here.file, 0);
    const { stderr, status } = await asNobody(t, here, 'get', 'port').end();
    assert.deepEqual([stderr, status], [`rconfig: ${here.file}: permission denied; try sudo\n`, 1]);
  });
});
