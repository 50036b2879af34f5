import { SERVICE_NAME } from '../../base/index.ts';
import type { ServiceConnection } from '../../native/index.ts';
import type { Order, ServiceManager } from '../manager/service-manager.ts';

const TICK_MS = 1000;
/** How long the service control manager waits for the next sign of life of a service that starts or stops. */
const WAIT_MS = 20_000;

/**
 * The daemon as a service of Windows. Until it serves, and while it stops, the service control manager gets a sign of life
 * each second for as long as the event loop turns. It learns of the end, and of the exit code, as the last thing that the
 * process does.
 */
export class WindowsService implements ServiceManager {
  readonly isAsked = true;
  readonly problem = undefined;
  readonly #connection: ServiceConnection;
  readonly #work: Record<Order, (() => void)[]> = { stop: [], reload: [] };
  #checkpoint = 1;
  #isStopping = false;
  #ticks: NodeJS.Timeout | undefined;

  private constructor(connection: ServiceConnection) {
    this.#connection = connection;
    this.#keepReporting('starting');
    connection.controls = {
      stop: () => {
        this.stopping();
        this.#call('stop');
      },
      reload: () => this.#call('reload'),
    };
    process.once('exit', (exitCode) => {
      clearInterval(this.#ticks);
      connection.report({ state: 'stopped', exitCode });
    });
  }

  /** This process as the service. @throws Error if the manager did not start it */
  static async open(): Promise<WindowsService> {
    const { connectService } = await import('../../native/index.ts'); // only now: it loads koffi
    return new WindowsService(await connectService(SERVICE_NAME));
  }

  ready(): void {
    if (this.#isStopping) return; // a reload ended meanwhile
    clearInterval(this.#ticks);
    this.#connection.report({ state: 'running' });
  }

  keepTelling(): void {} // the manager shows no status in words

  reloading(): void {} // a running service stays one

  stopping(): void {
    if (!this.#isStopping) this.#keepReporting('stopping');
    this.#isStopping = true;
  }

  on(order: Order, work: () => void): void {
    this.#work[order].push(work);
  }

  /** Later, because the manager waits for the answer. */
  #call(order: Order): void {
    for (const each of this.#work[order]) setImmediate(each);
  }

  #keepReporting(state: 'starting' | 'stopping'): void {
    clearInterval(this.#ticks);
    const report = () => {
      this.#checkpoint += 1;
      this.#connection.report({ state, checkpoint: this.#checkpoint, waitMs: WAIT_MS });
    };
    report();
    this.#ticks = setInterval(report, TICK_MS).unref();
  }
}
