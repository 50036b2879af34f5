import type { z } from 'zod';
import { keyOf, SETTING_NAMES } from './names.ts';
import { SETTINGS, type SettingName } from './schema.ts';

/** A setting in words: from the schema alone, for the file, the manual, rconfig and the errors. */
export interface Description {
  readonly name: SettingName;
  readonly key: string;
  readonly meaning: string;
  readonly allowed: string;
  readonly fallback: unknown;
}

export function describeSetting(name: SettingName): Description {
  const schema = SETTINGS[name];
  return {
    name,
    key: keyOf(name),
    meaning: schema.description ?? '',
    allowed: allowedBy(schema),
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
    block.push(`# ${meaning}\n# Allowed: ${allowed}\n# ${leaf} = ${JSON.stringify(fallback)}`);
  }
  const head = '# Settings of rexecd. See rexecd.toml(5); change them here or by rconfig(1).';
  const tables = [...blocks].map(([table, block]) => [...(table === '' ? [] : [`[${table}]`]), ...block]);
  return `${[head, ...tables.flat()].join('\n\n')}\n`;
}

/** What a setting may be, in words, from the JSON schema that zod makes of it. */
function allowedBy(schema: z.ZodType): string {
  const {
    type,
    enum: choices,
    minimum,
    maximum,
    pattern,
    items,
  } = schema.toJSONSchema({
    io: 'output',
    unrepresentable: 'any',
  }) as {
    type?: string;
    enum?: unknown[];
    minimum?: number;
    maximum?: number;
    pattern?: string;
    items?: { enum?: unknown[] };
  };
  if (choices) return choices.map((each) => JSON.stringify(each)).join(', ');
  if (type === 'boolean') return 'true, false';
  if (type === 'integer' || type === 'number')
    return `${type === 'integer' ? 'whole number' : 'number'} from ${minimum} to ${maximum}`;
  if (type === 'array')
    return items?.enum
      ? `list of ${items.enum.map((each) => JSON.stringify(each)).join(', ')}`
      : 'list of texts';
  return pattern === undefined ? 'text' : `text like ${pattern}`;
}
