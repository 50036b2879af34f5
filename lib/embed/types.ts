import type { Addresses } from '../daemon/index.ts';
import type { EventName } from '../events/index.ts';
import type { Handler } from '../launch/index.ts';
import type { ClientCertificate } from '../login/index.ts';
import type { ListenerValues, Settings } from '../settings/index.ts';

/** A peer that wants to log in. */
export interface LoginAttempt {
  readonly user: string;
  /** Its bytes, which are wiped when the answer is there. */
  readonly password: Buffer;
  /** Address of the peer. */
  readonly address: string;
  /** What a peer that came by TLS has shown and was verified; null for one without, undefined in clear text. */
  readonly certificate: ClientCertificate | null | undefined;
  /** A certificate proved who it is, as `tlsLogin` has it: the password says nothing. */
  readonly vouched: boolean;
}

/** An event of the catalogue (docs/events.md). */
export interface DaemonEvent {
  readonly name: EventName;
  readonly id: string;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly text: string;
  /** May hold what a peer chose: escape it before it is shown. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/** How a daemon in a program works: who may log in, what runs, and any setting of rexecd.toml(5) by its name. */
export interface CreateDaemonOptions extends Partial<Settings>, ListenerValues {
  /** Of the first address that `listen` has in clear text; 127.0.0.1 otherwise. */
  readonly host?: string;
  /** Of the same; 0, which is the default, is a free one. */
  readonly port?: number;
  /** May this user log in? An error it throws refuses the login. */
  readonly authenticate: (login: LoginAttempt) => boolean | Promise<boolean>;
  /** Function that runs instead of a shell; without it, commands run as the account of this process. */
  readonly launch?: Handler;
  /** Told of each event, passwords never among them; without it they are dropped. */
  readonly onEvent?: (event: DaemonEvent) => void;
}

/** A daemon in a program. */
export interface EmbeddedDaemon extends AsyncDisposable {
  /**
   * Resolves with the addresses. Rejects with `REXEC_SETTING_INVALID` for an option that is unknown, missing or not
   * allowed, and with the system's error, such as `EADDRINUSE`.
   */
  listen(): Promise<Addresses>;
  /** Where it listens; empty before that. */
  readonly addresses: Addresses;
  /** The port in clear text if there is one, else the one of TLS. */
  readonly port: number;
  /** Takes other settings, and reads the certificates again, for the peers that come from now on. */
  reload(settings?: Partial<Settings> & ListenerValues): Promise<void>;
  /** Accepts no more, lets commands end for `stopSeconds`, and ends those that are left. `now` cuts that short. */
  close(now?: AbortSignal): Promise<void>;
}
