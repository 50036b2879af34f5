import { CodecError } from '../../codec/index.ts';
import { codeOf } from '../base/index.ts';
import type { Events } from '../events/index.ts';

/** The session a failure belongs to; `silent`: its peer has not sent a byte; `started`: its command has been started. */
export interface Who {
  readonly session: string;
  readonly peer: string;
  readonly user: string;
  readonly silent: boolean;
  readonly started?: boolean;
}

/** What becomes of a session whose peer leaves, by a reset too, as HAProxy's checks do. */
const LEFT = ['REXEC_HANDSHAKE', 'REXEC_PEER_VANISHED'];

/** Each failure of a session as its event: the true cause, which the peer never reads. */
export function reportFailure(events: Events, { silent, started, user, ...who }: Who, error: unknown): void {
  const { session } = who;
  const { message: cause, stack = cause } = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(error);
  if (code === 'REXEC_LOGIN_REFUSED') events.emit('loginRefused', { ...who, user, cause });
  else if (silent && (error instanceof CodecError || LEFT.includes(code))) events.emit('peerSilent', who);
  else if (code === 'REXEC_PEER_VANISHED') events.emit('peerVanished', { ...who, cause });
  else if (code === 'REXEC_LAUNCH_FAILED')
    events.emit(started ? 'commandLost' : 'launchFailed', { session, user, cause });
  else if (code === 'REXEC_HANDSHAKE') events.emit('handshakeFailed', { peer: who.peer, cause });
  else if (code.startsWith('REXEC_')) events.emit('requestRefused', { ...who, code, cause });
  else events.emit('sessionBroken', { session, cause: stack });
}
