import { type Check, is, type Messages } from '../base/index.ts';

const short =
  (most: number): Check<string> =>
  (value): value is string =>
    is.text(value) && value.length <= most;

/** Pages that may be open at the same time. */
export const MOST_STREAMS = 8;
/** Calls in a second: the panel's process makes no more on behalf of browsers, and is killed if it makes three times as many. */
export const MOST_CALLS_A_SECOND = 100;

/** A list that is not longer than that. */
export const few =
  <T>(most: number, one: Check<T>): Check<readonly T[]> =>
  (value): value is readonly T[] =>
    is.list(one)(value) && value.length <= most;

/** Bytes of the body of a request, and of the JSON that a verb takes. */
export const LONGEST_BODY = 16 * 1024;
const LONGEST_SECRET = 64; // characters: 256 bits are 43
export const isSecret: Check<string> = (value): value is string =>
  is.text(value) && value.length <= LONGEST_SECRET && /^[\w-]+$/.test(value);

/** From rexecd to the panel's process. */
export const ORDERS = {
  /** Whom it answers: names of the `Host` header. `place` tells its cookies from those of other panels. */
  terms: { hosts: is.list(is.text), place: is.text },
  /** Comes with a connection, which rexecd keeps as well until the process says that it has it. */
  connection: { number: is.count },
  /** Of the verb with this number. */
  result: { number: is.count, result: is.anything },
  failure: {
    number: is.count,
    kind: is.oneOf('login', 'role', 'refused'),
    message: is.text,
    errors: is.optional(is.texts),
  },
};

export type Order = Messages<typeof ORDERS>;
export type FailureKind = Extract<Order, { say: 'failure' }>['kind'];

/**
 * From the panel's process to rexecd.
 *
 * SECURITY: it may have been taken over: rexecd checks the session of every verb.
 */
export const REPORTS = {
  /** The connection with this number; nothing was read of it yet. */
  has: { number: is.count },
  call: {
    number: is.count,
    verb: short(16),
    sessions: few(MOST_STREAMS, isSecret),
    body: is.anything,
  },
};

export type Report = Messages<typeof REPORTS>;
export type Call = Extract<Report, { say: 'call' }>;

/** What the panel's process is asked. */
export const QUESTIONS = {};
export const ANSWERS = {};
