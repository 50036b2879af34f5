import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { format } from 'node:util';
import { startDaemon } from '../../support/daemon/daemon.ts';

const document = readFileSync(new URL('../../../docs/codec.md', import.meta.url), 'utf8');
const door = new URL('../../../codec/index.ts', import.meta.url).href;
/** The port of the page's daemon. */
const PORT = '5512';
const examples = [...document.matchAll(/^## (?<title>[^\n]*)|^```js\n(?<code>.*?)^```/gms)].map(
  ({ groups }) => groups!,
);

/** Runs an example as a module of its own; gives the lines it printed. */
async function run(code: string, log: (listener: (line: string) => void) => void): Promise<string[]> {
  const lines: string[] = [];
  log((line) => lines.push(line));
  const source = code.replaceAll("'rexecd/codec'", JSON.stringify(door));
  await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return lines;
}

describe('docs/codec.md', () => {
  let title = 'the start';
  for (const part of examples) {
    if (part.title) title = part.title;
    const { code } = part;
    if (code === undefined) continue;
    it(`prints what it says in '${title}'`, { timeout: 180_000 }, async (t) => {
      const port = code.includes(PORT) ? (await startDaemon(t)).port : PORT;
      const lines = await run(code.replaceAll(PORT, `${port}`), (listener) =>
        t.mock.method(console, 'log', (...values: unknown[]) => listener(format(...values).trim())),
      );
      assert.deepEqual(
        lines,
        [...code.matchAll(/^\/\/ prints (.*)$/gm)].map(([, line]) => line),
      );
      assert.ok(lines.length > 0);
    });
  }

  it("fails with the server's line if that refuses its client", { timeout: 180_000 }, async (t) => {
    const { port } = await startDaemon(t);
    const { code = '' } = examples.find((part) => part.code?.includes(PORT))!;
    const refused = code.replaceAll(PORT, `${port}`).replace("'s3cret'", "'wrong'");
    await assert.rejects(
      run(refused, () => {}),
      { message: 'Login incorrect.' },
    );
  });
});
