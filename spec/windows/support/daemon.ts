import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cheapHash, PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { eventually, type Scope } from '../../support/peer.ts';
import { environment, HOME, type WineFolder } from './wine.ts';

/** An event as the daemon logs it. */
export interface LoggedEvent {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** rexecd on Wine, for {@link USER}, killed with its scope. */
export class WineDaemon {
  readonly child: ChildProcess;
  readonly port: number;
  /** 0 if it does not listen for TLS. */
  readonly tlsPort: number;
  readonly #errors: string;

  private constructor(child: ChildProcess, ports: readonly number[], errors: string) {
    this.child = child;
    [this.port = 0, this.tlsPort = 0] = ports;
    this.#errors = errors;
  }

  /** @param words more of the command line */
  static async start(
    scope: Scope,
    folder: WineFolder,
    words: readonly string[] = [],
    more: NodeJS.ProcessEnv = {},
  ): Promise<WineDaemon> {
    writeFileSync(join(folder.path, 'users'), `${USER}:${cheapHash(PASSWORD)}\n`, { mode: 0o600 });
    writeFileSync(join(folder.path, 'none.toml'), '', { mode: 0o600 }); // that of ProgramData is the service's
    const [output, errors] = [join(folder.path, 'daemon.out'), join(folder.path, 'daemon.err')];
    const outputs = [openSync(output, 'w'), openSync(errors, 'w')] as const; // see wine()
    const rexecd = ['N:\\bin\\node.exe', 'R:\\lib\\cli\\rexecd.ts', '-debug'];
    const users = [
      '--config',
      folder.at('none.toml'),
      '--users',
      folder.at('users'),
      '--port',
      '0',
      '--control',
      'off',
      '--refusal-seconds',
      '0.05',
    ];
    const log = ['--log-level', 'debug', '--log-access', 'true', '--log-format', 'json'];
    const child = spawn('wine64', [...rexecd, ...users, ...log, ...words], {
      cwd: join(HOME, 'tree'),
      env: environment(more),
      stdio: ['ignore', ...outputs],
    });
    scope.after(() => void child.kill('SIGKILL'));
    for (const fd of outputs) closeSync(fd);
    const said = () => readFileSync(output, 'utf8');
    const failed = () => readFileSync(errors, 'utf8');
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`rexecd ended: ${said()}${failed()}`);
      return /^logins: /m.test(said());
    }, 'rexecd listens on Wine');
    const ports = [...said().matchAll(/^(?:rexecd \S+ listening on|TLS:) \S+ port (\d+)/gm)];
    return new WineDaemon(
      child,
      ports.map(([, port]) => Number(port)),
      errors,
    );
  }

  /** What it has logged so far, in order. */
  events(id?: string): LoggedEvent[] {
    const lines = readFileSync(this.#errors, 'utf8').split(/\r?\n/);
    const events = lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as LoggedEvent);
    return id === undefined ? events : events.filter((event) => event.id === id);
  }

  /** The next event of this id that is not among those that were there before. */
  async next(id: string, before: readonly LoggedEvent[]): Promise<LoggedEvent> {
    await eventually(() => this.events(id).length > before.length, `the daemon logs ${id}`);
    return this.events(id)[before.length]!;
  }
}
