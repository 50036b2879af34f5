/** How grave an event is; by default only errors are written (rexecd(8), event log). */
export type Level = 'error' | 'warn' | 'info' | 'debug';

interface EventDefinition {
  /** Stable: log filters and runbooks rely on it. */
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  readonly fields: readonly string[];
}

/** Every event there is. A field is a number or a text that a peer may have chosen: the log escapes and shortens it. */
export const CATALOGUE = {
  listening: { id: 'REXECD-100', level: 'info', text: 'listening', fields: ['address', 'port'] },
  stopping: { id: 'REXECD-101', level: 'info', text: 'stopping', fields: ['sessions'] },
  stopped: { id: 'REXECD-102', level: 'info', text: 'stopped', fields: [] },
  listenFailed: {
    id: 'REXECD-110',
    level: 'error',
    text: 'cannot listen',
    fields: ['address', 'port', 'cause'],
  },
  acceptFailed: { id: 'REXECD-111', level: 'error', text: 'cannot accept', fields: ['cause'] },
  controlFailed: {
    id: 'REXECD-112',
    level: 'error',
    text: 'no control socket',
    fields: ['cause'],
  },

  connectionRefused: {
    id: 'REXECD-200',
    level: 'error',
    text: 'connection refused',
    fields: ['peer', 'cause'],
  },
  peerSilent: {
    id: 'REXECD-201',
    level: 'info',
    text: 'peer left without a byte',
    fields: ['session', 'peer'],
  },
  requestRefused: {
    id: 'REXECD-202',
    level: 'error',
    text: 'request refused',
    fields: ['session', 'peer', 'code', 'cause'],
  },
  peerVanished: {
    id: 'REXECD-203',
    level: 'warn',
    text: 'peer vanished',
    fields: ['session', 'peer', 'cause'],
  },

  loginRefused: {
    id: 'REXECD-300',
    level: 'error',
    text: 'login refused',
    fields: ['session', 'peer', 'user', 'cause'],
  },
  loginAccepted: {
    id: 'REXECD-301',
    level: 'info',
    text: 'login accepted',
    fields: ['session', 'peer', 'user', 'localUser'],
  },

  lockedOut: {
    id: 'REXECD-302',
    level: 'error',
    text: 'locked out',
    fields: ['subject', 'failures', 'seconds'],
  },
  loginSessionBroken: {
    id: 'REXECD-303',
    level: 'error',
    text: 'login session not closed',
    fields: ['session', 'user', 'cause'],
  },
  privilegeMissing: {
    id: 'REXECD-304',
    level: 'error',
    text: 'privilege missing',
    fields: ['privilege', 'purpose', 'grant'],
  },

  homeUnusable: {
    id: 'REXECD-400',
    level: 'warn',
    text: 'home directory unusable, default taken',
    fields: ['session', 'user', 'home', 'directory', 'cause'],
  },
  launchFailed: {
    id: 'REXECD-401',
    level: 'error',
    text: 'command not started',
    fields: ['session', 'user', 'cause'],
  },
  commandStarted: {
    id: 'REXECD-402',
    level: 'info',
    text: 'command started',
    fields: ['session', 'peer', 'user', 'command', 'pid', 'plan'],
  },
  commandEnded: {
    id: 'REXECD-403',
    level: 'info',
    text: 'command ended',
    fields: ['session', 'pid', 'status', 'ms'],
  },
  signalForwarded: {
    id: 'REXECD-404',
    level: 'debug',
    text: 'signal forwarded',
    fields: ['session', 'signal'],
  },

  sessionBroken: {
    id: 'REXECD-900',
    level: 'error',
    text: 'session broken by a defect',
    fields: ['session', 'cause'],
  },
} as const satisfies Record<string, EventDefinition>;

export type EventName = keyof typeof CATALOGUE;

/** The fields an event takes: exactly those of the catalogue. */
export type EventFields<Name extends EventName> = {
  readonly [Field in (typeof CATALOGUE)[Name]['fields'][number]]: string | number;
};
