import type { KeptLock, Scope } from '../login/index.ts';
import type { Keys } from './keys.ts';

/** What a record says of a subject: its lock, or how long ago it was ended. */
export type Said =
  | { readonly lock: KeptLock }
  | { readonly ended: { readonly subject: string; readonly agoMs: number } };

const RECORD = /^(\d{1,16}) (\d{1,16}) (\d{1,12}) (\d{1,9}) (\d{1,9}) ([\w-]+)$/;
const SEALED = /^(pair|user|address) (.+)$/s;

/** The rest of a record of a lock, after its times. */
export function restOf({ subject, scope, failures, times, lasted }: KeptLock, keys: Keys): string {
  return `${Math.round(lasted * 1000)} ${times} ${failures} ${keys.seal(`${scope} ${subject}`)}`;
}

/** What records say: those that are none, or are sealed with another password, are left out. */
export function readRecords(answer: unknown, keys: Keys): Said[] {
  if (!Array.isArray(answer) || !Array.isArray(answer[1])) return [];
  const now = Number(answer[0]);
  return answer[1].flatMap((record: unknown): Said[] => {
    const [, changed, ends, lasted, times, failures, sealed = ''] = RECORD.exec(String(record)) ?? [];
    const [, scope, subject] = SEALED.exec(keys.open(sealed) ?? '') ?? [];
    if (scope === undefined || subject === undefined) return [];
    if (ends === '0') return [{ ended: { subject, agoMs: Math.max(0, now - Number(changed)) } }];
    return [
      {
        lock: {
          subject,
          scope: scope as Scope,
          failures: Number(failures),
          times: Number(times),
          lasted: Number(lasted) / 1000,
          left: Number(ends) - now,
        },
      },
    ];
  });
}
