/** A load of sessions on a rexec daemon: what each of them was answered, and how long it took. */
export {
  LoadError,
  type LoadOptions,
  type LoadReport,
  type LoadTarget,
  runLoad,
  trySession,
} from './load.ts';
export type { Answer } from './session.ts';
export type { Latency } from './tally.ts';
