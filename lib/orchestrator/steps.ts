import { on, type Step } from './inbound.ts';
import type { Session } from './session.ts';

/** A session, top to bottom (rexecd(8) steps 1 to 8). A step throws to refuse; only the session closes anything. */
export const steps = (session: Session): readonly Step[] => [
  on('stderrPort', ({ port }) => session.openStderrChannel(port)),
  on('user', ({ name }) => session.setUser(name)),
  on('password', ({ secret }) => session.setPassword(secret)),
  on('command', ({ line }) => session.execute(line)),
  on('stdin', ({ chunk }) => session.feed(chunk)),
];
