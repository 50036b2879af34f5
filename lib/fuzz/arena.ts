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

/** What is found by it is grave: a busy machine is given that many times the bound. */
const PATIENCE = 3;

/** A target and how it is played against. */
export class Arena {
  readonly target: Target;
  readonly options: PlayOptions;

  constructor(target: Target, options: PlayOptions) {
    this.target = target;
    this.options = options;
  }

  play(script: Script): Promise<Observation> {
    return play(script, this.target, this.options);
  }

  async violations(script: Script): Promise<Violation[]> {
    return judge(await this.play(script), this.options);
  }

  /** A good login still works; without one that is known, somebody still answers. */
  async probe(): Promise<Violation | undefined> {
    const patient = { ...this.options, boundMs: PATIENCE * this.options.boundMs };
    const { peers } = await play(GOOD, this.target, patient);
    const [peer] = peers;
    if (!peer?.connected || !this.target.alive)
      return {
        oracle: 'alive.connect',
        cause: 'connection refused',
        detail: 'nobody takes connections any more',
      };
    const { status, rest } = replyOf(received(peer));
    const works = this.options.login
      ? status === 'accepted' && rest.toString('latin1') === 'alive\n'
      : status !== 'none' || peer.end !== 'open';
    if (works) return undefined;
    const got = JSON.stringify(received(peer).toString('latin1', 0, 80));
    return {
      oracle: 'alive.answer',
      cause: 'a good login fails',
      detail: `answered ${got}, then ${peer.end}`,
    };
  }

  /**
   * Before the first case.
   *
   * @throws FuzzError `FUZZ_TARGET_FAILED` when the target does not do what every later look compares with
   */
  async assertWorks(): Promise<void> {
    const violation = await this.probe();
    if (!violation) return;
    const what = this.options.login
      ? `a good login (user ${this.options.login.user}) does not work`
      : 'nobody answers';
    throw new FuzzError('FUZZ_TARGET_FAILED', `${this.target.name}: ${what}: ${violation.detail}`);
  }

  /** Works again, started anew where that is ours to do. */
  async revive(): Promise<boolean> {
    if (this.target.alive && !(await this.probe())) return true;
    if (!this.target.restart) return false;
    await this.target.restart();
    return !(await this.probe());
  }
}
