import { setTimeout as delay } from 'node:timers/promises';
import type { SessionPage, SessionSummary } from '../../../daemon/index.ts';
import { printableJson, printableText } from '../../../text/index.ts';
import { columns, countText, cut, durationText, heading, timeText } from '../common/page.ts';
import { type Target, tell } from '../common/tell.ts';

const HEADINGS = ['ID', 'USER', 'ADDRESS', 'AGE', 'STATE', 'COMMAND'];
const REDRAW_MS = 1000;
/** Part of the time that a list of many thousands may keep the daemon from its work. */
const BUSY = 0.1;
const CLEAR = '\u001b[H\u001b[J';
const LEAST_ROWS = 4;

/** Prints the sessions as a table, or as JSON with all that is known of them. */
export async function printSessions(target: Target, json: boolean): Promise<void> {
  const sessions = await sessionsOf(target, json);
  if (json) return console.log(printableJson(sessions));
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  console.log(tableOf(sessions, width));
}

/** Shows the sessions until SIGINT or SIGTERM: drawn again on a terminal, a line for each change elsewhere. */
export async function watchSessions(target: Target): Promise<void> {
  const told = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => told.abort());
  process.stdout.once('error', () => told.abort()); // nobody reads it any more
  let before: readonly SessionSummary[] = [];
  while (!told.signal.aborted) {
    const begin = performance.now();
    const sessions = await sessionsOf(target, false);
    const pause = Math.max(REDRAW_MS, (performance.now() - begin) / BUSY);
    if (process.stdout.isTTY) draw(sessions);
    else for (const line of changes(before, sessions)) console.log(line);
    before = sessions;
    await delay(pause, undefined, { signal: told.signal }).catch(() => {});
  }
}

/** All of them, the oldest first, page by page. */
async function sessionsOf(target: Target, bytes: boolean): Promise<SessionSummary[]> {
  const sessions: SessionSummary[] = [];
  let after: string | null = '';
  while (after !== null) {
    const page = (await tell(target, 'sessions', { after, bytes })) as SessionPage;
    sessions.push(...page.sessions);
    after = page.next;
  }
  return sessions.sort((one, other) => one.since - other.since);
}

/** What comes from a daemon was chosen by a peer and must not reach a terminal as it is. */
function tableOf(sessions: readonly SessionSummary[], width = Number.POSITIVE_INFINITY): string {
  if (sessions.length === 0) return 'no sessions';
  const rows = sessions.map(({ id, user, address, seconds, state, command }) =>
    [id, user, address, durationText(seconds), state, command ?? ''].map(shown),
  );
  const [head = '', ...lines] = columns([HEADINGS, ...rows]).map((line) => cut(line, width));
  return [heading(head), ...lines].join('\n');
}

/** As many as the terminal has lines for. */
function draw(sessions: readonly SessionSummary[]): void {
  const { columns: width, rows } = process.stdout;
  const room = Math.max(LEAST_ROWS, rows - 3); // the heading, what is left, and the cursor
  const newest = sessions.toReversed();
  const table = tableOf(newest.slice(0, room), width);
  const left = sessions.length - room;
  const more = left > 0 ? `\nand ${countText(left)} older ones` : '';
  process.stdout.write(`${CLEAR}${table}${more}\n`);
}

/** What is new, has another state, or is gone, one line each. */
function changes(before: readonly SessionSummary[], after: readonly SessionSummary[]): string[] {
  const known = new Map(before.map((each) => [each.id, each.state]));
  const open = new Set(after.map(({ id }) => id));
  const now = timeText(Date.now());
  return [
    ...after.filter(({ id, state }) => known.get(id) !== state).map((each) => lineOf(each, each.state)),
    ...before.filter(({ id }) => !open.has(id)).map((each) => lineOf(each, 'ended')),
  ].map((line) => `${now} ${line}`);
}

const lineOf = ({ id, user, address, command }: SessionSummary, state: string): string =>
  [id, state, user, address, command ?? ''].map(shown).join(' ').trimEnd();

const shown = (value: unknown): string => printableText(String(value));
