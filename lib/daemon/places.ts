import { isWindows } from '../base/index.ts';
import type { Events } from '../events/index.ts';
import { Hosts } from '../hosts/index.ts';
import { type Handler, handlerLauncher, windowsLauncher } from '../launch/index.ts';
import { Readers } from '../readers/index.ts';
import { type Front, LocalFront } from '../receive/index.ts';
import { type CommandMaker, CommandRun, prepare, prepareForHandler, type Runner } from '../run/index.ts';
import type { Settings } from '../settings/index.ts';

/** Where peers are read, and where what they ask for runs. */
export interface Places {
  readonly front: Front;
  /** How many processes run the commands of users. */
  readonly hosts: number;
  /** @param settings of the sessions from now on */
  runner(settings: Settings): Runner;
  /** For what is running already, after a reload. */
  take(settings: Settings): void;
  /** Resolves when nothing of them is left. */
  end(): Promise<void>;
}

/**
 * Peers are read by processes without privilege, and commands run in processes that are their users. Windows has none of
 * these: there all of it is in this process, and commands are started as its account. So is a function.
 *
 * @param penalize told of an address whose request ended its reader
 */
export function placesFor(
  settings: Settings,
  events: Events,
  penalize: (address: string) => void,
  handler: Handler | undefined,
): Places {
  if (handler) return inOneProcess(async () => handlerMaker(handler));
  if (isWindows) return inOneProcess(windowsMaker);
  return inProcessesOfTheirOwn(new Readers(settings, events, penalize), events);
}

const handlerMaker = (handler: Handler): CommandMaker => ({
  launcher: handlerLauncher(handler),
  prepare: prepareForHandler,
  limits: {},
});

const windowsMaker = async (): Promise<CommandMaker> => ({
  launcher: await windowsLauncher(),
  prepare,
  limits: {},
});

function inOneProcess(maker: () => Promise<CommandMaker>): Places {
  const front = new LocalFront();
  const runner: Runner = { run: async (job, events) => new CommandRun(job, await maker(), events) };
  return { front, hosts: 0, runner: () => runner, take() {}, end: () => front.end() };
}

function inProcessesOfTheirOwn(front: Front, events: Events): Places {
  let hosts: Hosts | undefined;
  return {
    front,
    get hosts() {
      return hosts?.size ?? 0;
    },
    runner(settings) {
      hosts ??= new Hosts(settings, events);
      return hosts;
    },
    take(settings) {
      if (hosts) hosts.options = settings;
    },
    async end() {
      await Promise.all([hosts?.end(), front.end()]);
    },
  };
}
