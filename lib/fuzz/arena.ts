import { shown } from './byte-text.ts';
import { FuzzError } from './errors.ts';
import type { Observation } from './observation.ts';
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

/** A target and how it is played against. */
export class Arena {
  readonly target: Target;
  readonly options: PlayOptions;
  #loginMs = 0;

  constructor(target: Target, options: PlayOptions) {
    this.target = target;
    this.options = options;
  }

  /** The same target, given as long as a busy machine may need: for what must not be said of one that is only slow. */
  get patient(): Arena {
    const boundMs = Math.max(PATIENCE.bounds * this.options.boundMs, PATIENCE.logins * this.#loginMs);
    return new Arena(this.target, { ...this.options, boundMs });
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
    const { status, rest } = replyOf(received(peer));
    const works = this.options.login
      ? status === 'accepted' && rest.toString('latin1') === 'alive\n'
      : status !== 'none' || peer.end !== 'open';
    if (works) {
      this.#loginMs = performance.now() - startedAt;
      return undefined;
    }
    const got = shown(received(peer).toString('latin1', 0, 80));
    return {
      oracle: 'alive.answer',
      cause: 'a valid login fails',
      detail: `answered ${got}, then ${peer.end}`,
    };
  }

  /**
   * Before the first case.
   *
   * @throws FuzzError `FUZZ_TARGET_FAILED` when the target does not do what every later look compares with
   */
  async assertWorks(): Promise<void> {
    const violation = (await this.probe()) && (await this.probe()); // the first one may find it still busy with its start
    if (!violation) return;
    const what = this.options.login ? `the login as ${this.options.login.user} does not work` : 'no answer';
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
