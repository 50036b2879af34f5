import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { wordsOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import { readerAccount } from '../../readers/index.ts';
import { Doors } from './doors.ts';
import { PanelProcesses } from './panel-processes.ts';
import { type PanelPlace, placeAt, placeOf } from './place.ts';
import { startPanel } from './start-panel.ts';
import { type PanelSession, type Role, Tickets } from './tickets.ts';
import { type PanelSource, Verbs } from './verbs.ts';

/** What the panel needs of the settings. */
export interface PanelOptions {
  readonly panelListen: string;
  readonly panelHosts: readonly string[];
  readonly readerAccount: string;
}

/** What a user needs to open the panel. */
export interface Opening {
  /** Works once, within a minute. */
  readonly url: string;
  /** Brings the panel to another machine. */
  readonly ssh: string;
}

/** Sessions of the panel that outlive the daemon. */
export interface Keeping {
  load(): Promise<readonly PanelSession[]>;
  save(sessions: readonly PanelSession[]): void;
}

/** What is listened on, and its port; 0 for a path. */
interface Opened {
  readonly doors: Doors;
  readonly port: number;
}

const AGAIN_MS = 2000;

/** The control panel: rexecd listens for it and does what it asks; a process without privilege speaks to browsers. */
export class Panel {
  readonly #events: Events;
  readonly #source: PanelSource;
  readonly #keeping: Keeping;
  #tickets: Tickets | undefined;
  #options: PanelOptions | undefined;
  #place: PanelPlace | undefined;
  #doors: Doors | undefined;
  #ahead: Opened | undefined;
  #processes: PanelProcesses | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(source: PanelSource, events: Events, keeping: Keeping) {
    this.#source = source;
    this.#events = events;
    this.#keeping = keeping;
  }

  /**
   * Listens where the next {@link set} will be told to, beside where it listens now, if that is another place.
   *
   * @returns gives it up, unless `set` has taken it
   * @throws Error, such as `EADDRINUSE` of the system; nothing has changed
   */
  async prepare({ panelListen, panelHosts }: PanelOptions): Promise<() => void> {
    const place = placeOf(panelListen, panelHosts);
    if (!place || !this.#options) return () => {};
    if (panelListen === this.#options.panelListen || place.listen === this.#port) return () => {};
    const ahead = await this.#listen(place);
    this.#ahead = ahead;
    return () => {
      if (this.#ahead !== ahead) return;
      this.#ahead = undefined;
      ahead.doors.close();
    };
  }

  /** Follows the settings. The daemon serves without a panel, if there can be none, and the log says so. */
  async set(options: PanelOptions): Promise<void> {
    const before = this.#options;
    this.#options = options;
    const place = placeOf(options.panelListen, options.panelHosts);
    if (before && JSON.stringify(wantedOf(before)) === JSON.stringify(wantedOf(options)) && this.#doors)
      return;
    const ahead = this.#ahead;
    this.#ahead = undefined;
    await this.#close();
    if (place) await this.#try(place, options, true, ahead);
  }

  /** @throws Error if there is no panel */
  open(role: Role, madeBy: string): Opening {
    if (!this.#options?.panelListen)
      throw new Error('the panel is off; turn it on: rconfig set panel.listen 8512');
    if (!this.#place || !this.#tickets)
      throw new Error('the panel cannot be opened now; see REXECD-131 in the log');
    const ticket = this.#tickets.mint({ role, madeBy });
    const { port, sshTarget } = this.#place;
    return {
      url: `http://127.0.0.1:${port}/#${ticket}`,
      ssh: `ssh -L ${port}:${sshTarget} ${hostname()}`,
    };
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#close();
  }

  /** A daemon that is stopping may still have the port: it is tried until it is free, and the first failure is an event. */
  async #try(place: PanelPlace, options: PanelOptions, isFirst: boolean, ahead?: Opened): Promise<void> {
    if (this.#ending) return;
    try {
      await this.#open(place, options, ahead);
    } catch (error) {
      await this.#close();
      if (isFirst) this.#events.emit('panelFailed', { listen: options.panelListen, cause: wordsOf(error) });
      const again = () => {
        if (this.#options === options) this.#try(place, options, false).catch(() => {}); // it never rejects
      };
      this.#timer = setTimeout(again, AGAIN_MS).unref();
    }
  }

  async #open(place: PanelPlace, options: PanelOptions, ahead: Opened | undefined): Promise<void> {
    this.#doors = ahead?.doors; // closed if anything fails
    const account = await readerAccount(options.readerAccount);
    this.#tickets ??= new Tickets(await this.#keeping.load(), (sessions) => this.#keeping.save(sessions));
    const { doors, port } = ahead ?? (await this.#listen(place));
    this.#doors = doors;
    this.#place = placeAt(place, port, options.panelHosts);
    const verbs = new Verbs(this.#source, this.#tickets);
    this.#processes = new PanelProcesses(() => startPanel(account), verbs, this.#place, this.#events);
    await this.#processes.start();
    this.#events.emit('panelOpened', {
      listen: String(typeof place.listen === 'string' ? place.listen : port),
    });
  }

  async #listen({ listen }: PanelPlace): Promise<Opened> {
    const doors = new Doors((socket) => this.#accept(socket));
    return { doors, port: await doors.open(listen) };
  }

  /** The port that it has now, which the system may have chosen; undefined if it has none. */
  get #port(): number | undefined {
    return typeof this.#place?.listen === 'number' ? this.#place.port : undefined;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#processes) this.#processes.give(socket);
    else socket.destroy();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#doors?.close();
    this.#doors = undefined;
    this.#place = undefined;
    const processes = this.#processes;
    this.#processes = undefined;
    await processes?.end();
  }
}

const wantedOf = ({ panelListen, panelHosts, readerAccount }: PanelOptions) => [
  panelListen,
  panelHosts,
  readerAccount,
];
