import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { encodeRequest } from '../../codec/index.ts';
import { RexecError } from '../base/index.ts';
import { type Answer, type Ending, LoadSession, type SessionPlan } from './session.ts';
import { type Latency, Tally } from './tally.ts';

/** Whom to load, and with what. */
export interface LoadTarget {
  /** A numeric address: a load does not look names up. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Uint8Array;
  readonly command: string;
  /** Whether each session asks for a stderr channel; false otherwise. */
  readonly stderr?: boolean;
}

/** How much to load. One of `sessions` and `seconds` ends it, whichever comes first. */
export interface LoadOptions {
  /** Sessions under way at a time. */
  readonly parallel: number;
  readonly sessions?: number;
  readonly seconds?: number;
  /** Time for one session; 30 otherwise. */
  readonly timeoutSeconds?: number;
  /** What every session must be answered; what {@link trySession} got. */
  readonly expected: Answer;
}

export interface LoadReport {
  readonly parallel: number;
  /** Sessions that ended, and how. */
  readonly sessions: number;
  readonly right: number;
  readonly wrong: number;
  readonly refused: number;
  readonly lost: number;
  /** How often each cause of what was not right. */
  readonly causes: Tally['causes'];
  /** From the first connection to the last end. */
  readonly seconds: number;
  /** Right answers a second. */
  readonly rate: number;
  /** Of right answers; null if there is none. */
  readonly latency: Latency | null;
  /** Least time from the start of a session to its status byte, in milliseconds; null if there is none. */
  readonly login: number | null;
  /** The latency in milliseconds that a share (0 to 1) of the right answers did not exceed. */
  quantile(share: number): number;
}

/** A session did not give an answer; the message is the daemon's refusal, or what broke. */
export class LoadError extends RexecError {
  override readonly code: 'REXEC_REFUSED' | 'REXEC_LOST' | 'REXEC_PROTOCOL';

  constructor(code: LoadError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const CODES = { refused: 'REXEC_REFUSED', lost: 'REXEC_LOST', wrong: 'REXEC_PROTOCOL' } as const;
const TIMEOUT_SECONDS = 30;
const SWEEP_MS = 100; // one timer for all sessions instead of one each

/**
 * One session on its own; what it is answered.
 *
 * @throws LoadError when it is refused or lost, or when what answers does not speak rexec
 */
export async function trySession(target: LoadTarget, timeoutSeconds = TIMEOUT_SECONDS): Promise<Answer> {
  const slot = await openSlot(target);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const session = new LoadSession(slot, ({ answer }, ending, cause) =>
    ending === 'right' ? resolve(answer) : reject(new LoadError(CODES[ending], cause)),
  );
  const timer = setTimeout(() => session.giveUp(timeoutSeconds), timeoutSeconds * 1000);
  return promise.finally(() => {
    clearTimeout(timer);
    closeSlot(slot);
  });
}

/** Opens sessions, `parallel` at a time, until enough have ended; never rejects for what a session met. */
export async function runLoad(target: LoadTarget, options: LoadOptions): Promise<LoadReport> {
  const { parallel, sessions = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = options;
  if (sessions === Number.POSITIVE_INFINITY && seconds === Number.POSITIVE_INFINITY)
    throw new RangeError('a load ends after a number of sessions or of seconds');
  const count = Math.min(parallel, sessions);
  const slots = target.stderr
    ? await Promise.all(Array.from({ length: count }, () => openSlot(target, options.expected)))
    : new Array<SessionPlan>(count).fill(await openSlot(target, options.expected));
  const tally = new Tally();
  const startedAt = performance.now();
  await new Run(slots, tally, { ...options, sessions, endsAt: startedAt + seconds * 1000 }).over;
  const elapsed = (performance.now() - startedAt) / 1000;
  for (const slot of slots) closeSlot(slot);
  return {
    parallel,
    sessions: tally.sessions,
    ...tally.counts,
    causes: tally.causes,
    seconds: elapsed,
    rate: tally.counts.right / elapsed,
    latency: tally.latency,
    login: tally.login,
    quantile: (share) => tally.quantile(share),
  };
}

/** Sessions under way; each that ends makes room for the next. */
class Run {
  readonly over: Promise<void>;
  readonly #tally: Tally;
  readonly #endsAt: number;
  readonly #open = new Map<LoadSession, SessionPlan>();
  readonly #sweep: NodeJS.Timeout;
  readonly #resolve: () => void;
  readonly #timeoutSeconds: number;
  #left: number;

  constructor(
    slots: readonly SessionPlan[],
    tally: Tally,
    {
      sessions,
      endsAt,
      timeoutSeconds = TIMEOUT_SECONDS,
    }: LoadOptions & { sessions: number; endsAt: number },
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#resolve = resolve;
    this.#tally = tally;
    this.#left = sessions;
    this.#endsAt = endsAt;
    this.#timeoutSeconds = timeoutSeconds;
    this.#sweep = setInterval(() => this.#giveUpLate(), SWEEP_MS);
    for (const slot of slots) this.#next(slot);
  }

  #next(slot: SessionPlan): void {
    if (this.#left > 0 && performance.now() < this.#endsAt) {
      this.#left -= 1;
      this.#open.set(new LoadSession(slot, this.#done), slot);
    } else if (this.#open.size === 0) {
      clearInterval(this.#sweep);
      this.#resolve();
    }
  }

  readonly #done = (session: LoadSession, ending: Ending, cause: string): void => {
    this.#tally.add(ending, cause, performance.now() - session.startedAt, session.loginMs);
    const slot = this.#open.get(session)!;
    this.#open.delete(session);
    this.#next(slot);
  };

  #giveUpLate(): void {
    const latest = performance.now() - this.#timeoutSeconds * 1000;
    for (const session of this.#open.keys()) {
      if (session.startedAt > latest) break; // they are in the order in which they were started
      session.giveUp(this.#timeoutSeconds);
    }
  }
}

/** What a session needs; one with a stderr channel needs a port of its own, which later sessions use again. */
async function openSlot(target: LoadTarget, expected?: Answer): Promise<SessionPlan> {
  const { host, port, user, password, command, stderr = false } = target;
  const stderrServer = stderr ? createServer().listen(0, host) : undefined;
  if (stderrServer) await once(stderrServer, 'listening');
  const stderrPort = stderrServer ? (stderrServer.address() as AddressInfo).port : 0;
  return {
    host,
    port,
    request: encodeRequest({ user, password, command, stderrPort }),
    expected,
    stderrServer,
  };
}

/** The password in the request is wiped. */
function closeSlot({ request, stderrServer }: SessionPlan): void {
  request.fill(0);
  (stderrServer as Server | undefined)?.close();
}
