import { on, type Step } from './inbound.ts';

/** What the steps of a session do; the session is what does it. */
export interface Steps {
  openStderrChannel(port: number): undefined | Promise<void>;
  setUser(name: string): undefined;
  setPassword(secret: Buffer): undefined;
  execute(line: string): Promise<void>;
  feed(chunk: Buffer): undefined | Promise<void>;
}

/** A session, top to bottom (rexecd(8) steps 1 to 8). A step throws to refuse; only the session closes anything. */
export const steps = (session: Steps): readonly Step[] => [
  on('stderrPort', ({ port }) => session.openStderrChannel(port)),
  on('user', ({ name }) => session.setUser(name)),
  on('password', ({ secret }) => session.setPassword(secret)),
  on('command', ({ line }) => session.execute(line)),
  on('stdin', ({ chunk }) => session.feed(chunk)),
];
