import { SEEDS } from '../corpus/index.ts';
import type { Pool } from '../corpus/pool.ts';
import { disarmed } from '../script/commands.ts';
import type { Rules } from '../script/request-model.ts';
import type { Script } from '../script/script.ts';
import { generateScripts } from './generators.ts';
import { mutateScript } from './mutators.ts';
import { Random } from './random.ts';

const BATCH = 64;

/** Where cases come from: first the corpus as it is, then one half generated, one half mutated. */
export class CaseSource {
  readonly #rules: Rules;
  readonly #pool: Pool;
  readonly #random: Random;
  readonly #seed: number;
  readonly #first: Script[] = SEEDS.map(({ script }) => disarmed(script));
  #batches = 0;
  #generated: Script[] = [];

  constructor(rules: Rules, pool: Pool, seed: number) {
    this.#rules = rules;
    this.#pool = pool;
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  next(): Script {
    const first = this.#first.shift();
    if (first) return first;
    const known = this.#random.chance(2) ? this.#pool.pick(this.#random) : undefined;
    return known ? mutateScript(known, this.#random) : this.#fresh();
  }

  /** Whether the next case is one of those that are examined more closely. */
  chance(oneIn: number): boolean {
    return this.#random.chance(oneIn);
  }

  #fresh(): Script {
    if (this.#generated.length === 0) {
      this.#generated = generateScripts(this.#rules, this.#seed * 0x1_0000 + this.#batches, BATCH).reverse();
      this.#batches += 1;
    }
    return this.#generated.pop()!;
  }
}
