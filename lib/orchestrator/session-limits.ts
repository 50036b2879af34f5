/** How long a session may last once its command is running, in seconds; 0: no limit. */
export interface SessionLimits {
  /** From the start of the command, whatever happens. */
  readonly sessionSeconds: number;
  /** Without a byte either way, on both connections. */
  readonly idleSeconds: number;
}

/** A limit that was reached. */
export interface ReachedLimit {
  readonly limit: keyof SessionLimits;
  readonly seconds: number;
}

const LOOKS = 10; // in each idle time, so that it is noticed at most a tenth late

/**
 * Watches a session that runs.
 *
 * @param bytes how many have passed so far, either way
 * @param onReached told once
 * @returns ends the watch
 */
export function watchLimits(
  { sessionSeconds, idleSeconds }: SessionLimits,
  bytes: () => number,
  onReached: (reached: ReachedLimit) => void,
): () => void {
  let passed = bytes();
  let since = performance.now();
  const look = () => {
    const now = performance.now();
    if (bytes() !== passed) [passed, since] = [bytes(), now];
    else if (now - since >= idleSeconds * 1000) reached({ limit: 'idleSeconds', seconds: idleSeconds });
  };
  const idle = idleSeconds > 0 ? setInterval(look, (idleSeconds * 1000) / LOOKS) : undefined;
  const whole =
    sessionSeconds > 0
      ? setTimeout(() => reached({ limit: 'sessionSeconds', seconds: sessionSeconds }), sessionSeconds * 1000)
      : undefined;
  const end = () => {
    clearInterval(idle);
    clearTimeout(whole);
  };
  const reached = (what: ReachedLimit) => {
    end();
    onReached(what);
  };
  return end;
}
