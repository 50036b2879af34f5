import { z } from '../kinds.ts';
import { ACCOUNTS } from './accounts.ts';
import { LAUNCH } from './launch.ts';
import { LIMITS } from './limits.ts';
import { LISTEN } from './listen.ts';
import { LOCKOUT } from './lockout.ts';
import { LOG } from './log.ts';
import { LOGIN } from './login.ts';
import { PANEL } from './panel.ts';
import { TLS } from './tls.ts';

/** The tables of the file, in its order; those of the first are outside of them, at its beginning. */
export const TABLES = {
  '': LISTEN,
  login: LOGIN,
  accounts: ACCOUNTS,
  lockout: LOCKOUT,
  limits: LIMITS,
  launch: LAUNCH,
  tls: TLS,
  log: LOG,
  panel: PANEL,
} as const;

/** Every setting of the daemon: its default, what is allowed, what it means. Times are in seconds. */
export const SETTINGS = {
  ...LISTEN,
  ...LOGIN,
  ...ACCOUNTS,
  ...LOCKOUT,
  ...LIMITS,
  ...LAUNCH,
  ...TLS,
  ...LOG,
  ...PANEL,
} as const;

const schema = z.strictObject(SETTINGS);

export type Settings = z.output<typeof schema>;
export type SettingName = keyof typeof SETTINGS;

/** What is wrong with a value, in words. */
export const explain = (error: z.ZodError): string => error.issues.map(({ message }) => message).join('; ');
