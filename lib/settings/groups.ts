import type { SettingName } from './schema.ts';

/** Settings that are listed together, by the title of their group; those of a table in the file have one of its own. */
const GROUPS: Readonly<Record<string, readonly SettingName[]>> = {
  Listening: ['host', 'port', 'backlog', 'keepAliveSeconds', 'control'],
  'Users and logins': [
    ...(['users', 'authenticator', 'pamService', 'loginThreads', 'loginSeconds'] as const),
    ...(['domainUsers', 'domain', 'allowRoot', 'minimumUid', 'allowUsers', 'denyUsers'] as const),
    ...(['allowGroups', 'denyGroups', 'shells', 'nologin', 'requireHome'] as const),
    ...(['lockoutFailures', 'lockoutSeconds', 'longestLockoutSeconds', 'refusalSeconds'] as const),
  ],
  Connections: [
    ...(['maxConnections', 'maxConnectionsPerAddress', 'overflow'] as const),
    ...(['allowAddresses', 'denyAddresses', 'addressRefusal'] as const),
  ],
  'Time limits': [
    ...(['requestSeconds', 'sessionSeconds', 'idleSeconds', 'connectBackSeconds'] as const),
    ...(['drainSeconds', 'stopSeconds', 'killSeconds'] as const),
  ],
};

export function groupOf(name: SettingName): string {
  if (/^tls[A-Z]/.test(name)) return 'TLS';
  if (/^log[A-Z]/.test(name) && !name.startsWith('login')) return 'Log';
  return Object.keys(GROUPS).find((title) => GROUPS[title]!.includes(name)) ?? 'Commands and streams';
}
