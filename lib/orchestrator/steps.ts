import { on, type Step } from './inbound.ts';

/** What the steps of a request do. */
export interface Steps {
  openStderrChannel(port: number): undefined | Promise<void>;
  setUser(bytes: Buffer): undefined;
  setPassword(bytes: Buffer): undefined;
  setCommand(bytes: Buffer): undefined;
}

/** A request, in the order of its fields (rexecd(8) steps 1 to 5). A step throws to refuse; only the session closes anything. */
export const steps = (request: Steps): readonly Step[] => [
  on('stderrPort', ({ port }) => request.openStderrChannel(port)),
  on('user', ({ bytes }) => request.setUser(bytes)),
  on('password', ({ secret }) => request.setPassword(secret)),
  on('command', ({ bytes }) => request.setCommand(bytes)),
];
