import type { Session, SessionSummary } from '../orchestrator/index.ts';

/** Which sessions are asked for. */
export interface SessionQuery {
  /** Those whose id comes after this one; it may have ended. */
  readonly after?: string | undefined;
  /** How many at most. */
  readonly limit?: number | undefined;
  /** Whether to ask the processes that carry them for their bytes. */
  readonly bytes?: boolean | undefined;
}

/** Some sessions, in the order of their ids. */
export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** What to ask for next; null: nothing is left. */
  readonly next: string | null;
}

const MOST = 1000;

/** A page of sessions: a list of ten thousand would keep the daemon from its work. */
export async function sessionPage(
  all: readonly Session[],
  { after = '', limit = MOST, bytes = true }: SessionQuery,
): Promise<SessionPage> {
  const most = Math.min(MOST, Math.max(1, limit));
  const left = all.filter(({ id }) => id > after).sort((one, other) => (one.id < other.id ? -1 : 1));
  const page = left.slice(0, most);
  return {
    sessions: bytes
      ? await Promise.all(page.map(({ summary }) => summary))
      : page.map((session) => session.brief),
    next: left.length > most ? page.at(-1)!.id : null,
  };
}
