/** What the daemon tells the page, by topic. Times are milliseconds since 1970. This file is of types alone. */

export type SessionState = 'receiving' | 'verifying' | 'running' | 'closing';

export interface SessionRow {
  readonly id: string;
  readonly state: SessionState;
  readonly peer: string;
  /** The address of the peer, without its port. */
  readonly host: string;
  /** What the peer called itself; empty until it did. */
  readonly user: string;
  readonly localUser: string;
  readonly command: string | null;
  readonly pid: number | null;
  readonly since: number;
  readonly tls: boolean;
}

export interface Sessions {
  readonly all?: readonly SessionRow[];
  readonly put?: readonly SessionRow[];
  readonly gone?: readonly string[];
}

export interface LockoutRow {
  readonly subject: string;
  readonly scope: 'pair' | 'user' | 'address';
  readonly failures: number;
  /** How many lockouts in a row this one is. */
  readonly times: number;
  readonly until: number;
}

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** An event, with those that repeat it. */
export interface EventRow {
  /** Rises with each event and each repetition. */
  readonly n: number;
  /** The same for all repetitions. */
  readonly key: number;
  readonly since: number;
  readonly at: number;
  readonly count: number;
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly text: string;
  readonly meaning: string;
  /** Of the last one. */
  readonly fields: Readonly<Record<string, string | number>>;
}

export interface Events {
  readonly all?: readonly EventRow[];
  readonly put?: readonly EventRow[];
}

export interface Listener {
  readonly kind: 'clear text' | 'TLS';
  readonly address: string;
  readonly port: number;
  readonly isExposed: boolean;
  readonly certificateEnds: number | null;
}

export interface Limit {
  readonly name: string;
  readonly used: number;
  readonly limit: number | null;
}

export interface ProcessRow {
  readonly role: string;
  readonly pid: number;
  readonly account: string;
  readonly privileges: string;
  readonly memory: number; // bytes
}

export interface Status {
  readonly now: number;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly state: 'ready' | 'refusing' | 'draining';
  /** One sentence that says how it is. */
  readonly summary: string;
  readonly since: number;
  readonly listeners: readonly Listener[];
  readonly limits: readonly Limit[];
  readonly processes: readonly ProcessRow[];
}

/** Rates are per second, times in milliseconds; null: nothing happened that could be measured. */
export interface Sample {
  readonly at: number;
  readonly sessions: number;
  readonly connections: number;
  readonly accepted: number;
  readonly refused: number;
  readonly start: number | null;
  readonly loop: number | null;
}

export type SettingValue = string | number | boolean | readonly string[];

export interface SettingRow {
  readonly key: string;
  readonly group: string;
  readonly kind: 'whole' | 'number' | 'yesno' | 'choice' | 'list' | 'text';
  readonly allowed: string;
  readonly meaning: string;
  readonly fallback: SettingValue;
  readonly choices: readonly SettingValue[];
  readonly min: number | null;
  readonly max: number | null;
  /** What the daemon uses. */
  readonly value: SettingValue;
  readonly layer: 'default' | 'file' | 'env' | 'flag' | 'policy';
  /** `file:line`, the variable, or the flag; empty for others. */
  readonly where: string;
  /** What the files say, if the daemon has not read it yet. */
  readonly waiting?: SettingValue;
  readonly policy: {
    readonly min?: number;
    readonly max?: number;
    readonly allow?: readonly SettingValue[];
  } | null;
  readonly isEditable: boolean;
  /** Why it cannot be set here; empty if it can. */
  readonly whyNot: string;
}

export interface Ticket {
  readonly role: 'viewer' | 'admin';
  readonly madeBy: string;
  readonly until: number;
}

export interface Link {
  readonly state: 'connecting' | 'live' | 'away' | 'expired';
  readonly why?: string;
  readonly retryAt?: number;
}

export interface Topics {
  readonly ticket: Ticket;
  readonly status: Status;
  readonly history: readonly Sample[];
  readonly sample: Sample;
  readonly sessions: Sessions;
  readonly lockouts: readonly LockoutRow[];
  readonly events: Events;
  readonly settings: readonly SettingRow[];
  readonly failed: { readonly topic: string; readonly message: string };
  readonly link: Link;
}

export type Topic = keyof Topics;

/** What changed since the page's process asked last. */
export interface News {
  /** Asked for by this number the next time. */
  readonly revision: number;
  readonly cursor: number;
  readonly settings: number;
  readonly status: Status;
  readonly sessions: Sessions;
  readonly lockouts: readonly LockoutRow[];
  readonly events: readonly EventRow[];
}
