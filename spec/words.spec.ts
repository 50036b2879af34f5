import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AVOIDED } from './words.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const TEXTS = ['*.md', '{lib,codec,bench,packaging,docs}/**/*.{ts,js,md,c,json,sh}', 'packaging/debian/*'];
/** The start of a line that only continues a comment or a quotation. */
const CONTINUED = /^\s*(?:\*(?!\/)|\/\/|#|>)?\s*/;

/** Every avoided word in a text, also across the lines of a comment or a paragraph; one sentence each. */
function faultsOf(path: string, text: string): string[] {
  let joined = '';
  const starts = text.split('\n').map((line) => {
    const start = joined.length;
    joined += `${line.replace(CONTINUED, '')} `;
    return start;
  });
  return AVOIDED.flatMap(({ pattern, write }) =>
    [...joined.matchAll(pattern)].map(({ 0: found, index }) => {
      const line = starts.findLastIndex((start) => start <= index) + 1;
      return `${path}:${line}: "${found}"; write: ${write}`;
    }),
  );
}

describe('the texts', () => {
  it('use no word that the glossary avoids', () => {
    const paths = globSync(TEXTS, { cwd });
    assert.ok(paths.length > 300, `${paths.length} texts`);
    assert.deepEqual(
      paths.flatMap((path) => faultsOf(path, readFileSync(`${cwd}/${path}`, 'utf8'))),
      [],
    );
  });

  for (const { pattern, write, example } of AVOIDED)
    it(`fail with "${example}" (control)`, () => {
      const [found] = example.match(pattern)!;
      assert.deepEqual(faultsOf('x', `/**\n * ${example}\n */`), [`x:2: "${found}"; write: ${write}`]);
    });

  it('fail with words that a line break divides (control)', () => {
    const text = '/**\n * The running daemon goes\n * on, and\n * stops.\n */';
    assert.deepEqual(faultsOf('x', text), ['x:2: "goes on"; write: continue, keep ...ing']);
  });
});
