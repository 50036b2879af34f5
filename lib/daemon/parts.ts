import type { Events } from '../events/index.ts';
import type { Handler } from '../launch/index.ts';
import type { Authenticator } from '../login/index.ts';
import type { ListenAhead } from './accept/listener.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly authenticator: Authenticator;
  readonly events: Events;
  /** Function that runs in this process instead of commands. */
  readonly handler?: Handler;
  /** A listening socket to take over, from the service manager; host, port and backlog are its own then. */
  readonly descriptor?: number;
  /** Listens on addresses that the machine does not have yet; without it the daemon does not start there. */
  readonly listenAhead?: ListenAhead | undefined;
}
