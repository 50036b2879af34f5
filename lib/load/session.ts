import { connect, type Server, type Socket } from 'node:net';
import { STATUS_ACCEPTED, STATUS_REFUSED } from '../../codec/index.ts';
import { wordsOf } from '../base/index.ts';
import { Intake } from './intake.ts';

/** What the daemon answered, without the status byte; of long outputs the first 64 KiB and the length. */
export interface Answer {
  readonly stdout: Buffer;
  readonly stdoutBytes: number;
  /** Of the stderr channel; empty where none was asked for. */
  readonly stderr: Buffer;
  readonly stderrBytes: number;
}

/**
 * How a session ended: answered as expected; answered otherwise; told by the daemon why not; or anything else, such as
 * a reset, an end without an answer, or no end in time.
 */
export type Ending = 'right' | 'wrong' | 'refused' | 'lost';

/** What one session needs, made once for all of a load. */
export interface SessionPlan {
  readonly host: string;
  readonly port: number;
  readonly request: Buffer;
  /** What the answer must be; without it the answer is kept. */
  readonly expected?: Answer | undefined;
  /** Where the daemon connects back to; of this session alone while it runs. */
  readonly stderrServer?: Server | undefined;
}

type Done = (session: LoadSession, ending: Ending, cause: string) => void;

/** What all sessions read into, one after another: nothing is allocated for bytes that only have to be compared. */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One session, from connecting to the end of everything the daemon sends. It is light: it shares the daemon's cores.
 * It never ends the command's input: the side that ends a connection first keeps its port for a minute (TIME_WAIT), and a
 * load that did so would run out of them, more slowly each second.
 */
export class LoadSession {
  readonly startedAt: number = performance.now();
  readonly #plan: SessionPlan;
  readonly #done: Done;
  readonly #socket: Socket;
  readonly #stderr: Intake;
  #stdout: Intake | undefined; // once there is a status byte
  #status = -1;
  #loginMs = 0;
  #channel: 'none' | 'awaited' | 'open' | 'ended' = 'none';
  #connectionEnded = false;
  #over = false;

  /** @param done called once, whatever happens */
  constructor(plan: SessionPlan, done: Done) {
    this.#plan = plan;
    this.#done = done;
    this.#stderr = new Intake(plan.expected?.stderr);
    if (plan.stderrServer) this.#awaitChannel(plan.stderrServer);
    const { host, port, request } = plan;
    const onread = { buffer: SHARED, callback: (length: number) => this.#take(SHARED.subarray(0, length)) };
    this.#socket = connect({ host, port, noDelay: true, allowHalfOpen: true, onread });
    this.#socket.once('end', () => this.#end());
    this.#socket.on('error', (error) => this.#lose(wordsOf(error)));
    this.#socket.write(request);
  }

  /** What was answered, where nothing was expected. */
  get answer(): Answer {
    const { kept: stdout, bytes: stdoutBytes } = this.#stdout ?? new Intake();
    return { stdout, stdoutBytes, stderr: this.#stderr.kept, stderrBytes: this.#stderr.bytes };
  }

  /** From the start to the status byte, in milliseconds. */
  get loginMs(): number {
    return this.#loginMs;
  }

  /** Gives the session up as one that takes too long. */
  giveUp(seconds: number): void {
    const when = this.#socket.connecting ? 'not connected' : 'connected, but not finished';
    this.#lose(`${when} within ${seconds} s`);
  }

  #take(chunk: Uint8Array): true {
    if (this.#stdout) {
      this.#stdout.take(chunk);
      return true;
    }
    this.#status = chunk[0]!;
    this.#loginMs = performance.now() - this.startedAt;
    this.#stdout = new Intake(this.#status === STATUS_ACCEPTED ? this.#plan.expected?.stdout : undefined);
    this.#stdout.take(chunk.subarray(1));
    return true;
  }

  #awaitChannel(server: Server): void {
    this.#channel = 'awaited';
    server.once('connection', (channel) => {
      this.#channel = 'open';
      const ended = () => {
        this.#channel = 'ended';
        channel.destroy();
        if (this.#connectionEnded) this.#judge();
      };
      channel.on('data', (chunk) => this.#stderr.take(chunk));
      channel.once('end', ended).once('error', ended);
    });
  }

  /** The daemon's end of output; a stderr channel that is open may have more, and one may be about to be accepted. */
  #end(): void {
    this.#connectionEnded = true;
    this.#socket.destroy();
    if (this.#channel === 'awaited') setImmediate(() => this.#channel === 'awaited' && this.#judge());
    else if (this.#channel !== 'open') this.#judge();
  }

  #judge(): void {
    if (!this.#stdout) return this.#lose('closed without an answer');
    const text = this.#stdout.kept.toString('latin1').split('\n')[0]!;
    if (this.#status === STATUS_REFUSED) return this.#finish('refused', text);
    if (this.#status !== STATUS_ACCEPTED)
      return this.#finish('wrong', `the answer begins with byte ${this.#status}, not 0 or 1`);
    if (this.#channel === 'awaited') return this.#lose('the daemon did not open the stderr channel');
    const { expected } = this.#plan;
    const same =
      !expected || (this.#stdout.isWhole(expected.stdoutBytes) && this.#stderr.isWhole(expected.stderrBytes));
    this.#finish(same ? 'right' : 'wrong', same ? '' : 'the output differs from that of the first session');
  }

  #lose(cause: string): void {
    this.#finish('lost', cause);
  }

  #finish(ending: Ending, cause: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#plan.stderrServer?.removeAllListeners('connection');
    this.#socket.destroy();
    this.#done(this, ending, cause);
  }
}
