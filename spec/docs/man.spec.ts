import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  HEALTH_EXIT,
  REXEC_BENCH_EXIT,
  REXEC_EXIT,
  REXEC_FUZZ_EXIT,
  REXECD_EXIT,
} from '../../lib/cli/programs/common/exit-codes.ts';
import { CATALOGUE } from '../../lib/events/index.ts';
import { describeSettings, flagOf, variableOf } from '../../lib/settings/index.ts';
import { cleanEnvironment, findProgram, PATIENT, ROOT } from '../support/program.ts';

const MANDOC = findProgram('mandoc');
const PAGES = {
  'rexecd.8': 'rexecd',
  'rexec.1': 'rexec',
  'rexec-bench.1': 'rexec-bench',
  'rexec-fuzz.1': 'rexec-fuzz',
  'rconfig.1': 'rconfig',
  'grconfig.1': 'grconfig',
  'rexecd.toml.5': 'rexecd',
} as const;
const OPTION_PAGES = Object.entries(PAGES).filter(([page]) => page !== 'rexecd.toml.5');
/** Long options that have one dash, as the original page has them. */
const ONE_DASH = ['install', 'remove', 'debug'];
const PROGRAMS = Object.values(PAGES).join('|');

describe('the manual pages', PATIENT, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-man-'));
  const pages: Record<string, string> = {};

  function run(words: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const { stdout, stderr, status } = spawnSync(process.execPath, words, {
      cwd: ROOT,
      env: { ...cleanEnvironment(), ...env },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  /** Every option that a program and its commands show, as it is typed. */
  function optionsOf(program: string): Set<string> {
    const help = (...words: string[]) => run([`lib/cli/${program}.ts`, ...words, '--help']);
    const main = help();
    const [, commands = ''] = main.split('\nCommands:\n');
    const names = [...commands.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    const all = [main, ...names.filter((name) => name !== 'help').map((name) => help(name))].join('\n');
    const found = [...all.matchAll(/^ {2}(?:(-\w), )?(--[a-z][\w-]*)/gm)].flatMap(([, short, long]) => [
      short,
      long!,
    ]);
    return new Set(found.filter((option) => option !== undefined));
  }

  before(() => {
    run(['scripts/man/build.ts', folder], { SOURCE_DATE_EPOCH: '1700000000' });
    for (const name of readdirSync(folder)) pages[name] = readFileSync(join(folder, name), 'utf8');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are these, with date and version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(pages).sort(), Object.keys(PAGES).sort());
    for (const [name, roff] of Object.entries(pages)) {
      const text = roff.replaceAll('\\-', '-');
      const [, title, section] = /^(.+)\.(\d)$/.exec(name)!;
      const head = `.TH "${title!.toUpperCase()}" "${section}" "2023-11-14" "rexecd ${version}" "`;
      assert.ok(text.replace(/^'\\" t\n/, '').startsWith(head), text.slice(0, 100));
      assert.match(text, new RegExp(`^\\.SH "NAME"\\n\\\\fB${title}\\\\fR - \\w`, 'm'));
    }
  });

  it('are what package.json names', () => {
    const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(
      [...man].sort(),
      Object.keys(PAGES)
        .sort()
        .map((page) => `dist/man/${page}`),
    );
  });

  for (const page of Object.keys(PAGES))
    it(`${page} is as mandoc wants it`, { skip: !MANDOC && 'needs mandoc (Debian: mandoc)' }, () => {
      const { stdout, stderr } = spawnSync(MANDOC!, ['-Tlint', '-Wwarning', join(folder, page)], {
        encoding: 'utf8',
      });
      assert.equal(stdout + stderr, '');
    });

  for (const [page, program] of OPTION_PAGES)
    it(`${page} names every option of ${program}, and no other`, () => {
      const known = optionsOf(program);
      assert.ok(known.size > 2, [...known].join(' '));
      const named = optionsIn(pages[page]!);
      const missing = [...known].filter((option) => !named.has(option) && !named.has(option.slice(1)));
      assert.deepEqual(missing, []);
      const unknown = [...named].filter((option) => !known.has(twoDashes(option)));
      assert.deepEqual(unknown, []);
    });

  it('rexecd.toml.5 has every setting, with its flag, its variable and its default', () => {
    const text = plain(pages['rexecd.toml.5']!);
    for (const { name, key, fallback } of describeSettings()) {
      const [, entry] = text.split(new RegExp(`^\\.TP\\n${key.replace('.', '\\.')}$`, 'm'));
      assert.ok(entry, `${key} is missing`);
      const [told = ''] = entry.split('\n.TP\n');
      for (const part of [`Default: ${JSON.stringify(fallback)}.`, flagOf(name), variableOf(name)])
        assert.ok(told.replaceAll('\n', ' ').includes(part), `${key}: ${part}`);
    }
  });

  it('name no setting that does not exist', () => {
    const known = new Set(describeSettings().map(({ key }) => key));
    for (const [name, text] of Object.entries(pages)) {
      const keys = text.matchAll(
        /\\fB((?:[a-z]+\.)?[a-z]+[A-Z]\w*|(?:log|tls|limits|login|lockout|launch|accounts)\.\w+)\\fR/g,
      );
      const unknown = [...keys].map(([, key]) => key!).filter((key) => !known.has(key));
      assert.deepEqual(unknown, [], name);
    }
  });

  it('rexecd.8 has every event', () => {
    const text = plain(pages['rexecd.8']!);
    for (const { id, text: event } of Object.values(CATALOGUE))
      assert.match(text, new RegExp(`^\\.TP\\n${id} \\(.*\\) ${event}$`, 'm'));
    const numbers = [...plain(pages['rexecd.toml.5']!).matchAll(/REXECD-\d+/g)].map(([id]) => id);
    for (const id of numbers) assert.ok(text.includes(`\n${id} (`), id);
  });

  it('have every exit status', () => {
    for (const [page, codes] of [
      ['rexec.1', REXEC_EXIT],
      ['rexec-bench.1', REXEC_BENCH_EXIT],
      ['rexec-fuzz.1', REXEC_FUZZ_EXIT],
      ['rexecd.8', { ...REXECD_EXIT, ...HEALTH_EXIT }],
      ['rconfig.1', REXECD_EXIT],
      ['grconfig.1', REXECD_EXIT],
    ] as const)
      for (const code of Object.values(codes))
        assert.match(pages[page]!, new RegExp(`^\\.TP\\n\\\\fB${code}\\\\fR$`, 'm'));
  });
});

/** Options that a page speaks of, and those of its examples. */
function optionsIn(roff: string): Set<string> {
  const text = roff.replaceAll('\\-', '-');
  const spoken = [...text.matchAll(/\\fB(-[A-Za-z0-9-]+)\\fR/g)].map(([, option]) => option!);
  const shown = [...text.matchAll(new RegExp(`^(?:sudo )?(?:${PROGRAMS}) [^\\n'|\\\\]*`, 'gm'))].flatMap(
    ([line]) => [...line.matchAll(/(?<= )-[A-Za-z-]+/g)].map(([option]) => option),
  );
  return new Set([...spoken, ...shown]);
}

const twoDashes = (option: string): string => (ONE_DASH.includes(option.slice(1)) ? `-${option}` : option);

/** A page as it is read. */
const plain = (roff: string): string =>
  roff.replaceAll(/\\f./g, '').replaceAll('\\-', '-').replaceAll('\\(aq', "'");
