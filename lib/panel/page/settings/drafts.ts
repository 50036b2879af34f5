import type { SettingRow, SettingValue } from '../../topics.ts';
import { changed, clockNow, model } from '../base/model.ts';
import { say } from '../base/parts.ts';
import { call, type Refused } from '../base/source.ts';
import { count, printable, same } from '../base/words.ts';

/** A setting that is to be changed. */
export interface Draft {
  /** NaN if what is typed is no number. */
  readonly value: SettingValue;
  /** What it was when the change began. */
  readonly base: SettingValue;
  error: string;
}

interface Applied {
  readonly changes: readonly (readonly [key: string, from: SettingValue, to: SettingValue])[];
  readonly at: number;
}

/** They live as long as the page, whatever view is shown. */
export const drafts = new Map<string, Draft>();
let last: Applied | null = null;

/** The last change, which can be taken back. */
export const applied = (): Applied | null => last;

export function forget(): void {
  last = null;
  drafts.clear();
  changed('settings');
}

export const settingOf = (key: string): SettingRow => model.settings!.find((each) => each.key === key)!;
export const wantedOf = (key: string): SettingValue => drafts.get(key)?.value ?? settingOf(key).value;

export const sourceText = ({ layer, where }: SettingRow): string =>
  ({
    default: 'Default',
    file: `File ${where}`,
    env: `Environment variable ${where}`,
    flag: `Flag ${where}`,
    policy: 'Policy file',
  })[layer];

/** Why the file has no say. */
export const overruled = ({ layer, where }: SettingRow): string =>
  layer === 'env' || layer === 'flag' ? `${where} overrules the file: change how the daemon is started.` : '';

export function policyText({ policy }: SettingRow): string {
  if (policy === null) return '';
  if (policy.allow) return `The policy file allows only ${policy.allow.join(', ')}.`;
  const bounds = [
    policy.min === undefined ? '' : `at least ${count(policy.min)}`,
    policy.max === undefined ? '' : `at most ${count(policy.max)}`,
  ].filter((bound) => bound !== '');
  return `The policy file allows ${bounds.join(' and ')}.`;
}

export const isLocked = (setting: SettingRow): boolean =>
  !setting.isEditable || overruled(setting) !== '' || setting.policy?.allow?.length === 1;

/** What the page can see by itself; the daemon has the last word. */
function problemOf({ kind, min, max, allowed, policy, key }: SettingRow, value: SettingValue): string {
  if (kind === 'whole' || kind === 'number') {
    const isNumber = typeof value === 'number' && !Number.isNaN(value);
    if (!isNumber || value < min! || value > max! || (kind === 'whole' && !Number.isInteger(value)))
      return `Give a ${allowed}.`;
    if (policy?.max !== undefined && value > policy.max)
      return `The policy file allows at most ${count(policy.max)}.`;
    if (policy?.min !== undefined && value < policy.min)
      return `The policy file allows at least ${count(policy.min)}.`;
  }
  if (key === 'accounts.domain' && !/^(user|user@[^@\\\s]+|[^@\\\s]+\\user)$/.test(String(value)))
    return 'Write user, user@DOMAIN or DOMAIN\\user.';
  return '';
}

export function draft(key: string, value: SettingValue): void {
  const setting = settingOf(key);
  if (same(value, setting.value)) drafts.delete(key);
  else
    drafts.set(key, {
      value,
      base: drafts.get(key)?.base ?? setting.value,
      error: problemOf(setting, value),
    });
  if (drafts.size > 0) last = null;
  changed('settings');
}

export function undo(key: string): void {
  drafts.delete(key);
  changed('settings');
}

/** A default value is taken out of the file, and not written into it. */
const changeOf = (key: string, value: SettingValue) =>
  same(value, settingOf(key).fallback) ? { key } : { key, value };

/** Has the daemon make all changes, or none. */
export async function apply(): Promise<void> {
  const wrong = [...drafts].find(([, { error }]) => error !== '');
  if (wrong) return document.querySelector<HTMLElement>(`[data-key="${wrong[0]}"]`)?.focus();
  const changes = [...drafts].map(([key, { value }]) => [key, settingOf(key).value, value] as const);
  if (await send(changes.map(([key, , value]) => changeOf(key, value)))) {
    drafts.clear();
    last = { changes, at: clockNow() };
  }
  changed('settings');
}

export async function takeBack(): Promise<void> {
  const back = last?.changes ?? [];
  last = null;
  if (await send(back.map(([key, from]) => changeOf(key, from)))) say('Taken back.');
  changed('settings');
}

async function send(changes: readonly object[]): Promise<boolean> {
  try {
    await call('set', { changes });
    return true;
  } catch (error) {
    const { message, errors } = error as Refused;
    for (const [key, text] of Object.entries(errors ?? {})) {
      const its = drafts.get(key);
      if (its) its.error = printable(text);
    }
    say(printable(message), 'error');
    return false;
  }
}
