import type { Events } from '../events/index.ts';
import type { Login } from '../login/index.ts';
import type { Runner, RunOptions } from '../run/index.ts';

/** What every session of a daemon shares. Times are in seconds. */
export interface SessionOptions extends RunOptions {
  readonly login: Pick<Login, 'verify'>;
  readonly runner: Runner;
  readonly events: Events;
  readonly requestSeconds: number;
  readonly connectBackSeconds: number;
  readonly keepAliveSeconds: number;
  /** Since the command started; 0: no limit. */
  readonly sessionSeconds: number;
  readonly stderrChannel: 'before-auth' | 'after-auth' | 'never';
  readonly lowestStderrPort: number;
  /** Of user names, and of commands in the log: any label that `TextDecoder` knows. */
  readonly charset: string;
}
