import { disarmed } from '../script/commands.ts';
import { cutParts, joinedParts, lengthOf, type Part, type Script, type Step } from '../script/script.ts';
import { DICTIONARY } from './dictionary.ts';
import type { Random } from './random.ts';

const INTERESTING = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x30, 0x39, 0x7f, 0x80, 0xc3, 0xff] as const;
const SIZES = [1, 2, 5, 6, 15, 16, 255, 256, 257, 1024, 8191, 8192, 8193] as const;
const WORDS = DICTIONARY.map((word) => Buffer.from(word, 'latin1'));
const MOST_BYTES = 40_000;

type ByteMutator = (bytes: Buffer, random: Random) => Buffer;

const splice = (bytes: Buffer, from: number, to: number, middle: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

/** A place, and one up to sixteen bytes behind it. */
function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(16))];
}

const BYTES: readonly ByteMutator[] = [
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)]! ^= 1 << random.below(8);
    return changed;
  },
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.chance(2) ? random.pick(INTERESTING) : random.below(256);
    return changed;
  },
  (bytes, random) => splice(bytes, ...range(bytes, random), Buffer.alloc(0)),
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, random.pick(WORDS));
  },
  (bytes, random) => splice(bytes, ...range(bytes, random), random.pick(WORDS)),
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const run = Buffer.alloc(random.pick(SIZES), random.chance(4) ? random.below(256) : 0x75);
    return splice(bytes, at, at, run);
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
];

/** Bytes that are a little different, some of them crossed with others of the corpus. */
export function mutateBytes(bytes: Buffer, random: Random, others: readonly Buffer[] = []): Buffer {
  let changed = bytes;
  for (let turn = 1 + random.below(3); turn > 0; turn -= 1) changed = random.pick(BYTES)(changed, random);
  if (others.length > 0 && random.chance(8)) {
    const other = random.pick(others);
    changed = Buffer.concat([
      changed.subarray(0, random.below(changed.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  }
  return changed.subarray(0, MOST_BYTES);
}

type StepMutator = (steps: Step[], random: Random) => void;

/** Replaces a random step of a kind, if there is one. */
function onSend(change: (step: Step & { do: 'send' }, random: Random) => Step[]): StepMutator {
  return (steps, random) => {
    const sends = steps.flatMap((step, index) => (step.do === 'send' ? [index] : []));
    if (sends.length === 0) return;
    const at = random.pick(sends);
    steps.splice(at, 1, ...change(steps[at] as Step & { do: 'send' }, random));
  };
}

function mutateParts(parts: readonly Part[], random: Random): Part[] {
  if (parts.length === 0) return [random.pick(WORDS)];
  const at = random.below(parts.length);
  const part = parts[at]!;
  const changed = Buffer.isBuffer(part) ? mutateBytes(part, random) : random.pick(WORDS);
  return joinedParts(parts.with(at, changed));
}

const changeBytes = onSend((step, random) => [{ ...step, parts: mutateParts(step.parts, random) }]);

const STEPS: readonly StepMutator[] = [
  changeBytes,
  changeBytes,
  onSend((step, random) => [{ ...step, every: random.pick([0, 1, 2, 3, 255, 256, 257]) }]),
  onSend((step, random) => {
    const [before, after] = cutParts(step.parts, random.below(lengthOf(step.parts) + 1));
    return [
      { ...step, parts: before },
      { ...step, parts: after },
    ];
  }),
  (steps, random) => {
    steps.splice(random.below(steps.length + 1), 1);
  },
  (steps, random) => {
    const [from, to] = [random.below(steps.length), random.below(steps.length)];
    [steps[from], steps[to]] = [steps[to]!, steps[from]!];
  },
  (steps, random) => {
    const peer = random.pick(steps).peer;
    const extra: readonly Step[] = [
      { peer, do: 'half-close', line: random.chance(3) ? 'channel' : 'main' },
      { peer, do: 'reset', line: random.chance(3) ? 'channel' : 'main' },
      { peer, do: 'signal', numbers: [random.below(256)] },
      { peer, do: 'wait', ms: random.below(8) },
      { peer, do: 'listen', how: random.pick(['accept', 'late', 'stall', 'refuse'] as const), ms: 5 },
      { peer, do: 'send', parts: [random.pick(WORDS)], every: 0 },
    ];
    steps.splice(random.below(steps.length + 1), 0, random.pick(extra));
  },
];

/** A script that is a little different, and still harmless to the target's host. */
export function mutateScript(script: Script, random: Random): Script {
  const steps = [...script.steps];
  for (let turn = 1 + random.below(3); turn > 0 && steps.length > 0; turn -= 1)
    random.pick(STEPS)(steps, random);
  return disarmed({ steps: steps.map(canonical) });
}

/** A listen step is late or it has no time: one spelling for each. */
const canonical = (step: Step): Step =>
  step.do === 'listen' && step.how !== 'late' ? { ...step, ms: 0 } : step;
