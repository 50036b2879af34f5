import { type EventObserver, RecentEvents } from '../events/index.ts';
import { Metrics } from './metrics.ts';
import { Processes } from './processes.ts';

/** All that is kept to tell what a daemon does: its numbers, and its last events. */
export class Watch {
  readonly metrics = new Metrics();
  readonly recent = new RecentEvents();
  readonly processes = new Processes();
  /** When the process started, in milliseconds since the epoch. */
  readonly since: number = Math.round(performance.timeOrigin);

  /** Takes each event of the daemon. */
  readonly observe: EventObserver = (name, fields) => {
    this.metrics.observe(name, fields);
    this.recent.take(name, fields);
  };
}
