import { allowedBy } from './describe.ts';
import { SettingsError } from './errors.ts';
import { oldKey } from './file/old-keys.ts';
import type { TomlDocument } from './file/toml-document.ts';
import { keyOf, settingOf } from './names.ts';
import { SETTINGS, type SettingName } from './schema/index.ts';

/** What the administrator's ceiling allows of one setting. */
export interface Rule {
  readonly max?: number;
  readonly min?: number;
  readonly allow?: readonly unknown[];
}

/** The ceiling over all other layers (`policy.toml`): a rule for a setting. */
export type Policy = ReadonlyMap<SettingName, Rule>;

export const NO_POLICY: Policy = new Map();

/**
 * Rules of a policy file. The number of a setting that is a number is the highest that is allowed, any other value the
 * only one; a table may name `min`, `max` (of numbers) and `allow`.
 *
 * @throws SettingsError that names file, line and key
 */
export function readPolicy(path: string, document: TomlDocument): Policy {
  return new Map(
    document.assignments.map(({ key, value, from }) => {
      const old = oldKey(key);
      const name = settingOf(key) ?? old?.name;
      if (name === undefined) throw new SettingsError(`${path}:${from}: unknown setting ${key}`);
      if (old?.part)
        throw new SettingsError(`${path}:${from}: ${key} is now part of listen; write a rule for listen`);
      return [name, ruleOf(name, value, `${path}:${from}: ${key}`)];
    }),
  );
}

/** SECURITY: a rule that could not hold, for a value the setting never has, is an error: it would be no ceiling. */
function ruleOf(name: SettingName, value: unknown, where: string): Rule {
  const possible = (each: unknown): unknown => {
    const { success, data } = SETTINGS[name].safeParse(each);
    if (success && each !== undefined) return data;
    throw new SettingsError(`${where}: invalid value ${JSON.stringify(each)}; allowed: ${allowedBy(name)}`);
  };
  const isNumber = typeof SETTINGS[name].parse(undefined) === 'number';
  if (isNumber && typeof value === 'number') return { max: possible(value) as number };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { allow: [possible(value)] };
  const { min, max, allow, ...rest } = value as Rule & Record<string, unknown>;
  const bounds = [min, max].filter((bound) => bound !== undefined);
  const isKnown =
    bounds.every((bound) => isNumber && typeof bound === 'number') &&
    (allow === undefined || (Array.isArray(allow) && allow.length > 0)) &&
    Object.keys(value).length > 0 &&
    Object.keys(rest).length === 0;
  if (!isKnown)
    throw new SettingsError(
      `${where}: a rule must be a value, or a table of min, max (both for numbers) and allow (a list)`,
    );
  if (min !== undefined && max !== undefined && min > max)
    throw new SettingsError(`${where}: min ${min} is above max ${max}`);
  bounds.forEach(possible);
  return allow ? { ...(value as Rule), allow: allow.map(possible) } : (value as Rule);
}

/** The value as the policy leaves it. */
export function capped(rule: Rule | undefined, value: unknown): unknown {
  if (rule === undefined) return value;
  if (rule.allow && !rule.allow.some((each) => same(each, value))) return rule.allow[0];
  if (typeof value !== 'number') return value;
  return Math.min(Math.max(value, rule.min ?? value), rule.max ?? Number.POSITIVE_INFINITY);
}

/** @throws SettingsError when the policy would not let the value be */
export function checkPolicy(policy: Policy, name: SettingName, value: unknown): void {
  const rule = policy.get(name);
  if (same(capped(rule, value), value)) return;
  const allowed = [
    ...(rule?.allow ? [`one of ${rule.allow.map((each) => JSON.stringify(each)).join(', ')}`] : []),
    ...(rule?.min === undefined ? [] : [`at least ${rule.min}`]),
    ...(rule?.max === undefined ? [] : [`at most ${rule.max}`]),
  ].join(' and ');
  throw new SettingsError(`${keyOf(name)}: the policy file allows ${allowed}, not ${JSON.stringify(value)}`);
}

export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
