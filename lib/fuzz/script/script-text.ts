import { isIPv4 } from 'node:net';
import { FuzzError } from '../errors.ts';
import { isActor, readWords } from './actor-words.ts';
import { printable, printBytes, readBytes } from './byte-text.ts';
import {
  type Action,
  isToken,
  joinedParts,
  type Line,
  type Listening,
  type Part,
  SCRIPT_LIMITS,
  type Script,
  type Step,
} from './script.ts';

const WORD = /\s*(?:"(?<bytes>(?:[^"\\]|\\[\s\S])*)"(?:\*(?<times>\d{1,9}))?|(?<word>[^\s"]+))/y;
const HOW: readonly string[] = [
  'accept',
  'late',
  'stall',
  'refuse',
  'reserved',
] satisfies readonly Listening[];
const EXPECTED = ['answer', 'channel', 'end'] as const;

/** A script as text, one step a line. Steps of the second peer begin with `b`. `remarks` come first, as comments. */
export function printScript({ steps }: Script, remarks: readonly string[] = []): string {
  const head = remarks.map((remark) => `# ${printable(remark.replaceAll(/[\r\n]+/g, ' '))}`);
  return `${[...head, ...steps.map(printStep)].join('\n')}\n`;
}

function printStep(step: Step): string {
  return `${step.peer === 'b' ? 'b ' : ''}${printAction(step)}`;
}

function printAction(action: Action): string {
  switch (action.do) {
    case 'connect':
      return `connect from ${action.from}`;
    case 'listen':
      return `listen ${action.how}${action.how === 'late' ? ` ${action.ms}` : ''}`;
    case 'send': {
      const parts = action.parts.map((part) => (Buffer.isBuffer(part) ? printBytes(part) : part));
      return [
        'send',
        ...(parts.length > 0 ? parts : ['""']),
        ...(action.every ? ['every', action.every] : []),
      ].join(' ');
    }
    case 'wait':
      return `wait ${action.ms}`;
    case 'expect':
      return `expect ${action.what}`;
    case 'signal':
      return `signal ${action.numbers.join(' ')}`;
    case 'reader':
    case 'host':
    case 'session':
      return [action.do, ...action.words].join(' ');
    default:
      return action.line === 'main' ? action.do : `${action.do} channel`;
  }
}

/**
 * Reads a script. `#` begins a comment line; empty lines are nothing.
 *
 * @throws FuzzError `FUZZ_SCRIPT_INVALID`, naming the line and what is allowed there
 */
export function parseScript(text: string): Script {
  const steps: Step[] = [];
  let bytes = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    try {
      const step = readStep(line);
      steps.push(step);
      if (step.do === 'send') for (const part of step.parts) bytes += Buffer.isBuffer(part) ? part.length : 0;
      if (steps.length > SCRIPT_LIMITS.steps || bytes > SCRIPT_LIMITS.bytes)
        throw invalid(`a script has at most ${SCRIPT_LIMITS.steps} steps and ${SCRIPT_LIMITS.bytes} bytes`);
    } catch (error) {
      if (!(error instanceof FuzzError)) throw error;
      throw new FuzzError(error.code, `line ${index + 1}: ${error.message}`, { cause: error });
    }
  }
  return { steps };
}

/** A word as it stands, or the bytes of a quoted one. */
type Word = string | Buffer;

function readStep(line: string): Step {
  const words = wordsOf(line);
  const peer = words[0] === 'b' || words[0] === 'a' ? (words.shift() as 'a' | 'b') : 'a';
  const [verb, ...rest] = words;
  return { peer, ...readAction(verb, rest) };
}

function wordsOf(line: string): Word[] {
  const words: Word[] = [];
  const end = line.trimEnd();
  let total = 0;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end.length) {
    const { bytes, times = '1', word } = WORD.exec(end)?.groups ?? {};
    if (word !== undefined) words.push(word);
    else if (bytes === undefined) throw invalid('unterminated quote');
    else {
      const unit = readBytes(bytes);
      total += unit.length * Number(times);
      if (total > SCRIPT_LIMITS.bytes) throw invalid(`more than ${SCRIPT_LIMITS.bytes} bytes`);
      words.push(Buffer.alloc(unit.length * Number(times), unit));
    }
  }
  return words;
}

function readAction(verb: Word | undefined, rest: readonly Word[]): Action {
  const [first = '', second, ...more] = rest;
  if (isActor(verb)) return readWords(verb, rest);
  switch (verb) {
    case 'connect':
      if (first !== 'from' || typeof second !== 'string' || !isIPv4(second) || !second.startsWith('127.'))
        throw invalid('expected: connect from LOOPBACK-ADDRESS');
      return nothingAfter(more, { do: 'connect', from: second });
    case 'listen': {
      if (!HOW.includes(String(first))) throw invalid(`listen ${HOW.join(' | ')}`);
      const late = first === 'late';
      const action = { do: 'listen', how: first as Listening, ms: late ? milliseconds(second) : 0 } as const;
      return nothingAfter(late ? more : rest.slice(1), action);
    }
    case 'send':
      return readSend(rest);
    case 'wait':
      return nothingAfter(rest.slice(1), { do: 'wait', ms: milliseconds(first) });
    case 'expect': {
      const what = EXPECTED.find((each) => each === first);
      if (!what) throw invalid(`expect ${EXPECTED.join(' | ')}`);
      return nothingAfter(rest.slice(1), { do: 'expect', what });
    }
    case 'signal':
      if (rest.length === 0) throw invalid('expected: signal NUMBER...');
      return { do: 'signal', numbers: rest.map((word) => whole(word, 255)) };
    case 'half-close':
    case 'reset':
      return nothingAfter(rest.slice(first === 'channel' ? 1 : 0), { do: verb, line: lineOf(first) });
    default:
      throw invalid(
        'expected connect, listen, send, wait, expect, signal, half-close, reset, reader, host or session',
      );
  }
}

function readSend(words: readonly Word[]): Action {
  const [last, before] = [words.at(-1), words.at(-2)];
  const every = before === 'every' ? whole(last, SCRIPT_LIMITS.bytes) : 0;
  const parts = (before === 'every' ? words.slice(0, -2) : words).map((word): Part => {
    if (Buffer.isBuffer(word) || isToken(word)) return word;
    throw invalid(`expected "bytes", user, password or port, got ${word}`);
  });
  if (parts.length === 0) throw invalid('expected: send "BYTES"...');
  return { do: 'send', parts: joinedParts(parts), every };
}

const lineOf = (word: Word): Line => (word === 'channel' ? 'channel' : 'main');
const milliseconds = (word: Word | undefined): number => whole(word, SCRIPT_LIMITS.waitMs);

function whole(word: Word | undefined, highest: number): number {
  if (typeof word === 'string' && /^\d{1,9}$/.test(word) && Number(word) <= highest) return Number(word);
  throw invalid(`expected a whole number up to ${highest}, got ${word ?? 'nothing'}`);
}

function nothingAfter<A extends Action>(rest: readonly Word[], action: A): A {
  if (rest.length > 0) throw invalid(`unexpected word ${rest[0]}`);
  return action;
}

const invalid = (message: string): FuzzError => new FuzzError('FUZZ_SCRIPT_INVALID', message);
