import type { Grant } from '../login/index.ts';
import type { SessionSummary } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';

/**
 * From the daemon to a worker, over Node's channel between processes. Every session has an `id`, every question a number
 * `ask`. `serve` comes with the connection.
 */
export type Order =
  | { readonly say: 'settings'; readonly settings: Settings }
  | { readonly say: 'serve' | 'stop' | 'hangUp'; readonly id: string }
  | { readonly say: 'summary'; readonly id: string; readonly ask: number }
  | { readonly say: 'verdict'; readonly ask: number; readonly verdict: Verdict };

/** What a peer may do, except `end`, which the daemon keeps; or why it may not. */
export type Verdict = { readonly grant: Omit<Grant, 'end'> } | { readonly cause: string };

/** From a worker to the daemon, over the same channel. `name` and `fields` are those of an event. */
export type Report =
  | { readonly say: 'event'; readonly name: string; readonly fields: object }
  | { readonly say: 'over'; readonly id: string }
  | { readonly say: 'summary'; readonly ask: number; readonly summary: SessionSummary | undefined }
  | { readonly say: 'gone'; readonly ask: number };

/** From a worker to the daemon over a line of its own, since a secret goes with it: may this peer log in? */
export interface VerifyQuestion {
  readonly ask: number;
  readonly session: string;
  readonly user: string;
  readonly address: string;
}

/** The descriptor of that line in a worker. */
export const SECRET_LINE = 3;
