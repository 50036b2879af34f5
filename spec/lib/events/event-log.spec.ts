import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { printableText } from '../../../lib/events/index.ts';
import { BOUNDED } from '../../support/daemon.ts';
import { within } from '../../support/peer.ts';

const FILE = fileURLToPath(new URL('../../support/commands/emit-events.ts', import.meta.url));

/** What a peer may have chosen, and how a log shows it. */
const SHOWN = {
  plain: 'plain',
  'a "quoted" word': 'a "quoted" word',
  'back\\slash': 'back\\\\slash',
  'line\nforged': 'line\\nforged',
  'carriage\rreturn': 'carriage\\rreturn',
  'nul\0': 'nul\\u0000',
  '\x1b[2Jclear': '\\u001b[2Jclear',
  'del\x7f': 'del\\u007f',
  'c1\x9b31m': 'c1\\u009b31m',
  'line\u2028separator': 'line\\u2028separator',
  'bidi\u202eecrof': 'bidi\\u202eecrof',
  'isolate\u2066x\u2069': 'isolate\\u2066x\\u2069',
  'zero\u200bwidth': 'zero\\u200bwidth',
  '\ufeffbom': '\\ufeffbom',
  'soft\u00adhyphen': 'soft\\u00adhyphen',
  'tag\u{e0041}': 'tag\\udb40\\udc41',
  'arabic\u061cmark': 'arabic\\u061cmark',
  'Zoë 🦊': 'Zoë 🦊',
  'lone\ud800': 'lone\\ud800',
} as const;

/** Lines that a process wrote to standard error; nothing else was written. */
async function emitted(level: string, count: number, values: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [FILE, level, String(count)], { stdio: 'pipe' });
  child.stdin.end(JSON.stringify(values));
  const outputs = [text(child.stdout), text(child.stderr)] as const;
  const [code] = await within(once(child, 'close'), 'the process that logs');
  const [stdout, stderr] = await Promise.all(outputs);
  assert.deepEqual([code, stdout], [0, ''], stderr);
  return stderr.split('\n').slice(0, -1);
}

describe('a value in the log', BOUNDED, () => {
  for (const [value, shown] of Object.entries(SHOWN))
    it(`is shown as ${JSON.stringify(shown)}`, () => assert.equal(printableText(value), shown));

  it('is cut where it is long', () => {
    assert.equal(printableText('x'.repeat(512)), 'x'.repeat(512));
    assert.equal(printableText('x'.repeat(513)), `${'x'.repeat(512)}…`);
    assert.ok(printableText('\0'.repeat(1_000_000)).length <= 6 * 513);
  });
});

describe('the event log', BOUNDED, () => {
  it('writes an event as one line: time, level, id, text, fields', async () => {
    const [line, ...others] = await emitted('error', 1, ['eve']);
    assert.deepEqual(others, []);
    const fields = 'session="0" peer="127.0.0.1:1" user="eve" cause="spec"';
    const expected = `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z error REXECD-300 login refused: ${fields}$`;
    assert.match(line ?? '', new RegExp(expected));
  });

  it('lets no value of a peer forge a line or drive a terminal', async () => {
    const lines = await emitted('error', 1, Object.keys(SHOWN));
    assert.equal(lines.length, Object.keys(SHOWN).length);
    for (const line of lines) assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
  });

  it('writes only errors at its default level, and more when asked to', async () => {
    assert.equal((await emitted('error', 3, ['x'])).length, 3);
    assert.equal((await emitted('info', 3, ['x'])).length, 4);
  });

  it('has written every event once it is closed', async () => {
    const lines = await emitted('info', 2000, ['x'.repeat(200)]);
    assert.equal(lines.length, 2001);
    assert.match(lines[1999] ?? '', /session="1999"/);
  });
});
