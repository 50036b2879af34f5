import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted, makeFolder } from '../../base/index.ts';
import { ORACLES, type OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import { type Script, sizeOf } from '../script/script.ts';
import { printScript } from '../script/script-text.ts';

/** A misbehaviour, however often it was met. */
export interface Finding extends Violation {
  /** Cases that met it. */
  readonly count: number;
  /** The smallest script that shows it; absent where no script alone does. */
  readonly script: Script | undefined;
  /** Whether a script has shown it twice. What was seen once may be the doing of a busy machine. */
  readonly again: boolean;
  readonly firstCase: number;
}

const keyOf = ({ oracle, cause }: Violation): string => `${oracle}: ${cause}`;

/** As it is kept: it changes while a run lasts. */
export type Kept = { -readonly [K in keyof Finding]: Finding[K] };

/** Gets a finding when it is new, and each time that its script, or its certainty, changes. */
export type OnFinding = (finding: Finding, seed: number) => void;

/** Findings by their cause: oracle and cause are the same, so it is the same. */
export class Findings {
  readonly #kept = new Map<string, Kept>();
  readonly #onChange: (finding: Finding) => void;

  constructor(onChange: (finding: Finding) => void = () => {}) {
    this.#onChange = onChange;
  }

  isCertain(violation: Violation): boolean {
    return this.#kept.get(keyOf(violation))?.again ?? false;
  }

  confirm(violation: Violation): void {
    const known = this.#kept.get(keyOf(violation));
    if (known && !known.again) this.change(known, { again: true });
  }

  /** @returns how often it was met */
  add(violation: Violation, script: Script | undefined, firstCase: number, again = false): number {
    const key = keyOf(violation);
    const known = this.#kept.get(key);
    if (!known) {
      const finding = { ...violation, count: 1, script, again, firstCase };
      this.#kept.set(key, finding);
      this.#onChange(finding);
      return 1;
    }
    known.count += 1;
    if (script && (!known.script || sizeOf(script) < sizeOf(known.script)))
      this.change(known, { script, detail: violation.detail });
    return known.count;
  }

  change(finding: Kept, changes: Partial<Pick<Kept, 'script' | 'detail' | 'again'>>): void {
    Object.assign(finding, changes);
    this.#onChange(finding);
  }

  /** Those that were seen again. */
  get certain(): number {
    return this.all.filter(({ again }) => again).length;
  }

  get all(): Kept[] {
    return [...this.#kept.values()];
  }
}

/** A file name for a finding: stable from run to run. */
export const fileNameOf = ({ oracle, cause }: Violation): string =>
  `${oracle}-${cause
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.rexec`;

/** A finding as the text of a script, its story in comments. */
export function findingText(finding: Finding, seed: number): string {
  const { oracle, cause, detail, count, script, again, firstCase } = finding;
  const remarks = [
    `${oracle}: ${cause}`,
    `expected: ${ORACLES[oracle as OracleId]}`,
    `seen: ${detail}`,
    `seed ${seed}, first in case ${firstCase}, ${counted(count, 'time')}${again ? '' : '; not seen again when played alone'}`,
  ];
  return printScript(script ?? { steps: [] }, remarks);
}

/** Writes a finding's script to a folder; a file that is there is whole, whenever the program ends. @returns its path */
export function writeFinding(finding: Finding, folder: string, seed: number): string {
  makeFolder(folder);
  const path = join(folder, fileNameOf(finding));
  const partial = `${path}.partial`;
  writeFileSync(partial, findingText(finding, seed));
  renameSync(partial, path);
  return path;
}
