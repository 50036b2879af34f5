import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../support/program.ts';

const ACCOUNTS = 100; // on each daemon
const SESSIONS = 10; // of each account
const page = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8');
const figure = (what: string): number =>
  Number(new RegExp(`^\\|[^|]*\\| ${what}.* \\| ([\\d.]+) \\|$`, 'm').exec(page)![1]);

describe('docs/fleet.md', () => {
  it('multiplies what was measured', () => {
    const header = figure('processor time');
    const [idle, account] = [figure('MB of an idle'), figure('MB of each account')];
    const one = idle + ACCOUNTS * (account + (SESSIONS - 1) * figure('MB of each further'));
    const rows = [...page.matchAll(/^\| (\d+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) GB \|$/gm)];
    assert.equal(rows.length, 3);
    for (const [, daemons, ...stated] of rows) {
      const count = Number(daemons);
      const rate = (what: string) => Math.round((count * figure(what)) / header);
      const memory = Math.round((count * one) / 100) / 10;
      assert.deepEqual(
        stated.map((each) => Number(each.replace(',', ''))),
        [rate('sessions/s with PAM, no'), rate('sessions/s with PAM, the'), memory],
      );
    }
  });
});
