import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ORACLES, type OracleId } from './oracles/catalogue.ts';
import type { Violation } from './oracles/sight.ts';
import { type Script, sizeOf } from './script.ts';
import { printScript } from './script-text.ts';

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

type Kept = { -readonly [K in keyof Finding]: Finding[K] };

/** Findings by their cause: oracle and cause are the same, so it is the same. */
export class Findings {
  readonly #kept = new Map<string, Kept>();

  isCertain(violation: Violation): boolean {
    return this.#kept.get(keyOf(violation))?.again ?? false;
  }

  confirm(violation: Violation): void {
    const known = this.#kept.get(keyOf(violation));
    if (known) known.again = true;
  }

  /** @returns how often it was met */
  add(violation: Violation, script: Script | undefined, firstCase: number, again = false): number {
    const key = keyOf(violation);
    const known = this.#kept.get(key);
    if (!known) {
      this.#kept.set(key, { ...violation, count: 1, script, again, firstCase });
      return 1;
    }
    known.count += 1;
    if (script && (!known.script || sizeOf(script) < sizeOf(known.script)))
      Object.assign(known, { script, detail: violation.detail });
    return known.count;
  }

  /** Those that were seen again. */
  get certain(): number {
    return this.all.filter(({ again }) => again).length;
  }

  /** Those that wait to be shrunk are changed in place. */
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
    `seed ${seed}, first in case ${firstCase}, ${count} times${again ? '' : '; not seen again when played alone'}`,
  ];
  return printScript(script ?? { steps: [] }, remarks);
}

/** Writes each finding's script to a folder; resolves with the paths. */
export async function writeFindings(
  findings: readonly Finding[],
  folder: string,
  seed: number,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    findings.map(async (finding) => {
      const path = join(folder, fileNameOf(finding));
      await writeFile(path, findingText(finding, seed));
      return path;
    }),
  );
}
