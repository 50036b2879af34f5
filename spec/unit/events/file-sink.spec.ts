import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { EventLog, type LogOptions } from '../../../lib/events/index.ts';
import { BOUNDED, filesIn, LogProcess, temporary } from '../../support/daemon/log-process.ts';

/** Emits events of about a hundred bytes, numbered from `first`, and closes the log. */
async function write(options: LogOptions, first: number, count: number): Promise<void> {
  const log = new EventLog({ sinks: ['file'], ...options });
  for (let turn = first; turn < first + count; turn += 1)
    log.emit('acceptFailed', { cause: `${turn}`.padStart(42) });
  await log.close();
}

const numbered = (lines: readonly string[] = []): number[] =>
  lines.map((line) => Number(/(\d+)"$/.exec(line)?.[1]));

function setUp(t: TestContext): { directory: string; file: string } {
  const directory = join(temporary(t), 'log');
  mkdirSync(directory);
  return { directory, file: join(directory, 'rexecd.log') };
}

describe('the file sink', BOUNDED, () => {
  it('makes a file that others cannot read', async (t) => {
    const { file } = setUp(t);
    await write({ file }, 0, 1);
    assert.equal(statSync(file).mode & 0o007, 0);
  });

  it('begins a new file at its size and keeps as many as it is told to, the current one under its own name', async (t) => {
    const { directory, file } = setUp(t);
    await write({ file, fileBytes: 1000, files: 3 }, 0, 95);
    const files = filesIn(directory);
    assert.deepEqual(Object.keys(files).sort(), ['rexecd.log', 'rexecd1.log', 'rexecd2.log']);
    const kept = [files['rexecd2.log'], files['rexecd1.log'], files['rexecd.log']].map(numbered);
    assert.deepEqual(
      kept.flat(),
      Array.from({ length: kept.flat().length }, (_, at) => 95 - kept.flat().length + at),
    );
    for (const name of ['rexecd1.log', 'rexecd2.log']) {
      const { size } = statSync(join(directory, name));
      assert.ok(size >= 1000 && size < 1120, `${name} has ${size} bytes`);
    }
  });

  it('appends to the file of the daemon before, and rotates it where it is full', async (t) => {
    const { directory, file } = setUp(t);
    for (const first of [0, 4, 8, 12]) await write({ file, fileBytes: 1000, files: 9 }, first, 4);
    const files = filesIn(directory);
    assert.deepEqual(Object.keys(files).sort(), ['rexecd.log', 'rexecd1.log']);
    const all = [...files['rexecd1.log']!, ...files['rexecd.log']!];
    assert.deepEqual(
      numbered(all),
      Array.from({ length: 16 }, (_, at) => at),
    );
  });

  it('never rotates with a size of 0', async (t) => {
    const { directory, file } = setUp(t);
    await write({ file, fileBytes: 0 }, 0, 500);
    assert.equal(filesIn(directory)['rexecd.log']?.length, 500);
  });

  it('writes an event that is longer than a file may be', async (t) => {
    const { directory, file } = setUp(t);
    await write({ file, fileBytes: 50, files: 20 }, 0, 10);
    assert.deepEqual(
      Object.values(filesIn(directory)).flatMap(numbered).sort(),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('keeps writing to a full file that it cannot rename, and reports it once', async (t) => {
    const { directory, file } = setUp(t);
    mkdirSync(join(directory, 'rexecd1.log', 'in the way'), { recursive: true });
    const log = new LogProcess(t, { sinks: ['file', 'console'], file, fileBytes: 1000, files: 2 });
    await log.emit(100, { turns: true });
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    assert.equal(lines.length, 101);
    assert.equal(lines.filter((line) => /REXECD-911 .*sink="file".*cannot rotate/.test(line)).length, 1);
    const size = statSync(file).size;
    assert.ok(size > 8000, `${size} bytes`);
  });
});
