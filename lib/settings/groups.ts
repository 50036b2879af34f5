import { tableOf } from './names.ts';
import type { SettingName, TABLES } from './schema/index.ts';

/** Titles of the tables, for help. */
const TITLES: Readonly<Record<keyof typeof TABLES, string>> = {
  '': 'Listening',
  login: 'Logins',
  accounts: 'Accounts',
  lockout: 'Lockouts',
  limits: 'Limits',
  launch: 'Commands and streams',
  tls: 'TLS',
  log: 'Log',
  panel: 'Control panel',
};

export const groupOf = (name: SettingName): string => TITLES[tableOf(name) as keyof typeof TABLES];
