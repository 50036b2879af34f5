import { groupOf, type SettingName } from '../../settings/index.ts';

/**
 * Settings that the page may change. SECURITY: each other one makes its user root, or opens the daemon to more peers: a path that root writes to, another PAM service, who may log in, where the daemon listens.
 */
export const EDITABLE: ReadonlySet<SettingName> = new Set([
  'domainUsers',
  'domain',
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxSharedConnections',
  'overflow',
  'maxHosts',
  'keepAliveSeconds',
  'requestSeconds',
  'connectBackSeconds',
  'sessionSeconds',
  'idleSeconds',
  'drainSeconds',
  'stopSeconds',
  'killSeconds',
  'loginSeconds',
  'refusalSeconds',
  'lockoutFailures',
  'lockoutSeconds',
  'longestLockoutSeconds',
  'crashPenaltySeconds',
  'logLevel',
  'logAccess',
]);

const REASONS: Readonly<Record<string, string>> = {
  Listening: 'these decide where the daemon listens, and who controls it',
  Logins: 'these decide what checks passwords',
  Accounts: 'these decide who may log in',
  Lockouts: 'these decide which server is trusted with lockouts',
  Limits: 'these need a restart, or decide which addresses may connect',
  'Commands and streams': 'these decide how commands are started',
  TLS: 'these name keys, and decide who is trusted',
  Log: 'these name files and sockets that the daemon writes to',
  'Control panel': 'a page must not change who can reach it',
};

/** Why a setting cannot be changed by the page; empty if it can. */
export const whyNot = (name: SettingName): string =>
  EDITABLE.has(name) ? '' : (REASONS[groupOf(name)] ?? 'this is not for a page to change');
