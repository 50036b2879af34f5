import type { LockedOut } from '../login/index.ts';
import type { Session, SessionState } from '../orchestrator/index.ts';
import type { ListenAddress } from './accept/listeners.ts';

/** Of a session that is in the list: a closed one is not. */
export type OpenState = Exclude<SessionState, 'closed'>;

/** What a daemon is doing at a moment. */
export interface DaemonState {
  /** It accepts no more connections, and waits for the sessions that it has. */
  readonly isStopping: boolean;
  /** The port of the clear-text listener, else of the TLS listener; while it stops, the one it had. */
  readonly port: number;
  /** Every address that is listened on; none while it stops. */
  readonly addresses: readonly ListenAddress[];
  /** How many sessions are in each state. */
  readonly sessions: Readonly<Record<OpenState, number>>;
  /** Connections that were accepted, and wait until a place is free. */
  readonly waiting: number;
  /** The address (an IPv6 /64) with the most connections, if there are any. */
  readonly busiest: { readonly address: string; readonly connections: number } | undefined;
  /** Processes that run the commands of a user. */
  readonly hosts: number;
  /** The last moment at which the certificate is valid, if it listens for TLS. */
  readonly certificateEnds: Date | undefined;
  readonly lockouts: readonly LockedOut[];
  /** Whether the server is there that lockouts are shared on; undefined if they are not shared. */
  readonly isSharing: boolean | undefined;
  /** Whether that server does not answer in time and, as the settings say, all who would ask it are refused. */
  readonly isRefusing: boolean;
}

/** How many sessions are in each state. */
export function sessionsByState(sessions: Iterable<Session>): Record<OpenState, number> {
  const counts = { receiving: 0, verifying: 0, running: 0, closing: 0 };
  for (const { state } of sessions) if (state !== 'closed') counts[state] += 1;
  return counts;
}
