import type { Script } from '../script/script.ts';
import { parseScript } from '../script/script-text.ts';
import { CHECKLIST } from './checklist.ts';
import { CLIENTS } from './clients.ts';

/** A script that a run begins with. */
export interface Seed {
  readonly name: string;
  readonly script: Script;
}

/** Recorded clients and the checklist of protocol.md. */
export const SEEDS: readonly Seed[] = Object.entries({ ...CLIENTS, ...CHECKLIST }).map(([name, text]) => ({
  name,
  script: parseScript(text),
}));
