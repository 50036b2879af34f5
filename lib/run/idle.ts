const LOOKS = 10; // in each idle time, so that it is noticed at most a tenth late

/**
 * Watches for silence.
 *
 * @param seconds without a byte; 0: no limit
 * @param bytes how many have passed so far, either way
 * @param onIdle called once
 * @returns ends the watch
 */
export function watchIdle(seconds: number, bytes: () => number, onIdle: () => void): () => void {
  if (seconds === 0) return () => {};
  let passed = bytes();
  let since = performance.now();
  const timer = setInterval(
    () => {
      const now = performance.now();
      if (bytes() !== passed) [passed, since] = [bytes(), now];
      else if (now - since >= seconds * 1000) {
        clearInterval(timer);
        onIdle();
      }
    },
    (seconds * 1000) / LOOKS,
  );
  return () => clearInterval(timer);
}
