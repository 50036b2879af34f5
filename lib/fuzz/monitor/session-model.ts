import type { Effects } from './effects.ts';
import { HostModel } from './host-model.ts';
import { LineModel } from './line-model.ts';
import type { Spoken } from './messages.ts';
import { UnwrappingModel } from './unwrapping.ts';

const LOWEST_PORT = 512;
const LONGEST_SECRET = 256; // bytes

/**
 * A session: its reader, its login, and its host. The plainest account of docs/architecture.md, sharing no code with the
 * monitor: what may come when, and what comes of it.
 */
export class SessionModel extends LineModel {
  phase: 'receiving' | 'connecting' | 'verifying' | 'releasing' | 'carrying' | 'closing' | 'over' =
    'receiving';
  readonly host: HostModel;
  readonly tls: boolean;
  readonly ports: string[] = [];
  readonly logins: string[] = [];
  /** Orders by which the reader may continue. */
  readonly going: string[] = [];
  readonly unwrapping = new UnwrappingModel();
  runs = 0;
  /** The login waits to be decided. */
  verifying = false;
  readonly id: string;
  readonly #said = new Set<string>();
  #asksForBytes = false;
  #gone = false;
  #stopping = false;
  // What a session gets to know only after all that came in one piece:
  #released = false;
  #isLost = false; // while it waited for the release

  constructor(id: string, tls: boolean) {
    super('reader');
    this.id = id;
    this.tls = tls;
    this.host = new HostModel(id);
    this.ask(); // whether the reader is alive
  }

  get effects(): Effects {
    const { ports, logins, going, runs, host, unwrapping } = this;
    return {
      reader: this.ended ? 'ended' : 'alive',
      host: host.ended ? 'ended' : 'alive',
      ...{ ports, logins, going, runs, unwrapped: unwrapping.outcomes },
      events: host.events,
      left: host.left,
      starting: host.ended ? 0 : host.starting,
    };
  }

  /** What was said in one piece was heard. */
  settle(): void {
    if (this.#released) this.#run();
    if (this.#isLost && this.phase === 'releasing') this.phase = 'closing';
    this.#released = false;
    this.#isLost = false;
    if (this.ended) this.die();
  }

  /** The reader has ended. */
  die(): void {
    this.ended = true;
    this.unwrapping.lost();
    if (this.phase === 'over') return;
    this.phase = 'over';
    if (this.tls) this.#leave();
  }

  connected(): void {
    if (this.phase !== 'connecting') return;
    this.phase = 'receiving';
    this.going.push('proceed');
  }

  unreachable(): void {
    if (this.phase === 'connecting') this.phase = 'closing';
  }

  accept(): void {
    if (!this.verifying) return;
    this.verifying = false;
    if (this.phase !== 'verifying') return;
    const isIn = !this.#stopping && !this.#gone;
    this.phase = isIn ? 'releasing' : 'closing';
    if (isIn) this.going.push('release');
  }

  refuse(): void {
    if (!this.verifying) return;
    this.verifying = false;
    if (this.phase === 'verifying') this.phase = 'closing';
  }

  /** The host is asked once there is a run, else the reader. */
  askForBytes(): void {
    if (this.runs > 0 && this.host.run !== 'none') this.host.ask();
    else if (this.phase !== 'over') this.#asksForBytes = true;
  }

  /** A proxy passes on a connection. */
  unwrap(): void {
    if (!this.ended) this.unwrapping.begin();
  }

  stop(): void {
    this.#stopping = true;
    if (this.phase === 'receiving' || this.phase === 'connecting') this.phase = 'closing';
  }

  hangUp(): void {
    this.#stopping = true;
    if (this.host.run !== 'none') return this.host.hangUp();
    if (this.phase !== 'over') this.phase = 'closing';
    this.#gone = true;
  }

  protected override failed(): boolean {
    return false; // it cannot say that it is alive
  }

  protected override report(spoken: Spoken): boolean {
    const { said, secret } = spoken;
    const say = String(said.say);
    if (this.unwrapping.hear(spoken)) return true;
    if (said.id !== this.id || this.phase === 'over') return false;
    if (secret > (say === 'request' ? LONGEST_SECRET : 0)) return false;
    if (say === 'bytes') {
      const isAsked = this.#asksForBytes;
      this.#asksForBytes = false;
      return isAsked;
    }
    if (this.#said.has(say)) return false;
    this.#said.add(say);
    switch (say) {
      case 'unwrapped':
        return false;
      case 'port':
        return this.#port(said.port as number, said.muxed === true);
      case 'request':
        return this.#request(said, secret);
      case 'failed':
        return this.#enter('closing', ['receiving', 'connecting', 'closing']);
      case 'gone':
        this.#isLost ||= this.phase === 'releasing' && !this.#released;
        this.#leave();
        return true;
      case 'released':
        return this.#release();
      default:
        return !this.#released && this.#enter('over', ['carrying', 'closing']);
    }
  }

  #enter(next: SessionModel['phase'], from: readonly SessionModel['phase'][]): boolean {
    const may = from.includes(this.phase);
    if (may) this.phase = next;
    return may;
  }

  #port(port: number, muxed: boolean): boolean {
    if (port < LOWEST_PORT || (muxed && !this.tls)) return false;
    if (this.phase === 'closing') return true; // it was said before the reader knew
    if (!this.#enter('connecting', ['receiving'])) return false;
    this.ports.push(`${port} ${muxed}`);
    return true;
  }

  #request({ user, certificate }: Spoken['said'], secret: number): boolean {
    if (certificate !== undefined && !this.tls) return false;
    if (this.phase === 'closing') return true; // as above
    if (!this.#enter('verifying', ['receiving'])) return false;
    this.verifying = true;
    this.logins.push(`${Buffer.from(user as string, 'base64')} ${secret}`);
    return true;
  }

  #release(): boolean {
    if (this.phase === 'closing') {
      if (!this.tls) this.phase = 'over'; // the last that it says
      return true;
    }
    if (this.phase !== 'releasing') return false;
    this.#released = !this.#isLost;
    if (!this.tls) this.phase = 'over';
    return true;
  }

  #run(): void {
    this.runs += 1;
    if (this.tls) {
      this.phase = 'carrying';
      this.going.push('carry');
    }
    if (this.host.ended && this.tls) this.phase = 'closing';
    if (this.host.ended) return;
    this.host.run = 'passing';
    if (this.#stopping) this.host.hangUp();
    if (this.#gone) this.host.peerGone();
  }

  #leave(): void {
    if (!this.#gone) this.host.peerGone();
    this.#gone = true;
  }
}
