import { object, oneOf, quantity, type Shapes, text } from '../../../../lib/base/index.ts';

/** Descriptors of the child. */
export const [IPC, PIPE] = [3, 4];

export type Question =
  | { readonly say: 'echo'; readonly text: string }
  | { readonly say: 'refuse' | 'fail' | 'throw'; readonly words: string }
  | { readonly say: 'wait'; readonly seconds: number }
  | { readonly say: 'lie' | 'die' };

export type Order =
  /** Comes with a connection, which gets a greeting. */
  | { readonly say: 'greet' }
  /** Is said back. */
  | { readonly say: 'repeat'; readonly text: string }
  /** Bytes in latin1, past the kit. */
  | { readonly say: 'write'; readonly by: 'ipc' | 'pipe'; readonly text: string; readonly times: number }
  /** Sends a handle, as Node does. */
  | { readonly say: 'handle' };

export type Report = Extract<Order, { say: 'repeat' }>;

const words = { words: text };

export const QUESTIONS: Shapes<Question> = {
  echo: { text },
  refuse: words,
  fail: words,
  throw: words,
  wait: { seconds: quantity },
  lie: {},
  die: {},
};

const nothing = object<object>({});

export const ANSWERS = {
  echo: object<{ text: string; secret: string }>({ text, secret: text }),
  refuse: nothing,
  fail: nothing,
  throw: nothing,
  wait: nothing,
  lie: nothing,
  die: nothing,
};

export const REPORTS: Shapes<Report> = { repeat: { text } };
export const ORDERS: Shapes<Order> = {
  ...REPORTS,
  greet: {},
  write: { by: oneOf('ipc', 'pipe'), text, times: quantity },
  handle: {},
};
