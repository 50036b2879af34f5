import {
  describeSettings,
  groupOf,
  type Policy,
  type Resolved,
  type SettingName,
} from '../../settings/index.ts';
import type { SettingRow, SettingValue } from '../topics.ts';
import { EDITABLE, whyNot } from './editable.ts';

/** How the settings of a daemon stand. */
export interface Stand {
  /** Those that it uses. */
  readonly running: Resolved;
  /** What its files say now; undefined if it could not use that. */
  readonly fresh: Resolved | undefined;
  readonly policy: Policy | undefined;
  /** Whether there is a settings file to write to. */
  readonly hasFile: boolean;
}

/** Every setting, for the page. */
export function settingRows({ running, fresh, policy, hasFile }: Stand): SettingRow[] {
  return describeSettings().map(({ name, key, meaning, allowed, choices, fallback }) => {
    const value = running.settings[name] as SettingValue;
    const next = fresh?.settings[name] as SettingValue | undefined;
    const [, min, max] = /from ([\d.]+) to ([\d.]+)/.exec(allowed) ?? [];
    return {
      key,
      group: groupOf(name),
      kind: kindOf(fallback, allowed, choices),
      allowed,
      meaning,
      fallback: fallback as SettingValue,
      choices: choices as readonly SettingValue[],
      min: min === undefined ? null : Number(min),
      max: max === undefined ? null : Number(max),
      value,
      ...sourceOf((fresh ?? running).origins[name]),
      ...(next !== undefined && JSON.stringify(next) !== JSON.stringify(value) && { waiting: next }),
      policy: ruleOf(policy, name),
      isEditable: hasFile && EDITABLE.has(name),
      whyNot: hasFile ? whyNot(name) : 'this daemon reads no settings file',
    };
  });
}

function kindOf(fallback: unknown, allowed: string, choices: readonly unknown[]): SettingRow['kind'] {
  if (Array.isArray(fallback)) return 'list';
  if (typeof fallback === 'boolean') return 'yesno';
  if (choices.length > 0) return 'choice';
  if (typeof fallback !== 'number') return 'text';
  return allowed.startsWith('whole') ? 'whole' : 'number';
}

/** Where a value comes from, as {@link Resolved.origins} has it. */
export function sourceOf(origin: string): Pick<SettingRow, 'layer' | 'where'> {
  if (origin === 'default' || origin === 'policy') return { layer: origin, where: '' };
  if (origin.startsWith('--')) return { layer: 'flag', where: origin };
  return { layer: origin.startsWith('REXECD_') ? 'env' : 'file', where: origin };
}

function ruleOf(policy: Policy | undefined, name: SettingName): SettingRow['policy'] {
  const { min, max, allow } = policy?.get(name) ?? {};
  if (min === undefined && max === undefined && allow === undefined) return null;
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(allow && { allow: allow as readonly SettingValue[] }),
  };
}
