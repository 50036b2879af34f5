import { within } from '../base/index.ts';
import { accountOf, type OwnProcess, ownProcesses, privilegesOf } from '../service/index.ts';

/** A process of the daemon as an administrator sees it. */
export interface ProcessStatus {
  readonly role: OwnProcess['role'];
  readonly pid: number;
  readonly account: string;
  /** Resident, in bytes. */
  readonly memory: number;
  /** Processor time since its start, in seconds. */
  readonly cpuSeconds: number;
  /** What the kernel lets it do, in words. */
  readonly privileges: string;
}

/** Time for a name source. */
const NAME_SECONDS = 1;
const MOST_NAMES = 1000;
/** What is asked for again within this time is not looked up again: each process is three files of /proc. */
const FRESH_MS = 2000;

/** The daemon and its processes. */
export class Processes {
  readonly #names = new Map<number, string>(); // of accounts, by uid

  #listed: Promise<ProcessStatus[]> = Promise.resolve([]);
  #listedAt = Number.NEGATIVE_INFINITY;

  async list(): Promise<ProcessStatus[]> {
    if (performance.now() - this.#listedAt > FRESH_MS) {
      this.#listedAt = performance.now();
      this.#listed = Promise.all(ownProcesses().map((each) => this.#statusOf(each)));
    }
    return this.#listed;
  }

  async #statusOf(own: OwnProcess): Promise<ProcessStatus> {
    const { role, pid, memory, cpuSeconds } = own;
    const [account, privileges] = await Promise.all([this.#nameOf(own), privilegesOf(own)]);
    return { role, pid, account, memory, cpuSeconds, privileges };
  }

  /** Asks a source once for each account: it may be slow, or not answer. */
  async #nameOf(own: OwnProcess): Promise<string> {
    const known = this.#names.get(own.uid);
    if (known !== undefined) return known;
    const name = await within(NAME_SECONDS, accountOf(own)).catch(() => undefined);
    if (name === undefined) return `uid ${own.uid}`;
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    this.#names.set(own.uid, name);
    return name;
  }
}
