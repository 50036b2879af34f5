import { none } from 'stream-chain';
import type { RequestFrame } from '../../codec/index.ts';
import type { Session } from './session.ts';

type Kind = RequestFrame['type'];
type FrameOf<K extends Kind> = Extract<RequestFrame, { type: K }>;
type Step = (frame: RequestFrame) => RequestFrame | typeof none | Promise<typeof none>;

/** A step takes the frames of its own kind; the others go by, synchronously. */
function on<K extends Kind>(kind: K, act: (frame: FrameOf<K>) => undefined | Promise<void>): Step {
  return (frame) => (frame.type === kind ? (act(frame as FrameOf<K>)?.then(() => none) ?? none) : frame);
}

/** A session, top to bottom (rexecd(8) steps 1 to 8). A step throws to refuse; only the session closes anything. */
export const steps = (session: Session): readonly Step[] => [
  on('stderrPort', ({ port }) => session.openStderrChannel(port)),
  on('user', ({ name }) => session.setUser(name)),
  on('password', ({ secret }) => session.setPassword(secret)),
  on('command', ({ line }) => session.execute(line)),
  on('stdin', ({ chunk }) => session.feed(chunk)),
];
