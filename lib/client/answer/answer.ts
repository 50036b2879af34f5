import { setImmediate, setTimeout } from 'node:timers/promises';
import { statusChannel } from '../../../codec/index.ts';
import type { Lookahead } from './lookahead.ts';

/** How long the stderr channel may be behind the main connection, which said something that is no answer. */
const BEHIND_MS = 2000;

/** Resolves with the connection that brings the daemon's answer, once it has arrived; see {@link statusChannel}. */
export async function answeredOn(
  main: Lookahead,
  channel: Lookahead | undefined,
): Promise<'main' | 'stderr'> {
  let behind: Promise<void> | undefined;
  let over = false;
  for (;;) {
    const stderr = over ? 'end' : (channel?.seen ?? 'end');
    const answered = statusChannel(main.seen, stderr);
    // What both connections brought at once is read one after the other: the main one may be next.
    if (answered === 'stderr' && main.seen === 'nothing' && (await comesNext(main))) continue;
    if (answered) return answered;
    if (main.seen !== 'nothing') {
      behind ??= setTimeout(BEHIND_MS, undefined, { ref: false }).then(() => {
        over = true;
      });
    }
    await Promise.race([main.changed, channel?.changed, behind].filter((each) => each !== undefined));
  }
}

async function comesNext(main: Lookahead): Promise<boolean> {
  for (let turn = 0; turn < 2 && main.seen === 'nothing'; turn += 1) await setImmediate();
  return main.seen !== 'nothing';
}
