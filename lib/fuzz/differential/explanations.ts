import { reasonOf } from '../../base/index.ts';
import { FuzzError } from '../errors.ts';
import { ASPECTS, type Aspect } from './outcome.ts';

/** A difference between two servers that is known and meant. What is left out may be anything. */
export interface Explanation {
  readonly because: string;
  readonly aspect?: Aspect | undefined;
  /** What the peer's bytes amount to, such as `command long`. */
  readonly request?: RegExp | undefined;
  /** What the first server did, and what the second one did. */
  readonly one?: RegExp | undefined;
  readonly other?: RegExp | undefined;
}

/** A difference, once for all scripts that show it. */
export interface Difference {
  readonly aspect: Aspect;
  readonly request: string;
  readonly one: string;
  readonly other: string;
}

export const explains = (explanation: Explanation, difference: Difference): boolean =>
  (explanation.aspect === undefined || explanation.aspect === difference.aspect) &&
  (['request', 'one', 'other'] as const).every((part) => explanation[part]?.test(difference[part]) ?? true);

const PARTS = ['because', 'aspect', 'request', 'one', 'other'];

/**
 * Reads a declared list: a JSON array of objects with `because` and any of `aspect`, `request`, `one` and `other`, the
 * last three regular expressions.
 *
 * @throws FuzzError `FUZZ_LIST_INVALID`, naming the entry and what is allowed
 */
export function parseExplanations(text: string): Explanation[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw invalid(`the list of explanations is not valid JSON: ${reasonOf(cause)}`);
  }
  if (!Array.isArray(list)) throw invalid('the list of explanations must be a JSON array');
  return list.map((entry: unknown, index) => readEntry(entry, `entry ${index + 1}`));
}

function readEntry(entry: unknown, where: string): Explanation {
  if (typeof entry !== 'object' || entry === null) throw invalid(`${where} is not an object`);
  for (const [key, value] of Object.entries(entry)) {
    if (!PARTS.includes(key)) throw invalid(`${where}: unknown key ${key}; expected ${PARTS.join(', ')}`);
    if (typeof value !== 'string') throw invalid(`${where}: ${key} is not a string`);
  }
  const { because, aspect, request, one, other } = entry as Record<string, string | undefined>;
  if (!because) throw invalid(`${where}: because is missing`);
  if (aspect !== undefined && !ASPECTS.includes(aspect as Aspect))
    throw invalid(`${where}: aspect must be one of ${ASPECTS.join(', ')}, not ${aspect}`);
  const pattern = (source: string | undefined) =>
    source === undefined ? undefined : expression(source, where);
  return {
    because,
    aspect: aspect as Aspect | undefined,
    request: pattern(request),
    one: pattern(one),
    other: pattern(other),
  };
}

function expression(source: string, where: string): RegExp {
  try {
    return new RegExp(source, 's');
  } catch (cause) {
    throw invalid(`${where}: ${reasonOf(cause)}`);
  }
}

const invalid = (message: string): FuzzError => new FuzzError('FUZZ_LIST_INVALID', message);
