import { isDeepStrictEqual } from 'node:util';
import { joinedParts, type Part, partsOf, peersOf, type Script, type Step } from './script.ts';

/**
 * SECURITY: the commands that a script may run with a valid login. A target is a real machine; random bytes for its
 * shell would be a shell command. Whatever a generator or a mutator makes goes through {@link disarmed}, and a
 * script that is made smaller stays {@link isDisarmed}.
 */
const HARMLESS =
  /^(?:(?::|true|exit \d{1,3}|echo [a-z]{1,16}(?: >&2)?|cat)(?: *#[\x01-\x09\x0b-\xff]*)?|: [a-z]*|#[\x01-\x09\x0b-\xff]*|)$/s;

export const isHarmless = (command: Buffer): boolean => HARMLESS.test(command.toString('latin1'));

/** What a harmless command does, so that what comes of it can be told from what should. */
export interface Behaviour {
  readonly stdout: string | 'stdin'; // latin1, or what it was sent
  readonly stderr: string;
  /** When it ends by itself. */
  readonly ends: 'at once' | 'with stdin';
}

export function behaviourOf(command: Buffer): Behaviour {
  const text = command.toString('latin1');
  const [, word = '', where] = /^echo ([a-z]+)( >&2)?/.exec(text) ?? [];
  if (word !== '')
    return { stdout: where ? '' : `${word}\n`, stderr: where ? `${word}\n` : '', ends: 'at once' };
  if (/^cat\b/.test(text)) return { stdout: 'stdin', stderr: '', ends: 'with stdin' };
  return { stdout: '', stderr: '', ends: 'at once' };
}

/**
 * The script with a harmless command, for any user that the server may believe to have logged in: if the fourth field
 * of a peer is not harmless, it becomes a comment for the shell, its newlines blanks. Signals that would leave a
 * stopped process behind get a SIGKILL after them.
 */
export function disarmed(script: Script): Script {
  let { steps } = script;
  for (const peer of peersOf(script)) {
    const command = commandOf(partsOf({ steps }, peer));
    if (command && !isHarmless(command.content)) steps = commented(steps, peer, command.start, command.end);
  }
  return { steps: steps.map((step) => (step.do === 'signal' ? killedAfterStop(step) : step)) };
}

/** Whether {@link disarmed} leaves a script as it is. */
export const isDisarmed = (script: Script): boolean => isDeepStrictEqual(disarmed(script), script);

const STOPPING: readonly number[] = [19, 20, 21, 22];
const KILL = 9;

function killedAfterStop(step: Step & { do: 'signal' }): Step {
  const stops = step.numbers.some((number) => STOPPING.includes(number));
  return stops && step.numbers.at(-1) !== KILL ? { ...step, numbers: [...step.numbers, KILL] } : step;
}

/** Tokens count as one byte that is no NUL; offsets are those of {@link flat}. */
function commandOf(parts: readonly Part[]): { content: Buffer; start: number; end: number } | undefined {
  const bytes = flat(parts);
  let start = 0;
  for (let field = 0; field < 3; field += 1) {
    const nul = bytes.indexOf(0, start);
    if (nul === -1) return undefined;
    start = nul + 1;
  }
  const nul = bytes.indexOf(0, start);
  const end = nul === -1 ? bytes.length : nul;
  return { content: bytes.subarray(start, end), start, end };
}

const TOKEN_BYTE = Buffer.of(0x7f); // not harmless, so a token inside a command is commented out as well
const flat = (parts: readonly Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : TOKEN_BYTE)));

/** Puts `#` for the first byte of the command and blanks for its newlines; no byte moves. */
function commented(steps: readonly Step[], peer: 'a' | 'b', start: number, end: number): Step[] {
  let at = 0;
  return steps.map((step) => {
    if (step.peer !== peer || step.do !== 'send') return step;
    const parts = step.parts.map((part): Part => {
      const from = at;
      at += Buffer.isBuffer(part) ? part.length : 1;
      const [first, last] = [Math.max(start, from), Math.min(end, at)];
      if (first >= last) return part;
      if (!Buffer.isBuffer(part)) return Buffer.from(start === from ? '#' : 'x');
      const changed = Buffer.from(part);
      for (let each = first; each < last; each += 1)
        if (each === start) changed[each - from] = 0x23;
        else if (changed[each - from] === 0x0a) changed[each - from] = 0x20;
      return changed;
    });
    return { ...step, parts: joinedParts(parts) };
  });
}
