import { FuzzError } from '../errors.ts';
import { judge } from '../oracles/index.ts';
import type { Violation } from '../oracles/sight.ts';
import { shown } from '../script/byte-text.ts';
import { type Script, send } from '../script/script.ts';
import type { PlayOptions } from '../settings.ts';
import type { Target } from '../targets/target.ts';
import type { Observation, PeerObservation, Reply } from './observation.ts';
import { received, replyOf } from './observation.ts';
import { play } from './play.ts';

const GOOD: Script = {
  steps: [
    send('\0', 'user', '\0', 'password', '\0echo alive\0'),
    { peer: 'a', do: 'half-close', line: 'main' },
  ],
};

/** What a busy machine is given: that many times the bound, or that many times what a valid login took just now. */
const PATIENCE = { bounds: 3, logins: 10 } as const;

/** What a valid login is answered, as far as every server that works does the same each time. */
interface Answer {
  readonly status: Reply['status'];
  readonly hasOutput: boolean;
}

/** What is known of a target, for every arena of it. */
interface Known {
  loginMs: number;
  /** How it answered before the first case. */
  usual?: Answer;
}

/** A target and how it is played against. */
export class Arena {
  readonly target: Target;
  readonly options: PlayOptions;
  readonly #known: Known;

  constructor(target: Target, options: PlayOptions, known: Known = { loginMs: 0 }) {
    this.target = target;
    this.options = options;
    this.#known = known;
  }

  /** The same target, given as long as a busy machine may need: for what must not be said of one that is only slow. */
  get patient(): Arena {
    const boundMs = Math.max(PATIENCE.bounds * this.options.boundMs, PATIENCE.logins * this.#known.loginMs);
    return new Arena(this.target, { ...this.options, boundMs }, this.#known);
  }

  play(script: Script): Promise<Observation> {
    return play(script, this.target, this.options);
  }

  async violations(script: Script): Promise<Violation[]> {
    return judge(await this.play(script), this.options);
  }

  /** Checks that a valid login still works or, if none is known, that the target still answers. */
  async probe(): Promise<Violation | undefined> {
    const startedAt = performance.now();
    const peer = await this.#tryLogin();
    if (!peer)
      return {
        oracle: 'alive.connect',
        cause: 'connection refused',
        detail: 'the target no longer accepts connections',
      };
    if (!this.#works(peer))
      return { oracle: 'alive.answer', cause: 'a valid login fails', detail: told(peer) };
    this.#known.loginMs = performance.now() - startedAt;
    return undefined;
  }

  /**
   * Before the first case. A valid login must be answered. If the answer is wrong in some way, the oracles report it, and
   * later probes compare with it.
   *
   * @throws FuzzError `FUZZ_TARGET_FAILED` when the target cannot be reached, or the login is refused or not answered
   */
  async assertWorks(): Promise<void> {
    const violation = (await this.probe()) && (await this.probe()); // the first one may find it still busy with its start
    const peer = await this.#tryLogin();
    const usual = peer && answerOf(peer);
    const isAnswered = usual?.status === 'accepted' || usual?.status === 'unknown';
    if (!violation || (this.options.login && isAnswered)) {
      if (usual) this.#known.usual = usual;
      return;
    }
    const what = this.options.login ? `the login as ${this.options.login.user} does not work` : 'no answer';
    throw new FuzzError('FUZZ_TARGET_FAILED', `${this.target.name}: ${what}: ${violation.detail}`);
  }

  /**
   * Whether the inetd that starts the target for each connection has stopped to, because there were too many: 256 starts
   * within a minute, unless its file or `-R` says otherwise. It then refuses connections, or closes them without a byte.
   */
  async isLimited(): Promise<boolean> {
    const { inetdRuns } = this.target;
    if (!inetdRuns?.()) return false;
    const peer = await this.#tryLogin();
    return (!peer || (peer.arrivals.length === 0 && peer.end !== 'open')) && inetdRuns();
  }

  /** Undefined if the target does not accept the connection. */
  async #tryLogin(): Promise<PeerObservation | undefined> {
    const [peer] = (await this.patient.play(GOOD)).peers;
    return peer?.connected && this.target.alive ? peer : undefined;
  }

  #works(peer: PeerObservation): boolean {
    const { status, hasOutput } = answerOf(peer);
    const { usual } = this.#known;
    if (this.options.login)
      return status === (usual?.status ?? 'accepted') && hasOutput === (usual?.hasOutput ?? true);
    return status !== 'none' || ((usual?.status ?? 'none') === 'none' && peer.end !== 'open');
  }

  /** Whether the target works again; restarts it if that is ours to do. */
  async revive(): Promise<boolean> {
    if (this.target.alive && !(await this.probe())) return true;
    if (!this.target.restart) return false;
    await this.target.restart();
    return !(await this.probe());
  }
}

function answerOf(peer: PeerObservation): Answer {
  const { status, rest } = replyOf(received(peer));
  return { status, hasOutput: rest.includes('alive\n') };
}

const told = (peer: PeerObservation): string =>
  `answered ${shown(received(peer).toString('latin1', 0, 80))}, then ${peer.end}`;
