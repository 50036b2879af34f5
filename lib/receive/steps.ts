import { on, type Step } from './inbound.ts';

/** What a request is made of, field by field. */
export interface Fields {
  /** A promise holds the next field back. */
  port(port: number): undefined | Promise<void>;
  user(bytes: Buffer): undefined;
  password(secret: Buffer): undefined;
  command(bytes: Buffer): undefined;
}

/** A request, in the order of its fields (rexecd(8) steps 1 to 5). A step throws to refuse; the visit closes, not the step. */
export const steps = (fields: Fields): readonly Step[] => [
  on('stderrPort', ({ port }) => fields.port(port)),
  on('user', ({ bytes }) => fields.user(bytes)),
  on('password', ({ secret }) => fields.password(secret)),
  on('command', ({ bytes }) => fields.command(bytes)),
];
