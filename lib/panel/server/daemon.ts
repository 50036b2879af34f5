import { RexecError, reasonOf, within } from '../../base/index.ts';
import { PerSecond } from '../per-second.ts';
import { type Call, type FailureKind, MOST_CALLS_A_SECOND, type Order } from '../protocol.ts';

/** Why a verb failed: `busy` is said here, the others by the daemon. */
type Why = FailureKind | 'busy';

/** What a verb failed with, for the page. */
export class VerbError extends RexecError {
  readonly kind: Why;
  readonly errors: Readonly<Record<string, string>>;

  constructor(kind: Why, message: string, errors: Readonly<Record<string, string>> = {}) {
    super(message);
    this.kind = kind;
    this.errors = errors;
  }
}

type Answer = Extract<Order, { say: 'result' | 'failure' }>;
const MOST = 48; // at a time
const PATIENCE_SECONDS = 35; // a reload may take 30 s

/** The daemon, as the panel's process sees it: it is asked verbs by the line. */
export class DaemonLine {
  readonly #say: (call: Call) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #number = 0;
  readonly #calls = new PerSecond(MOST_CALLS_A_SECOND);

  constructor(say: (call: Call) => void) {
    this.#say = say;
  }

  /**
   * Asks on behalf of a browser. Anyone on the machine can send requests: as many as they like are not passed on.
   *
   * @throws VerbError
   */
  askFor(secret: string | undefined, verb: string, body: object = {}): Promise<unknown> {
    if (this.#calls.exceeds()) return busy();
    return this.ask(verb, secret === undefined ? [] : [secret], body);
  }

  /** @throws VerbError */
  async ask(verb: string, sessions: readonly string[], body: object = {}): Promise<unknown> {
    if (this.#waiting.size >= MOST) return busy();
    this.#number += 1;
    const number = this.#number;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(number, resolve);
    try {
      this.#say({ say: 'call', number, verb, sessions: [...sessions], body });
      const answer = await within(PATIENCE_SECONDS, promise, (): never => {
        throw new VerbError('busy', `The daemon did not answer within ${PATIENCE_SECONDS} s.`);
      });
      if (answer.say === 'result') return answer.result;
      throw new VerbError(answer.kind, answer.message, answer.errors);
    } catch (error) {
      // A body may be nested deeper than JSON can be written.
      throw error instanceof VerbError ? error : new VerbError('refused', reasonOf(error));
    } finally {
      this.#waiting.delete(number);
    }
  }

  take(answer: Answer): void {
    this.#waiting.get(answer.number)?.(answer);
  }
}

const busy = (): Promise<never> => Promise.reject(new VerbError('busy', 'The daemon is busy. Try again.'));
