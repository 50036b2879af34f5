import { codeOf } from '../../base/index.ts';
import type { DatagramSender } from '../../native/index.ts';
import { STOP_MARGIN } from '../files/program.ts';
import type { ServiceManager } from './service-manager.ts';

const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;
const RETRY_MS = 50;
const TELL_MS = 10_000;
const LONGEST_TIMER = 2 ** 31 - 1; // ms

/**
 * Notifies the service manager of the daemon's state (sd_notify(3)), if one asked for it; else it does nothing. It
 * never throws: the daemon can serve without notifying anyone.
 */
export class ServiceNotifier implements ServiceManager {
  /** Why the manager that asked cannot be notified. */
  readonly problem: unknown;
  readonly #sender: DatagramSender | undefined;
  #waiting: string[] = []; // what a full socket did not take
  #retry: NodeJS.Timeout | undefined;
  #status = '';

  private constructor(sender?: DatagramSender, watchdogMs = 0, problem?: unknown) {
    this.#sender = sender;
    this.problem = problem;
    // A timer and nothing else: it fires for as long as the event loop turns, which is what is to be watched.
    if (sender && watchdogMs > 0) setInterval(() => this.#sendOnce('WATCHDOG=1'), watchdogMs).unref();
  }

  /** Whether a service manager started the daemon and is notified of its state. */
  get isAsked(): boolean {
    return this.#sender !== undefined;
  }

  /** Reads the variables and takes them away: a child must not speak for the daemon. */
  static async open(environment: NodeJS.ProcessEnv = process.env): Promise<ServiceNotifier> {
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid } = environment;
    for (const name of VARIABLES) delete environment[name];
    if (!path) return new ServiceNotifier();
    const ours = pid === undefined || pid === String(process.pid);
    const watchdogMs = ours && /^\d+$/.test(usec) ? Math.min(Number(usec) / 2000, LONGEST_TIMER) : 0;
    try {
      const { DatagramSender } = await import('../../native/index.ts'); // only now: it loads koffi
      return new ServiceNotifier(new DatagramSender(path), watchdogMs);
    } catch (problem) {
      return new ServiceNotifier(undefined, 0, problem);
    }
  }

  /** It serves, after its start or after a reload. */
  ready(status: string): void {
    this.#status = status;
    this.#send('READY=1', statusLine(status));
  }

  /** Sends another status each time that it has changed, at most once in 10 s, for as long as the process lives. */
  keepTelling(statusNow: () => string): void {
    if (!this.#sender) return;
    const tell = () => {
      const status = statusNow();
      if (status !== this.#status) this.#send(statusLine(status));
      this.#status = status;
    };
    setInterval(tell, TELL_MS).unref();
  }

  /** It reads its settings again; {@link ready} says when it has, whether they were taken or not. */
  reloading(): void {
    this.#send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /**
   * It stops, which may take more time than the manager would give by itself.
   *
   * @param commandSeconds until the last command is gone
   */
  stopping(commandSeconds: number): void {
    this.#send('STOPPING=1', `EXTEND_TIMEOUT_USEC=${Math.ceil((commandSeconds + STOP_MARGIN) * 1e6)}`);
  }

  on(): void {} // it sends signals

  #send(...lines: string[]): void {
    if (!this.#sender) return;
    this.#waiting.push(lines.join('\n'));
    if (!this.#retry) this.#flush();
  }

  #flush(): void {
    this.#retry = undefined;
    while (this.#waiting.length > 0) {
      if (this.#sendOnce(this.#waiting[0]!) === 'full') {
        this.#retry = setTimeout(() => this.#flush(), RETRY_MS).unref();
        return;
      }
      this.#waiting.shift();
    }
  }

  #sendOnce(message: string): 'full' | undefined {
    try {
      this.#sender?.send(Buffer.from(message));
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return 'full';
    }
    return undefined; // sent, or there is no one to notify
  }
}

/** One line, whatever the text. */
const statusLine = (text: string): string => `STATUS=${text.replace(/[\x00-\x1f\x7f]+/g, ' ')}`;
