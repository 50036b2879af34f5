import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { describeSettings, flagOf } from '../../lib/settings/index.ts';
import { ROOT } from '../support/program.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'TRUST.md',
  'SECURITY.md',
  ...globSync('docs/*.md', { cwd: ROOT }),
];
const OPTION = /(?<![\w-])--?[a-zA-Z][\w-]*/g;

/** A source file or a folder of the repository, and what documents leave out of its path. */
const OWN_FILE = /^([a-z][\w-]*\/)+[\w-]+(\.spec)?\.ts$|^(bench|codec|lib|spec)\/([\w-]+\/)*$/;
const BASES = ['', 'lib', 'spec/protocol'];

/** Options of all our programs: the manual pages have every one (man.spec.ts). */
const options = new Set([
  ...globSync('docs/man/**/*.md', { cwd: ROOT }).flatMap((page) =>
    [...read(page).matchAll(/`(-[\w-]+)`/g)].map(([, option]) => option!),
  ),
  ...describeSettings().map(({ name }) => flagOf(name)),
]);
const settings = new Set(describeSettings().map(({ key }) => key));

/** Code of a document, where what stands in the first column of a page for comers from elsewhere is not ours. */
function codeOf(document: string): string[] {
  const text = document.endsWith('coming-from.md')
    ? read(document).replaceAll(/^\| [^|]*\|/gm, '|')
    : read(document);
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, code]) => code!.split('\n'));
  const spans = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return [...blocks, ...spans];
}

/** Commands of our programs, quoted words and what is piped elsewhere left out. */
const oursIn = (code: string): string[] =>
  code
    .replaceAll(/'[^']*'|"[^"]*"/g, "''")
    .split(/[|;]/)
    .map((part) => part.trim().replace(/^(\$ |sudo )*(\w+=\S* )*/, ''))
    .filter((part) => /^(rexec|rexec-fuzz|rexecd|rconfig) /.test(part) || /^-/.test(part));

describe('the documents', () => {
  for (const document of DOCUMENTS) {
    it(`${document} links to what is there`, () => {
      const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!);
      assert.deepEqual(
        links.filter((path) => !existsSync(join(ROOT, dirname(document), path))),
        [],
      );
    });

    it(`${document} names files of this repository that exist`, () => {
      const paths = codeOf(document).filter((span) => OWN_FILE.test(span));
      assert.deepEqual(
        paths.filter((path) => !BASES.some((base) => existsSync(join(ROOT, base, path)))),
        [],
      );
    });

    it(`${document} names options and settings that there are`, () => {
      const commands = codeOf(document).flatMap(oursIn);
      const used = commands.flatMap((command) => command.match(OPTION) ?? []);
      const keys = commands.flatMap(
        (command) => /^rconfig (?:set|get|explain) ([\w.]+)/.exec(command)?.[1] ?? [],
      );
      assert.deepEqual(
        [...used.filter((option) => !options.has(option)), ...keys.filter((key) => !settings.has(key))],
        [],
      );
    });
  }
});
