/** How a command ended: by itself with a code (0 to 255), or by a signal (its name, such as `SIGTERM`). */
export type ExitStatus =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'signaled'; readonly signal: string };

/** What a daemon sends on the stderr channel: stderr chunks, then the exit status where the client asked for it. */
export type StderrFrame = { readonly type: 'stderr'; readonly chunk: Buffer } | ExitStatus;

/** What a client sends on the stderr channel: that it wants the exit status, and signals for the command. */
export type SignalFrame =
  | { readonly type: 'exitStatusWanted' }
  | { readonly type: 'signal'; readonly number: number }; // by the daemon's numbering
