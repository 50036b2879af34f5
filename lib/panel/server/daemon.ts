import { RexecError, reasonOf } from '../../base/index.ts';
import { PerSecond } from '../per-second.ts';
import { type FailureKind, MOST_CALLS_A_SECOND, type Order, type Report } from '../protocol.ts';

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
const PATIENCE_MS = 35_000; // a reload may take 30 s

/** The daemon, as the panel's process sees it: it is asked verbs by the line. */
export class DaemonLine {
  readonly #say: (report: Report) => void;
  readonly #waiting = new Map<number, { take(answer: Answer): void; timer: NodeJS.Timeout }>();
  #number = 0;
  readonly #calls = new PerSecond(MOST_CALLS_A_SECOND);

  constructor(say: (report: Report) => void) {
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
  ask(verb: string, sessions: readonly string[], body: object = {}): Promise<unknown> {
    if (this.#waiting.size >= MOST) return busy();
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      const late = () => {
        this.#waiting.delete(number);
        reject(new VerbError('busy', `The daemon did not answer within ${PATIENCE_MS / 1000} s.`));
      };
      const take = (answer: Answer) => {
        if (answer.say === 'result') resolve(answer.result);
        else reject(new VerbError(answer.kind, answer.message, answer.errors));
      };
      this.#waiting.set(number, { take, timer: setTimeout(late, PATIENCE_MS) });
      try {
        this.#say({ say: 'call', number, verb, sessions: [...sessions], body });
      } catch (error) {
        // A body may be nested deeper than JSON can be written.
        this.take({ say: 'failure', number, kind: 'refused', message: reasonOf(error) });
      }
    });
  }

  take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    clearTimeout(waiting?.timer);
    waiting?.take(answer);
  }
}

const busy = (): Promise<never> => Promise.reject(new VerbError('busy', 'The daemon is busy. Try again.'));
