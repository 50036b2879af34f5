import type { Random } from '../generate/random.ts';
import { causeOf, wordingOf } from '../oracles/sight.ts';
import type { Observation } from '../play/observation.ts';
import { received, replyOf } from '../play/observation.ts';
import { type Rules, readRequest } from '../script/request-model.ts';
import type { Script } from '../script/script.ts';

const MOST = 3000; // scripts

/** Scripts that made a server do something it had not done before. */
export class Pool {
  readonly #rules: Rules;
  readonly #features = new Set<string>();
  readonly #scripts: Script[] = [];

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get features(): number {
    return this.#features.size;
  }

  get scripts(): readonly Script[] {
    return this.#scripts;
  }

  pick(random: Random): Script | undefined {
    return this.#scripts.length > 0 ? random.pick(this.#scripts) : undefined;
  }

  /** Keeps the script where what came of it is new: what was sent, what was answered, how it all ended. */
  offer(script: Script, seen: Observation): void {
    const feature = seen.peers
      .map((peer) => {
        const { status, text, rest } = replyOf(received(peer));
        const { channel } = peer;
        const answer = [status, wordingOf(text), rest.length > 0, peer.end, peer.halfClosed, peer.wasReset];
        const back = channel && [channel.how, channel.connections, channel.end, channel.received.length > 0];
        return [causeOf(readRequest(peer.sent, this.#rules)), ...answer, ...(back ?? [])].join(' ');
      })
      .join(' | ');
    if (this.#features.has(feature)) return;
    this.#features.add(feature);
    if (this.#scripts.length < MOST) this.#scripts.push(script);
  }
}
