import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { format } from 'node:util';
import { parseExplanations, parseScript } from '../../../lib/fuzz/index.ts';
import { ROOT } from '../../support/program.ts';

const DOCUMENT = readFileSync(join(ROOT, 'docs/fuzzing.md'), 'utf8');
const DOOR = new URL('../../../lib/fuzz/index.ts', import.meta.url).href;

/** The code blocks of a kind. */
const blocks = (kind: string): string[] =>
  [...DOCUMENT.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, of, text]) => (of === kind ? [text!] : []));

describe('docs/fuzzing.md', { timeout: 180_000 }, () => {
  it('has a program that prints what it says', async (t) => {
    const [code = ''] = blocks('js');
    const printed: string[] = [];
    t.mock.method(console, 'log', (...values: unknown[]) => printed.push(format(...values)));
    const source = code.replace("'rexecd/fuzz'", JSON.stringify(DOOR));
    await import(`data:text/javascript,${encodeURIComponent(source)}`);
    const said = [...code.matchAll(/^\/\/ prints (.*)$/gm)].map(([, line]) => line);
    assert.ok(said.length > 0);
    assert.deepEqual(printed, said);
  });

  it('has a script and a list that can be read', () => {
    assert.equal(parseScript(blocks('')[0]!).steps.length, 2);
    assert.equal(parseExplanations(blocks('json')[0]!).length, 1);
  });
});
