import { LONGEST_STATUS, mayBecomeStatus } from '../stderr/exit-status.ts';
import { STATUS_ACCEPTED, STATUS_REFUSED } from './grammar.ts';

/** What a client has seen of a connection: its first bytes, `nothing` so far, or its `end` without a byte. */
export type Seen = Buffer | 'nothing' | 'end';

/**
 * Which connection brings the status byte: `main` or `stderr`; undefined where more has to be seen to tell.
 *
 * Every daemon but one sends it on the main connection. GNU inetutils (1.9.2 and later) sends it on the stderr channel
 * if it exists, so there the main connection begins with stdout (protocol.md 1.2). The first status byte seen
 * counts; what follows on either connection is the command's, whatever its bytes. An exit status, which also begins
 * with a NUL, is not taken for a status byte unless the main connection has none.
 */
export function statusChannel(main: Seen, stderr: Seen): 'main' | 'stderr' | undefined {
  const channelAccepts = Buffer.isBuffer(stderr) && stderr[0] === STATUS_ACCEPTED;
  const channelAnswers = channelAccepts || (Buffer.isBuffer(stderr) && stderr[0] === STATUS_REFUSED);
  if (main === 'nothing') return channelAccepts && !maybeExitStatus(stderr) ? 'stderr' : undefined;
  if (main === 'end') return channelAnswers ? 'stderr' : stderr === 'nothing' ? undefined : 'main';
  if (main[0] === STATUS_ACCEPTED) return 'main';
  if (main[0] === STATUS_REFUSED) return channelAccepts && !maybeExitStatus(stderr) ? 'stderr' : 'main';
  return channelAnswers ? 'stderr' : stderr === 'nothing' ? undefined : 'main';
}

/** More than the NUL, and nothing that an exit status does not begin with. */
const maybeExitStatus = (bytes: Buffer): boolean =>
  bytes.length > 1 && mayBecomeStatus(bytes.toString('latin1', 0, LONGEST_STATUS));
