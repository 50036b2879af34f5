import { readFile, rm } from 'node:fs/promises';
import { reasonOf } from '../../../base/index.ts';
import type { Events } from '../../../events/index.ts';
import { type Lockout, lockoutsIn, type Moment, textOf } from '../../../login/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { KeptFile, keptPathOf } from './kept-file.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Lockouts in a file beside the control socket, so that a restart of the daemon ends none.
 *
 * SECURITY: names of users, passwords typed in their place too, are in it: only the daemon's account can read it.
 */
export class KeptLockouts {
  readonly #lockout: Lockout;
  readonly #events: Events;
  #boot = '';
  #file: KeptFile | undefined;
  #isKeeping = false;

  constructor(lockout: Lockout, events: Events) {
    this.#lockout = lockout;
    this.#events = events;
  }

  /** Takes back what the daemon before kept, if there was one on this port, and keeps from now on. */
  async begin(settings: Settings, port: number): Promise<void> {
    this.#boot = (await readFile(BOOT_ID, 'latin1').catch(() => '')).trim(); // Linux has it
    this.#isKeeping = true;
    this.#open(keptPathOf(settings, port, 'lockouts'));
    this.#lockout.onChange = () => this.#save();
    try {
      const text = await this.#file?.read();
      if (text !== undefined) this.#lockout.restore(...lockoutsIn(text, this.#now()));
    } catch (error) {
      const cause = reasonOf(error);
      this.#events.emit('lockoutsNotRead', { file: this.#file!.path, cause });
    }
  }

  /** Follows the control socket. */
  async take(settings: Settings, port: number): Promise<void> {
    const before = this.#file;
    const path = keptPathOf(settings, port, 'lockouts');
    if (!this.#isKeeping || path === before?.path) return;
    await before?.end();
    if (before) await rm(before.path, { force: true }).catch(() => {}); // it would be taken back one day
    this.#open(path);
    this.#save();
  }

  /** The file is another daemon's from now on. */
  leave(): void {
    this.#isKeeping = false;
    this.#file?.leave();
  }

  async end(): Promise<void> {
    await this.#file?.end();
  }

  #open(path: string | undefined): void {
    const failed = (error: unknown) => this.#events.emit('lockoutsNotKept', { cause: reasonOf(error) });
    this.#file = path === undefined ? undefined : new KeptFile(path, failed);
  }

  #save(): void {
    this.#file?.save(() => textOf(this.#lockout.kept(), this.#now()));
  }

  #now(): Moment {
    return { boot: this.#boot, ticks: Number(process.hrtime.bigint() / 1_000_000n), wall: Date.now() };
  }
}
