import { createInterface, type Interface } from 'node:readline';
import { RexecError, reasonOf } from '../../../base/index.ts';
import {
  type Change,
  checkPolicy,
  describeSetting,
  keyOf,
  type Policy,
  type SettingName,
  type Settings,
} from '../../../settings/index.ts';
import { shown } from './print.ts';

/** A question for a setting: what may be answered, and the values that stand for it. */
interface Question {
  readonly name: SettingName;
  readonly text: string;
  readonly answers: Readonly<Record<string, unknown>>;
}

/** What rexecd(8) has an administrator choose. */
const QUESTIONS: readonly Question[] = [
  {
    name: 'maxConnections',
    text: 'Connections at the same time',
    answers: { one: 1, many: describeSetting('maxConnections').fallback },
  },
  {
    name: 'logAccess',
    text: 'Log the host, user and command of each session, in addition to errors',
    answers: { no: false, yes: true },
  },
  {
    name: 'domainUsers',
    text: 'Look up users who are not local as domain users',
    answers: { no: false, yes: true },
  },
];

/**
 * Asks for the settings of the page and for a yes at the end.
 *
 * @returns what is to be changed: nothing, where all is kept or the yes is a no; undefined when the person leaves
 */
export async function ask(settings: Settings, policy: Policy | undefined): Promise<Change[] | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    console.log('Settings of rexecd. Press Enter to keep the value in brackets, Ctrl-D to quit.\n');
    const changes: Change[] = [];
    for (const question of QUESTIONS)
      changes.push(...(await answered(terminal, lines, question, settings, policy)));
    if (changes.length === 0) {
      console.log('\nNothing to change.');
      return [];
    }
    console.log('\nChanges:');
    for (const { name, value } of changes)
      console.log(
        `  ${keyOf(name)}: ${shown(settings[name])} -> ${shown(value ?? describeSetting(name).fallback)}`,
      );
    const isMeant = await choose(terminal, lines, 'Save these changes?', ['no', 'yes'], 'no');
    if (isMeant === 'yes') return changes;
    console.log('Nothing was changed.');
    return [];
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    console.log('\nNothing was changed.');
    return undefined;
  } finally {
    terminal.close();
  }
}

class Left extends RexecError {}

async function answered(
  terminal: Interface,
  lines: AsyncIterator<string>,
  { name, text, answers }: Question,
  settings: Settings,
  policy: Policy | undefined,
): Promise<Change[]> {
  const words = Object.keys(answers);
  const present = words.find((word) => answers[word] === settings[name]) ?? words.at(-1)!;
  for (;;) {
    const label = typeof settings[name] === 'boolean' ? present : `${present}: ${shown(settings[name])}`;
    const word = await choose(terminal, lines, text, words, present, label);
    if (word === present) return [];
    const value = answers[word];
    try {
      if (policy) checkPolicy(policy, name, value);
      return [{ name, value: value === describeSetting(name).fallback ? undefined : value }];
    } catch (error) {
      console.log(reasonOf(error));
    }
  }
}

/** One of some words; its beginning will do, and an empty line means the present one. */
async function choose(
  terminal: Interface,
  lines: AsyncIterator<string>,
  text: string,
  words: readonly string[],
  present: string,
  label = present,
): Promise<string> {
  terminal.setPrompt(`${text} (${words.join(', ')}) [${label}]: `);
  for (;;) {
    terminal.prompt();
    const { value, done } = await lines.next();
    if (done) throw new Left();
    const answer = value.trim().toLowerCase();
    const word = answer === '' ? present : words.find((each) => each.startsWith(answer));
    if (word !== undefined) return word;
    console.log(`Please answer ${words.join(' or ')}.`);
  }
}
