import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answered } from '../../bench/ask.ts';
import { reportHtml } from '../../bench/report/page.ts';
import type { Plot } from '../../bench/report/plot.ts';
import { spreadOf } from '../../bench/results.ts';

const C_PROGRAM = 'C program (posix_spawn)';
const row = (name: string, against: string | undefined, ratios: readonly number[]) => ({
  case: name,
  figure: 'rate',
  spread: spreadOf([100]),
  against,
  ratio: against === undefined ? undefined : spreadOf(ratios),
});
const bars = (title: string, names: readonly string[]): Plot => ({
  kind: 'bars',
  title,
  sentence: '',
  label: 'sessions a second',
  bars: names.map((name) => ({ name, value: 1 })),
});
const lines = (title: string, names: readonly string[]): Plot => ({
  kind: 'lines',
  title,
  sentence: '',
  x: { label: 'x' },
  y: { label: 'y' },
  series: names.map((name) => ({
    name,
    points: [
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ],
  })),
});
const RELAYS = ['rexecd, relayed', 'rexecd, execa, relay'];
const question: Answered = {
  name: 'sessions',
  asks: 'How many?',
  figures: { rate: { unit: 'sessions/s', better: 'more' } },
  rows: [
    row('in.rexecd (PAM, openbsd-inetd)', undefined, []),
    row('rexecd, posix-spawn', 'in.rexecd (PAM, openbsd-inetd)', [2, 2.1, 2.2]),
    row('rexecd, execa', 'in.rexecd (PAM, openbsd-inetd)', [0.7, 0.8, 0.9]),
    row('rexecd, execa, no profile', 'in.rexecd (PAM, openbsd-inetd)', [0.9, 1, 1.1]),
    row('ssh', C_PROGRAM, [0.1, 0.1, 0.1]),
  ],
  missing: [],
  goals: [],
  plots: [
    bars('one', ['rexecd, execa', 'rexecd, posix-spawn', 'rexecd, relayed', 'ssh', 'socat (fork, sh)']),
    bars('two', [
      C_PROGRAM,
      'rexecd, posix-spawn, no profile',
      'rexecd, execa, relay',
      'rexecd, handed over',
    ]),
    lines('three', [
      'ssh (ControlMaster)',
      'ssh',
      'rexecd, posix-spawn, 2 workers',
      'in.rexecd (PAM, openbsd-inetd)',
    ]),
    lines('rexecd, posix-spawn: a burst', ['backlog 8', 'backlog 511']),
  ],
  seconds: 1,
};
const page = reportHtml([question], { runs: 3, quick: false });

/** The colours of the charts: by each name, the classes that its bars or lines have. */
function colorsByName(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const shapes = /<g class="(series-\d|baseline)[^"]*">(?:<title>|.*?<title>)([^\n:]*)/g;
  for (const [, color = '', name = ''] of page.matchAll(shapes))
    found.set(name, (found.get(name) ?? new Set()).add(color));
  return found;
}

describe('the report of the bench (F7)', () => {
  it('says first what wins and what does not', () => {
    const [, first = ''] = /<h1>.*?<\/h1>\n(.*?)<h2>/s.exec(page) ?? [];
    assert.match(
      first,
      /^<p class="headline">Beside other programs, rexecd wins 1 of 3 comparisons and does not win 1\.<\/p>/,
    );
    const [, wins = '', loses = '', even = ''] =
      /<h3>rexecd wins<\/h3>(.*?)<h3>rexecd does not win<\/h3>(.*?)<h3>No difference beyond the spread<\/h3>(.*?)<\/div>/s.exec(
        first,
      ) ?? [];
    assert.match(wins, /<li>rexecd, posix-spawn: rate 2\.10 times \(2\.00 to 2\.20\) that of in\.rexecd/);
    assert.match(loses, /<li>rexecd, execa: rate 0\.80 times/);
    assert.match(even, /<li>rexecd, execa, no profile: rate 1\.00 times/);
    assert.doesNotMatch(first, /<li>ssh/); // no rexecd in that comparison
  });

  it('gives a program one colour in all charts, and no other program the same', () => {
    const colors = colorsByName();
    const colorOf = (name: string): string => {
      const own = [...(colors.get(name) ?? [])];
      assert.equal(own.length, 1, `${name}: ${own}`);
      return own[0]!;
    };
    assert.equal(colorOf('rexecd, posix-spawn'), colorOf('rexecd, posix-spawn, no profile'));
    assert.equal(colorOf('rexecd, posix-spawn'), colorOf('backlog 8'));
    assert.equal(colorOf('rexecd, execa'), colorOf('rexecd, handed over'));
    assert.equal(...(RELAYS.map(colorOf) as [string, string]));
    const programs = [
      'rexecd, execa',
      'rexecd, posix-spawn',
      'rexecd, relayed',
      'ssh',
      'ssh (ControlMaster)',
    ];
    const others = [
      'socat (fork, sh)',
      C_PROGRAM,
      'in.rexecd (PAM, openbsd-inetd)',
      'rexecd, posix-spawn, 2 workers',
    ];
    const all = [...programs, ...others].map(colorOf);
    assert.equal(new Set(all).size, all.length, all.join());
    for (const color of all) assert.ok(page.includes(`.${color} { --series: var(--c`), color);
  });

  it('tells lines of one program apart by their dashes', () => {
    assert.deepEqual(
      [...page.matchAll(/<g class="series-1 (dash-\d)">/g)].map(([, dash]) => dash),
      ['dash-0', 'dash-1'],
    );
  });
});
