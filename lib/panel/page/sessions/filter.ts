import type { SessionRow, SessionState } from '../../topics.ts';

/** A column of the list: what it shows, and by what it is sorted. */
export interface Column {
  readonly id: string;
  readonly title: string;
  readonly of: (session: SessionRow) => string | number;
  readonly isNumber?: boolean;
}

export const COLUMNS: readonly Column[] = [
  { id: 'state', title: 'State', of: ({ state }) => state },
  { id: 'since', title: 'Age', of: ({ since }) => -since, isNumber: true },
  { id: 'user', title: 'User', of: ({ user }) => user },
  { id: 'localUser', title: 'Local user', of: ({ localUser }) => localUser },
  { id: 'host', title: 'From', of: ({ host }) => host },
  { id: 'command', title: 'Command', of: ({ command }) => command ?? '' },
  { id: 'channel', title: 'Connection', of: ({ tls }) => channelOf(tls) },
  { id: 'pid', title: 'Pid', of: ({ pid }) => pid ?? 0, isNumber: true },
];

export const STATES: readonly SessionState[] = ['running', 'verifying', 'receiving', 'closing'];
export const STATE_WORDS = {
  receiving: 'Receiving',
  verifying: 'Logging in',
  running: 'Running',
  closing: 'Ending',
  closed: 'Ended',
} as const;

export const channelOf = (tls: boolean): string => (tls ? 'TLS' : 'clear text');

/** A session as it is shown: it may have ended meanwhile. */
export type ShownSession = Omit<SessionRow, 'state'> & { readonly state: keyof typeof STATE_WORDS };

/** Words of a filter: all must be found; `user:`, `from:`, `command:` and `id:` look in one place. */
export function sessionFilter(text: string): (session: SessionRow) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [, place, rest] = /^(user|from|command|id):(.*)$/.exec(word) ?? [];
      return place === undefined ? { rest: word } : { place: place as keyof Places, rest: rest! };
    });
  return (session) => {
    const places = placesOf(session);
    return words.every(({ place, rest }) =>
      place ? places[place].includes(rest) : Object.values(places).some((each) => each.includes(rest)),
    );
  };
}

type Places = ReturnType<typeof placesOf>;

const placesOf = ({ id, user, peer, command }: SessionRow) => ({
  user: user.toLowerCase(),
  from: peer,
  command: (command ?? '').toLowerCase(),
  id,
});

/** @param isUp smallest first */
export function sorted(sessions: readonly SessionRow[], column: string, isUp: boolean): SessionRow[] {
  const { of } = COLUMNS.find(({ id }) => id === column)!;
  const way = isUp ? 1 : -1;
  const keys = sessions.map((each) => [of(each), each] as const);
  keys.sort(([a, x], [b, y]) => (a < b ? -way : a > b ? way : x.id < y.id ? -1 : 1));
  return keys.map(([, each]) => each);
}
