import { shown } from './byte-text.ts';
import { FuzzError } from './errors.ts';
import type { Observation, PeerObservation, Reply } from './observation.ts';
import { received, replyOf } from './observation.ts';
import { judge } from './oracles/index.ts';
import type { Violation } from './oracles/sight.ts';
import { play } from './play.ts';
import { type Script, send } from './script.ts';
import type { PlayOptions } from './settings.ts';
import type { Target } from './targets/target.ts';

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
  /** How it answers a valid login; anything else means that it no longer works. */
  usual: Answer;
}

/** A target and how it is played against. */
export class Arena {
  readonly target: Target;
  readonly options: PlayOptions;
  readonly #known: Known;

  constructor(
    target: Target,
    options: PlayOptions,
    known: Known = { loginMs: 0, usual: { status: 'accepted', hasOutput: true } },
  ) {
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
    const { peers } = await this.patient.play(GOOD);
    const [peer] = peers;
    if (!peer?.connected || !this.target.alive)
      return {
        oracle: 'alive.connect',
        cause: 'connection refused',
        detail: 'the target no longer accepts connections',
      };
    const { status, hasOutput } = answerOf(peer);
    const { usual } = this.#known;
    const works = this.options.login
      ? status === usual.status && hasOutput === usual.hasOutput
      : status !== 'none' || peer.end !== 'open';
    if (works) {
      this.#known.loginMs = performance.now() - startedAt;
      return undefined;
    }
    return { oracle: 'alive.answer', cause: 'a valid login fails', detail: told(peer) };
  }

  /**
   * Before the first case. A valid login must be answered. If the answer is wrong in some way, the oracles report it, and
   * later probes compare with it.
   *
   * @throws FuzzError `FUZZ_TARGET_FAILED` when the target cannot be reached, or the login is refused or not answered
   */
  async assertWorks(): Promise<void> {
    const violation = (await this.probe()) && (await this.probe()); // the first one may find it still busy with its start
    if (!violation) return;
    const { login } = this.options;
    if (login && violation.oracle === 'alive.answer') {
      const [peer] = (await this.patient.play(GOOD)).peers;
      const usual = answerOf(peer!);
      if (usual.status === 'accepted' || usual.status === 'unknown') {
        this.#known.usual = usual;
        return;
      }
    }
    const what = login ? `the login as ${login.user} does not work` : 'no answer';
    throw new FuzzError('FUZZ_TARGET_FAILED', `${this.target.name}: ${what}: ${violation.detail}`);
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
