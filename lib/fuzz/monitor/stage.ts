import type { Socket } from 'node:net';
import { unreadSocket } from '../../base/index.ts';
import { SessionError } from '../../connection/index.ts';
import type { HostedRun } from '../../hosts/index.ts';
import { LaunchError } from '../../launch/index.ts';
import { type Grant, LoginError } from '../../login/index.ts';
import { openSocketPair } from '../../native/index.ts';
import { Session, type SessionOptions } from '../../orchestrator/index.ts';
import type { Visit } from '../../receive/index.ts';
import type { RunEvents } from '../../run/index.ts';
import type { Effects } from './effects.ts';
import type { Speaker } from './messages.ts';
import { IDENTITY, type Monitor, Processes, until } from './processes.ts';
import { Unwrapping } from './unwrapping.ts';

const OPTIONS = {
  ...{ requestSeconds: 60, lowestStderrPort: 512, drainSeconds: 0, killSeconds: 60, idleSeconds: 0 },
  ...{ connectBackSeconds: 4, keepAliveSeconds: 0, sessionSeconds: 0, charset: 'utf-8' },
  ...{ profile: false, requireHome: false, tlsConnectBack: false },
  stderrChannel: 'never',
} as const;
const GOING = ['proceed', 'release', 'carry'];

/** A session as the daemon has it, with processes of its own. The script decides its login and its connection back. */
export class Stage {
  readonly processes: Processes;
  /** Errors that no session should have. */
  readonly defects: string[] = [];
  readonly #tls: boolean;
  readonly #monitor: Monitor;
  readonly #session: Session;
  readonly #over: Promise<void>;
  #connected: PromiseWithResolvers<void> | undefined; // once the reader has named a port
  #decided: PromiseWithResolvers<Grant> | undefined; // once the login is checked
  readonly #ports: string[] = [];
  readonly #logins: string[] = [];
  readonly #events: string[] = [];
  readonly #unwrapping = new Unwrapping();
  #runs = 0;

  constructor(tls: boolean, monitor: Monitor) {
    this.#tls = tls;
    this.#monitor = monitor;
    this.processes = new Processes(monitor);
    const [near, far] = openSocketPair().map((fd) => unreadSocket({ fd, allowHalfOpen: true }));
    far!.on('error', () => {});
    near!.once('close', () => far!.destroy());
    this.#session = new Session({ socket: near!, secure: tls }, this.#options());
    this.#over = this.#session.run();
  }

  get id(): string {
    return this.#session.id;
  }

  /** Who says something by a line. @param other id of a session of other processes */
  speaker(line: Speaker['line'], other: string): Speaker {
    return {
      line,
      id: this.id,
      other,
      tls: this.#tls,
      errand: this.#unwrapping.id,
      question: this.processes.question(line),
    };
  }

  /** What its session, its login or its administrator does. */
  async act(what: string): Promise<void> {
    switch (what) {
      case 'connected':
        this.#connected?.resolve();
        break;
      case 'unreachable':
        this.#connected?.reject(new SessionError('REXEC_STDERR_UNREACHABLE', 'connection refused'));
        break;
      case 'accept':
        this.#decided?.resolve({ identity: IDENTITY });
        break;
      case 'refuse':
        this.#decided?.reject(new LoginError('wrong password'));
        break;
      case 'ask':
        this.#session.summary.catch(() => {}); // it never rejects
        break;
      case 'unwrap':
        this.#unwrapping.begin(this.processes.reader).catch(() => {}); // it never rejects
        break;
      case 'stop':
        this.#session.stop();
        break;
      case 'hang-up':
        await this.#hangUp();
    }
    await this.processes.quiet();
  }

  get effects(): Effects {
    const { reader, host } = this.processes;
    return {
      reader: reader.usable ? 'alive' : 'ended',
      host: host.usable ? 'alive' : 'ended',
      ports: this.#ports,
      logins: this.#logins,
      going: this.processes.orders('reader').filter((say) => GOING.includes(say)),
      unwrapped: this.#unwrapping.outcomes,
      runs: this.#runs,
      events: this.#events,
      left: this.processes.orders('host').includes('gone'),
      starting: host.usable ? host.starting : 0,
    };
  }

  /** Ends its processes. @returns whether the session has ended then */
  async close(): Promise<boolean> {
    for (const waiting of [this.#decided, this.#connected])
      waiting?.reject(new LoginError('the case has ended'));
    let isOver = false;
    Promise.all([this.#over, this.processes.end()])
      .then(() => {
        isOver = true;
      })
      .catch(() => {}); // none of them rejects
    await until(() => isOver);
    return isOver;
  }

  /** A session without a run is closed, a moment later. */
  async #hangUp(): Promise<void> {
    let isOver = false;
    const over = this.#session.hangUp().then(() => {
      isOver = true;
    });
    over.catch(() => {}); // it never rejects
    const isClosed = () => this.processes.orders('reader').includes('close');
    await until(() => isOver || this.#runs > 0 || isClosed() || !this.processes.reader.usable);
  }

  #options(): SessionOptions {
    return {
      ...OPTIONS,
      login: {
        verify: ({ user, secret }) => {
          this.#logins.push(`${user} ${secret.bytes.length}`);
          secret.wipe();
          this.#decided = Promise.withResolvers();
          return this.#decided.promise;
        },
      },
      front: {
        visit: (id, socket, secure) => this.#visit(id, socket, secure),
        turnAway: async (socket) => {
          socket.destroy();
        },
      },
      runner: { run: async (job, events) => this.#run(job, events) },
      events: {
        emit: (name, fields) => {
          if (name === 'sessionBroken' && 'cause' in fields) this.defects.push(String(fields.cause));
        },
      },
    };
  }

  /** The visit, whose session connects back when the script says so. */
  #visit(id: string, socket: Socket, secure: boolean): Visit {
    const visit = this.processes.reader.visit(id, socket, secure, OPTIONS);
    const receive = visit.receive.bind(visit);
    visit.receive = (onPort) =>
      receive(async (port, muxed) => {
        this.#ports.push(`${port} ${muxed}`);
        this.#connected = Promise.withResolvers();
        await Promise.all([onPort(port, muxed), this.#connected.promise]);
      });
    return visit;
  }

  /** A run in the one host that there is. */
  #run(job: ConstructorParameters<typeof HostedRun>[0], events: RunEvents): HostedRun {
    const { host } = this.processes;
    this.#runs += 1;
    if (!host.usable) throw new LaunchError('the host has ended');
    const run = this.#monitor.run(job, this.#recorded(events), () => {
      this.#events.push('again');
      run.fail(new LaunchError('there is no other host'));
    });
    host.take(run);
    return run;
  }

  #recorded(events: RunEvents): RunEvents {
    const kinds = ['started', 'signaled', 'idle', 'stuck', 'ended', 'failed'] as const;
    const entries = kinds.map((kind) => [
      kind,
      (value: never) => {
        this.#events.push(kind === 'signaled' ? `${kind} ${value}` : kind);
        events[kind](value);
      },
    ]);
    return Object.fromEntries(entries);
  }
}
