import {
  type Action,
  cutParts,
  joinedParts,
  type Listening,
  lengthOf,
  type Part,
  type Script,
} from './script.ts';

export type Parts = readonly Part[];

/** A peer in terms of the protocol; a generator chooses, {@link scriptOf} makes steps of it. */
export interface Plan {
  readonly from: string; // a loopback address, or empty
  readonly port: Parts;
  readonly listen: Listening | 'none';
  readonly lateMs: number;
  readonly user: Parts;
  readonly password: Parts;
  readonly command: Parts;
  /** Bytes that end each field instead of its NUL. */
  readonly terminators: readonly [string, string, string, string];
  readonly earlyStdin: string; // latin1, in one piece with the request
  readonly lateStdin: string; // once there is an answer
  readonly cut: 'whole' | 'fields' | 'anywhere' | 'every';
  readonly cutAt: number; // a share of the request
  readonly every: number; // bytes a piece
  readonly pauseMs: number; // between pieces
  /** Wait for the connection back before the user is named, as real clients do; cut is `fields` then. */
  readonly waits: boolean;
  readonly signals: readonly number[];
  readonly channelEnd: 'none' | 'half-close' | 'reset';
  readonly stop: number; // the share of the request that is sent at all
  readonly end: 'half-close' | 'half-close at once' | 'wait' | 'reset' | 'none';
}

export function scriptOf(plan: Plan): Script {
  const actions: Action[] = [];
  if (plan.from !== '') actions.push({ do: 'connect', from: plan.from });
  if (plan.listen !== 'none')
    actions.push({ do: 'listen', how: plan.listen, ms: plan.listen === 'late' ? plan.lateMs : 0 });
  actions.push(...request(plan));
  if (plan.end === 'half-close at once') actions.push({ do: 'half-close', line: 'main' });
  if (plan.listen !== 'none') actions.push(...onChannel(plan));
  if (plan.lateStdin !== '') {
    if (plan.end !== 'half-close at once') actions.push({ do: 'expect', what: 'answer' });
    actions.push({ do: 'send', parts: [Buffer.from(plan.lateStdin, 'latin1')], every: 0 });
  }
  if (plan.end === 'half-close' || plan.end === 'reset') actions.push({ do: plan.end, line: 'main' });
  if (plan.end === 'wait') actions.push({ do: 'expect', what: 'end' });
  return { steps: actions.map((action) => ({ peer: 'a', ...action })) };
}

function request(plan: Plan): Action[] {
  const { waits, cut, cutAt, every, pauseMs, stop, listen } = plan;
  const sends = (parts: Parts, size = 0): Action[] =>
    lengthOf(parts) > 0 ? [{ do: 'send', parts: joinedParts(parts), every: size }] : [];
  const fields = fieldsOf(plan);
  const whole = joinedParts(fields.flat());
  const pause: Action[] = pauseMs > 0 ? [{ do: 'wait', ms: pauseMs }] : [];
  if (stop < 1) return sends(cutParts(whole, Math.floor(stop * lengthOf(whole)))[0]);
  if (waits && listen !== 'none') {
    const [port = [], ...others] = fields;
    return [...sends(port), { do: 'expect', what: 'channel' }, ...sends(others.flat())];
  }
  switch (cut) {
    case 'whole':
      return sends(whole);
    case 'every':
      return sends(whole, every);
    case 'fields':
      return fields.flatMap((field) => [...sends(field), ...pause]);
    case 'anywhere': {
      const [before, after] = cutParts(whole, Math.floor(cutAt * lengthOf(whole)));
      return [...sends(before), ...pause, ...sends(after)];
    }
  }
}

function fieldsOf({ port, user, password, command, terminators, earlyStdin }: Plan): Part[][] {
  const fields = [port, user, password, command].map((parts, index) => [
    ...parts,
    Buffer.from(terminators[index]!, 'latin1'),
  ]);
  return [...fields, [Buffer.from(earlyStdin, 'latin1')]];
}

function onChannel({ signals, channelEnd }: Plan): Action[] {
  const actions: Action[] = [];
  if (signals.length > 0) actions.push({ do: 'expect', what: 'answer' }, { do: 'signal', numbers: signals });
  if (channelEnd !== 'none') actions.push({ do: channelEnd, line: 'channel' });
  return actions;
}
