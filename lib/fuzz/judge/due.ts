import { HIGHEST_SIGNAL } from '../../../codec/index.ts';
import { behaviourOf, isHarmless } from '../script/commands.ts';
import { portOf, type Reading, readRequest } from '../script/request-model.ts';
import type { Listening } from '../script/script.ts';
import type { Login, PlayOptions } from '../settings.ts';

/** What a peer has done so far. */
export interface Done {
  readonly sent: Buffer;
  readonly halfClosed: boolean;
  readonly wasReset: boolean;
  readonly channel:
    | { readonly how: Listening; readonly port: number; readonly signals: readonly number[] }
    | undefined;
}

/** What the server owes a peer that does nothing more. */
export interface Due {
  readonly answer: boolean;
  readonly end: boolean;
  readonly channel: boolean; // a connection back
}

const NOTHING: Due = { answer: false, end: false, channel: false };
/** Signals whose default is to continue or to stop: none of them ends a command. */
const HARMLESS_SIGNALS: readonly number[] = [0, 17, 18, 19, 20, 21, 22, 23, 28];

export function dueFor({ sent, halfClosed, wasReset, channel }: Done, options: PlayOptions): Due {
  if (wasReset) return NOTHING;
  const reading = readRequest(sent, options.rules);
  const named = portOf(sent, options.rules);
  const listens = channel !== undefined && channel.port === named?.port && isOpen(channel.how);
  if (reading.state === 'refusable') return { answer: true, end: true, channel: false };
  if (reading.state === 'open')
    return { answer: halfClosed && sent.length > 0, end: halfClosed, channel: listens };
  const loggedIn = isGoodLogin(reading, options.login);
  const end = !loggedIn || endsBy(reading.command, halfClosed, listens ? channel.signals : []);
  return { answer: true, end, channel: listens };
}

const isOpen = (how: Listening): boolean => how !== 'refuse' && how !== 'reserved';

/** Whether the request has the valid login. Without one to compare with, this is unknown. */
export function isGoodLogin(reading: Reading, login: Login | undefined): boolean {
  if (reading.state !== 'complete' || !login) return false;
  return reading.user.equals(Buffer.from(login.user)) && reading.password.equals(Buffer.from(login.password));
}

function endsBy(command: Buffer, halfClosed: boolean, signals: readonly number[]): boolean {
  if (!isHarmless(command)) return false;
  if (signals.some(isFatal)) return true;
  const { ends } = behaviourOf(command);
  return ends === 'at once' || (ends === 'with stdin' && halfClosed);
}

export const isFatal = (signal: number): boolean =>
  signal <= HIGHEST_SIGNAL && !HARMLESS_SIGNALS.includes(signal);
