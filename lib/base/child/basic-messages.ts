import { anything, count, flag, type Messages, message, text } from '../shapes.ts';

/** What every child says to its parent. */
const BASIC = {
  ready: {},
  /** It ends for this cause. */
  broken: { cause: text },
  answer: { number: count, answer: anything },
  /** Instead of an answer. */
  error: { number: count, cause: text, refused: flag },
};

export type Basic = Messages<typeof BASIC>;
export const isBasic = message(BASIC);

/** What every parent says to its child: a question of its own, with a number for the answer. */
export const isAsk = message({ ask: { number: count, question: anything } });
