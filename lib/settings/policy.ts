import { SettingsError } from './errors.ts';
import { keyOf, settingOf } from './names.ts';
import type { SettingName } from './schema.ts';
import type { TomlDocument } from './toml-document.ts';

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
 * Rules of a policy file. A number is the highest that is allowed, any other value the only one; a table may name
 * `min`, `max` and `allow`.
 *
 * @throws SettingsError that names file, line and key
 */
export function readPolicy(path: string, document: TomlDocument): Policy {
  return new Map(
    document.assignments.map(({ key, value, from }) => {
      const name = settingOf(key);
      if (name === undefined) throw new SettingsError(`${path}:${from}: ${key}: there is no such setting`);
      return [name, ruleOf(value, `${path}:${from}: ${key}`)];
    }),
  );
}

function ruleOf(value: unknown, where: string): Rule {
  if (typeof value === 'number') return { max: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { allow: [value] };
  const { min, max, allow, ...rest } = value as Rule & Record<string, unknown>;
  const known =
    (min === undefined || typeof min === 'number') &&
    (max === undefined || typeof max === 'number') &&
    (allow === undefined || (Array.isArray(allow) && allow.length > 0));
  if (!known || Object.keys(rest).length > 0)
    throw new SettingsError(
      `${where}: a rule is a value or a table of min, max (numbers) and allow (a list)`,
    );
  return value as Rule;
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
