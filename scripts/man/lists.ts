import { CATALOGUE, type EventDefinition } from '../../lib/events/index.ts';
import { type Description, describeSettings, flagOf, variableOf } from '../../lib/settings/index.ts';

/** What markers such as `<!-- settings -->` stand for, as markdown. */
export const LISTS: Readonly<Record<string, () => string>> = {
  settings: () => terms(describeSettings().map(settingEntry)),
  flags: () =>
    `${describeSettings()
      .map(({ name }) => `\`${flagOf(name)}\``)
      .join(', ')}.`,
  events: () =>
    terms(
      Object.values<EventDefinition>(CATALOGUE)
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map(eventEntry),
    ),
};

/** A term and the lines of what is said of it. */
type Entry = readonly [term: string, ...lines: string[]];

function settingEntry({ name, key, meaning, allowed, fallback }: Description): Entry {
  const [first = ''] = meaning.split(' ');
  const isValue = allowed.includes(`"${first}"`); // which is spelled as it is spelled
  return [
    `\`${key}\``,
    `${isValue ? plain(`${meaning}.`) : sentence(meaning)}\\`,
    `Allowed: ${plain(allowed)}. Default: \`${JSON.stringify(fallback)}\`.\\`,
    `Also \`${flagOf(name)}\`, \`${variableOf(name)}\`.`,
  ];
}

function eventEntry({ id, level, access, always, text, fields, meaning }: EventDefinition): Entry {
  const told = fields.map((field) => `*${field}*`).join(', ');
  const when = access ? `${level}, access` : always ? `${level}, always` : level;
  return [`\`${id}\` (${when}) **${plain(text)}**`, ...(told ? [`Tells ${told}.`] : []), sentence(meaning)];
}

/** A list as roff.ts reads it: a term, a colon at the end of its line, what it means. */
const terms = (entries: readonly Entry[]): string =>
  entries.map(([term, ...lines]) => `- ${term}:\n${lines.map((line) => `  ${line}\n`).join('')}`).join('\n');

const sentence = (text: string): string => {
  const end = /[.!?]$/.test(text) ? '' : '.';
  return plain(`${text[0]!.toUpperCase()}${text.slice(1)}${end}`);
};

/** Text that markdown leaves as it is. */
const plain = (text: string): string => text.replaceAll(/[\\`*_<>[\]|#&]/g, '\\$&');
