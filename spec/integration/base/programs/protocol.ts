import { is, type Messages } from '../../../../lib/base/index.ts';

/** Descriptors of the child. */
export const [IPC, PIPE] = [3, 4];

const words = { words: is.text };
const nothing = is.object({});

export const QUESTIONS = {
  echo: { text: is.text },
  refuse: words,
  fail: words,
  throw: words,
  wait: { seconds: is.quantity },
  lie: {},
  die: {},
};

export const ANSWERS = {
  echo: is.object({ text: is.text, secret: is.text }),
  refuse: nothing,
  fail: nothing,
  throw: nothing,
  wait: nothing,
  lie: nothing,
  die: nothing,
};

export const REPORTS = { repeat: { text: is.text } };

export const ORDERS = {
  /** Comes with a connection, which gets a greeting. */
  greet: {},
  /** Is said back. */
  repeat: { text: is.text },
  /** Bytes in latin1, past the child's own line. */
  write: { by: is.oneOf('ipc', 'pipe'), text: is.text, times: is.count },
  /** Sends a handle, as Node does. */
  handle: {},
};
export type Order = Messages<typeof ORDERS>;
