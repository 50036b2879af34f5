import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { noInRexecd } from '../../bench/peers/debian.ts';
import { eventually } from '../support/peer.ts';
import { PATIENT, Program, ROOT, temporaryFolder } from '../support/program.ts';

/** The bench, with a folder for temporary files and one for its results. */
function startBench(t: TestContext, ...words: string[]) {
  const [temporary, out] = [temporaryFolder(t), temporaryFolder(t)];
  const [json, html] = [join(out, 'bench.json'), join(out, 'bench.html')];
  const args = [join(ROOT, 'bench', 'run.ts'), ...words, '--json', json, '--html', html];
  const program = new Program(t, process.execPath, args, { env: { TMPDIR: temporary } });
  return { program, temporary, json, html };
}

/** Processes that were started with a file of the folder. */
const startedWith = (folder: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf)
    .filter((line) => line.includes(folder));

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return ''; // it is gone
  }
}

describe('the bench suite', PATIENT, () => {
  it('measures rexecd beside in.rexecd, writes JSON and a page, and leaves nothing', async (t) => {
    const reason = noInRexecd();
    if (reason) return t.skip(reason);
    const { program, temporary, json, html } = startBench(t, 'sessions-pam', '--quick');
    const { stdout, stderr, status } = await program.ended; // the suite bounds it
    assert.equal(status, 0, stderr);
    const { questions } = JSON.parse(readFileSync(json, 'utf8'));
    const rates = questions[0].cases.filter(({ unit }: { unit: string }) => unit === 'sessions/s');
    assert.ok(rates.length >= 3, stdout);
    for (const { name, median, against, ratio } of rates) {
      assert.ok(median > 0, name);
      if (name.startsWith('in.rexecd')) assert.equal(ratio, undefined);
      else assert.ok(ratio.median > 0 && against.startsWith('in.rexecd'), name);
    }
    assert.deepEqual(
      questions[0].goals.map(({ id, reached }: { id: number; reached: unknown }) => [id, typeof reached]),
      [
        [2, 'boolean'],
        [2, 'boolean'],
      ],
    );
    const page = readFileSync(html, 'utf8');
    assert.match(page, /<svg .*<\/svg>/s);
    assert.doesNotMatch(page, /https?:|<script|<link|@import|url\(/); // nothing from elsewhere
    assert.deepEqual([readdirSync(temporary), startedWith(temporary)], [[], []]);
  });

  it('ends all that it started when it is interrupted', async (t) => {
    const { program, temporary } = startBench(t, 'launch-cost', '--runs', '50');
    await eventually(() => startedWith(temporary).length > 1, `daemons run; so far: ${program.stderr}`);
    program.child.kill('SIGINT');
    const { status } = await program.ended; // the suite bounds it
    assert.equal(status, 130);
    assert.deepEqual([readdirSync(temporary), startedWith(temporary)], [[], []]);
  });
});
