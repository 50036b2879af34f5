import { written } from './file/toml-text.ts';
import type { z } from './kinds.ts';
import { keyOf, SETTING_NAMES } from './names.ts';
import { explain, SETTINGS, type SettingName } from './schema/index.ts';

/** A setting in words: from the schema alone, for the file, the manual, rconfig and the errors. */
export interface Description {
  readonly name: SettingName;
  readonly key: string;
  readonly meaning: string;
  readonly allowed: string;
  /** The few values it may have, or a list's elements; empty where there are more. */
  readonly choices: readonly unknown[];
  readonly fallback: unknown;
}

export function describeSetting(name: SettingName): Description {
  const schema = SETTINGS[name];
  return {
    name,
    key: keyOf(name),
    meaning: schema.description ?? '',
    allowed: allowedBy(name),
    choices: choicesIn(schema),
    fallback: schema.parse(undefined),
  };
}

export const describeSettings = (): Description[] => SETTING_NAMES.map(describeSetting);

/** The file an installation begins with: every setting with its default, commented out. */
export function settingsTemplate(): string {
  const blocks = new Map<string, string[]>([['', []]]);
  for (const { key, meaning, allowed, fallback } of describeSettings()) {
    const [table, leaf] = key.includes('.') ? (key.split('.') as [string, string]) : ['', key];
    const block = blocks.get(table) ?? [];
    blocks.set(table, block);
    block.push(`# ${meaning}\n# Allowed: ${allowed}\n# ${leaf} = ${written(fallback)}`);
  }
  const head = '# Settings of rexecd, see rexecd.toml(5). Edit this file or use rconfig(1).';
  const tables = [...blocks].map(([table, block]) => [...(table === '' ? [] : [`[${table}]`]), ...block]);
  return `${[head, ...tables.flat()].join('\n\n')}\n`;
}

/** What a setting may be, in words. */
export const allowedBy = (name: SettingName): string => allowedIn(SETTINGS[name]);

/** What a value may be, in words, from the JSON schema that zod makes of its schema. */
export function allowedIn(schema: z.ZodType): string {
  const { type, minimum, maximum } = shapeOf(schema);
  const choices = choicesIn(schema).map((each) => JSON.stringify(each));
  if (type === 'array') return `list of ${choices.length > 0 ? choices.join(', ') : elementsOf(schema)}`;
  if (choices.length > 0) return choices.join(', ');
  if (type === 'integer' || type === 'number')
    return `${type === 'integer' ? 'whole number' : 'number'} from ${minimum} to ${maximum}`;
  const { error } = schema.safeParse('./'); // nothing that is more than a string
  return error ? explain(error) : 'string';
}

/** What each element of a list may be. */
function elementsOf(schema: z.ZodType): string {
  const { error } = schema.safeParse(['/ /']); // no address
  return error ? explain(error) : 'strings';
}

function choicesIn(schema: z.ZodType): unknown[] {
  const { type, enum: choices, items } = shapeOf(schema);
  return type === 'boolean' ? [true, false] : (choices ?? items?.enum ?? []);
}

/** What we need of a setting's JSON schema. */
interface Shape {
  readonly type?: string;
  readonly enum?: unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: { readonly enum?: unknown[] };
}

const shapeOf = (schema: z.ZodType): Shape =>
  schema.toJSONSchema({ io: 'output', unrepresentable: 'any' }) as Shape;
