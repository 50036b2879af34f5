/** What a manager may ask for by itself, where others send signals. */
export type Order = 'stop' | 'reload';

/** What the daemon's service manager is informed of, and what it may ask for. */
export interface ServiceManager {
  /** Whether a service manager started the daemon and is notified of its state. */
  readonly isAsked: boolean;
  /** Why the manager that asked cannot be notified. */
  readonly problem: unknown;
  /** It serves, after its start or after a reload. */
  ready(status: string): void;
  /** Has the manager show the status as it is now, if it can. */
  keepTelling(statusNow: () => string): void;
  /** It reads its settings again; `ready` follows. */
  reloading(): void;
  /** It stops. @param commandSeconds until the last command is gone */
  stopping(commandSeconds: number): void;
  /** Calls back when the manager asks for it otherwise than by signals. */
  on(order: Order, work: () => void): void;
}
