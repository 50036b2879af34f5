import type { EventLog } from '../events/index.ts';
import type { Launcher } from '../launch/index.ts';
import type { Login } from '../login/index.ts';
import type { SessionLimits } from './session-limits.ts';

/** What every session of a daemon shares. Times are in seconds. */
export interface SessionOptions extends SessionLimits {
  readonly login: Pick<Login, 'verify'>;
  readonly launcher: Launcher;
  readonly events: Pick<EventLog, 'emit'>;
  readonly requestSeconds: number;
  readonly connectBackSeconds: number;
  readonly keepAliveSeconds: number;
  readonly drainSeconds: number;
  readonly killSeconds: number;
  readonly stderrChannel: 'before-auth' | 'after-auth' | 'never';
  readonly lowestStderrPort: number;
  readonly charset: string;
  readonly profile: boolean;
  readonly requireHome: boolean;
  readonly stdio: 'auto' | 'relay';
  /** The launcher takes the command line as it is: there is no shell and no home to look for. */
  readonly bare?: boolean;
}
