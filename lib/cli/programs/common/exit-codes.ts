import type { ExecErrorCode } from '../../../client/index.ts';
import type { FuzzErrorCode } from '../../../fuzz/index.ts';

/** Exit codes of rexecd: the page's DIAGNOSTICS. */
export const REXECD_EXIT = { success: 0, failure: 1 } as const;

/** Exit codes of `rexecd health`; the last one is after sysexits(3). */
export const HEALTH_EXIT = { ready: 0, notReady: 1, unanswered: 69 } as const;

/** It captures nothing, so it cannot have too much. */
type NotOfRexec = 'REXEC_OUTPUT_TOO_LONG';

/** Exit codes of rexec if the remote command has no exit status to report, after sysexits(3). */
export const REXEC_EXIT = {
  usage: 64,
  outputClosed: 141, // as a local command that dies of SIGPIPE
  REXEC_REQUEST_INVALID: 65,
  REXEC_UNREACHABLE: 68,
  REXEC_TLS_FAILED: 71,
  REXEC_NO_STDERR: 69,
  REXEC_LOST: 74,
  REXEC_PROTOCOL: 76,
  REXEC_REFUSED: 77,
  REXEC_STATUS_UNKNOWN: 70,
  REXEC_TIMED_OUT: 124, // as timeout(1)
  REXEC_ABORTED: 130,
} as const satisfies Record<Exclude<ExecErrorCode, NotOfRexec> | 'usage' | 'outputClosed', number>;

/** Exit codes of rexec-bench. */
export const REXEC_BENCH_EXIT = { allRight: 0, notRight: 1, usage: 64 } as const;

/** Exit codes of rexec-fuzz, after sysexits(3) where something keeps it from its work. */
export const REXEC_FUZZ_EXIT = {
  nothing: 0,
  found: 1,
  usage: 64,
  FUZZ_SCRIPT_INVALID: 65,
  FUZZ_LIST_INVALID: 65,
  FUZZ_TARGET_FAILED: 69,
  FUZZ_NOT_LOOPBACK: 77,
  interrupted: 130,
} as const satisfies Record<FuzzErrorCode | 'nothing' | 'found' | 'usage' | 'interrupted', number>;

/** What shells add to a signal's number for a command that died of it. */
export const SIGNALED = 128;
