import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../support/program.ts';

const PAGE = readFileSync(join(ROOT, 'docs', 'field-reports.md'), 'utf8');
const ROW = /^\| ([A-F]\d+) \| (.+) \| (.+) \|$/gm;

/** What is wrong with the rows of a page, one sentence each. */
function faultsOf(page: string): string[] {
  const rows = [...page.matchAll(ROW)];
  const numbers = rows.map(([, number]) => number!);
  const twice = numbers.filter((number, at) => numbers.indexOf(number) !== at);
  return [
    ...twice.map((number) => `${number} has two rows`),
    ...rows.flatMap(([, number = '', , cell = '']) => {
      if (cell === 'open') return [];
      const specs = [...cell.matchAll(/`(spec\/[\w./-]+\.spec\.ts)`/g)].map(([, path]) => path!);
      if (specs.length === 0) return [`${number} names no spec`];
      return specs.flatMap((path) => {
        if (!existsSync(join(ROOT, path))) return [`${number} names ${path}, which does not exist`];
        const isAbout = new RegExp(`\\b${number}\\b`).test(readFileSync(join(ROOT, path), 'utf8'));
        return isAbout ? [] : [`${path} does not mention ${number}`];
      });
    }),
  ];
}

describe('docs/field-reports.md', () => {
  it('names for each fault a spec that exists and mentions its number', () => {
    assert.ok([...PAGE.matchAll(ROW)].length >= 60);
    assert.deepEqual(faultsOf(PAGE), []);
  });

  it('has nothing but whole rows in its table', () => {
    const lines = PAGE.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(lines.length - 2, [...PAGE.matchAll(ROW)].length);
  });

  it('is found wrong if a row is (control)', () => {
    const page = [
      '| C1 | a | `spec/no.spec.ts` |',
      '| C1 | b | none |',
      '| C99 | c | `spec/docs/man.spec.ts` |',
      '',
    ].join('\n');
    assert.deepEqual(faultsOf(page), [
      'C1 has two rows',
      'C1 names spec/no.spec.ts, which does not exist',
      'C1 names no spec',
      'spec/docs/man.spec.ts does not mention C99',
    ]);
  });
});
