import type { RecentEvent } from '../../../events/index.ts';
import type { DaemonStatus, LimitStatus, ListenerStatus, ProcessStatus } from '../../../metrics/index.ts';
import { printable, printableJson, printableLines, printableText } from '../../../text/index.ts';
import { columns, countText, durationText, heading, sizeText, timeText, wrapped } from '../common/page.ts';
import { type Target, tell } from '../common/tell.ts';

const INDENT = '  ';
const LONGEST_VALUE = 60;
const WIDTH = 78; // within a section

/** Prints what the daemon is doing, in sections, or as JSON. */
export async function printStatus(target: Target, json: boolean): Promise<void> {
  const status = (await tell(target, 'status')) as DaemonStatus;
  if (json) return console.log(printableJson(status, 2));
  for (const [title, lines] of sectionsOf(status))
    console.log([...(title === '' ? [] : ['', heading(title)]), ...lines.map(printableLines)].join('\n'));
}

/** A status for people, in lines of 80 columns if its values allow that. */
function sectionsOf(status: DaemonStatus): [title: string, lines: string[]][] {
  const { version, node, pid, host, now, since, totals, sessions, processes, problems } = status;
  const up = `since ${timeText(since)} (${durationText((now - since) / 1000)})`;
  const sections: [title: string, lines: string[]][] = [
    ['Daemon', [`rexecd ${version} on ${host}, Node.js ${node}, process ${pid}`, up]],
    [
      'Listening',
      status.listeners.length === 0 ? ['on nothing'] : columns(status.listeners.map(listenerRow)),
    ],
    [
      'Sessions',
      [
        Object.entries(sessions)
          .map(([state, count]) => `${countText(count)} ${state}`)
          .join(', '),
      ],
    ],
    ['Limits', columns(status.limits.map(limitRow), [1])],
    [
      'Since the start',
      columns(
        [
          [
            'connections',
            countText(totals.connections),
            `${countText(totals.connectionsRefused)} more were refused`,
          ],
          ['requests refused', countText(totals.requestsRefused), ''],
          ['logins accepted', countText(totals.loginsAccepted), ''],
          [
            'logins refused',
            countText(totals.loginsRefused),
            `${countText(totals.loginsLockedOut)} more by a lockout`,
          ],
          ['logins not checked', countText(totals.loginsFailed), ''],
          ['lockouts', countText(totals.lockouts), `${countText(status.lockouts)} last now: rexecd lockouts`],
          ['commands', countText(totals.commands), ''],
        ],
        [1],
      ),
    ],
    ['Processes', processLines(processes)],
    ['Last warnings and errors', problems.length === 0 ? ['none'] : problems.flatMap(problemLines)],
  ];
  const indented = ([title, lines]: (typeof sections)[number]): [string, string[]] => [
    title,
    lines.map((line) => INDENT + line),
  ];
  return [['', [status.summary]], ...sections.map(indented)];
}

function listenerRow({ kind, address, port, isExposed, certificateEnds }: ListenerStatus): string[] {
  const note = isExposed
    ? 'passwords can be read on the network'
    : certificateEnds === null
      ? ''
      : `certificate until ${new Date(certificateEnds).toISOString().slice(0, 10)}`;
  return [kind, address, `port ${port}`, note];
}

const limitRow = ({ name, used, limit, key }: LimitStatus): string[] => [
  name,
  countText(used),
  limit === null ? '' : `of ${countText(limit)}`,
  key ?? '',
];

/** What a process may do has a line of its own where the lines would be too long. */
function processLines(processes: readonly ProcessStatus[]): string[] {
  const heads = processes.map(({ role, pid, account, memory }) => [
    `${pid}`,
    role,
    printableText(account),
    sizeText(memory),
  ]);
  const whole = columns(
    heads.map((head, index) => [...head, processes[index]!.privileges]),
    [0, 3],
  );
  if (whole.every((line) => line.length <= WIDTH)) return whole;
  return columns(heads, [0, 3]).flatMap((line, index) => [line, INDENT + processes[index]!.privileges]);
}

/** When, what, how often; its values; what to do, once for each kind. */
function problemLines(
  { at, count, id, text, fields, meaning }: RecentEvent,
  index: number,
  all: readonly RecentEvent[],
): string[] {
  const often = count === 1 ? '' : `, ${countText(count)} times`;
  const values = Object.entries(fields).map(([name, value]) => `${name}=${cut(printable(value))}`);
  return [
    `${timeText(at)}  ${id} ${text}${often}`,
    ...wrapped(values.join(' '), INDENT, WIDTH).map((line) => line.trimEnd()),
    ...(all.findIndex((each) => each.id === id) === index ? wrapped(meaning, INDENT, WIDTH) : []),
  ];
}

const cut = (text: string): string =>
  text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
