import type { Socket } from 'node:net';
import type { Events } from '../events/index.ts';
import type { Login } from '../login/index.ts';
import type { Front } from '../receive/index.ts';
import type { Runner, RunOptions } from '../run/index.ts';

/** What every session of a daemon shares. Times are in seconds. */
export interface SessionOptions extends RunOptions {
  readonly login: Pick<Login, 'verify'>;
  readonly front: Pick<Front, 'visit' | 'turnAway'>;
  readonly runner: Runner;
  readonly events: Events;
  readonly connectBackSeconds: number;
  readonly keepAliveSeconds: number;
  /** Since the command started; 0: no limit. */
  readonly sessionSeconds: number;
  readonly stderrChannel: 'before-auth' | 'after-auth' | 'never';
  /** Whether the stderr channel of a TLS peer may be in clear text. */
  readonly tlsConnectBack: boolean;
  /** Of user names, and of commands in the log: any label that `TextDecoder` knows. */
  readonly charset: string;
}

/** A connection that a session begins with. */
export interface Accepted {
  /** Accepted with `allowHalfOpen` and `noDelay`, its addresses known. */
  readonly socket: Socket;
  /** It is to be made secure first. */
  readonly secure: boolean;
  /** A proxy has passed it on; missing: none has. */
  readonly proxied?: Proxied;
}

/** Whether the remote address is the one that a proxy has named, or, as it named none, that of the proxy. */
export type Proxied = 'named' | 'unnamed';
