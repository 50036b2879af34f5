import { describeSetting, type SettingName } from '../../../settings/index.ts';

/** What stands for the value of a setting in help: its few values, else what kind it is. */
export function placeholderOf(name: SettingName): string {
  const { choices, fallback, allowed } = describeSetting(name);
  if (Array.isArray(fallback)) return choices.length > 0 ? `${choices.join('|')},...` : 'list';
  if (choices.length > 0) return choices.join('|');
  if (typeof fallback === 'number') return allowed.startsWith('whole') ? 'n' : 'seconds';
  return KINDS[name] ?? 'text';
}

const KINDS: Partial<Record<SettingName, string>> = {
  users: 'file',
  tlsCertificate: 'file',
  tlsKey: 'file',
  tlsClientCa: 'file',
  tlsUsers: 'file',
  control: 'auto|off|path',
  domain: 'form',
  logFile: 'file',
  logSyslogSocket: 'socket',
  logJournaldSocket: 'socket',
};
