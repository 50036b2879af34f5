import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keyOf, SETTING_NAMES, settingOf } from '../../lib/settings/index.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
/** Comments, which are left out, and strings. */
const TOKEN = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const VALUE = /\$\{[^}]*\}/g;
const TABLES = SETTING_NAMES.map(keyOf).flatMap((key) => (key.includes('.') ? [key.split('.')[0]] : []));
/** Names that are not their keys: of one word, only where they are said to be a setting. Phases of the client follow a code. */
const OTHERS = SETTING_NAMES.filter((name) => keyOf(name) !== name);
const LONG = OTHERS.filter((name) => /[A-Z]/.test(name));
const NAMED = new RegExp(
  `(?<![\\w.$-]|REXEC_[A-Z]+ )(?:${LONG.join('|')})(?!\\w)|(?<=setting )(?:${OTHERS.join('|')})(?!\\w)`,
  'g',
);
const KEY = new RegExp(`(?<![\\w./-])(?:${TABLES.join('|')})\\.[a-zA-Z]+(?![\\w.])`, 'g');

/** What a source says to people, so with a space, that names a setting as neither rconfig nor the file spells it. */
function faultsOf(path: string, source: string): string[] {
  return [...source.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
    const text = token.replaceAll(VALUE, '…');
    if (token.startsWith('/') || !text.includes(' ')) return [];
    const names = [...(text.match(NAMED) ?? []), ...(text.match(KEY) ?? []).filter((key) => !settingOf(key))];
    return names.map((name) => `${path}:${source.slice(0, index).split('\n').length}: ${name}`);
  });
}

describe('the messages of the programs', () => {
  it('name each setting by the key that it has in the settings file', () => {
    const paths = globSync('lib/**/*.ts', { cwd });
    assert.ok(paths.length > 300, `${paths.length} sources`);
    assert.deepEqual(
      paths.flatMap((path) => faultsOf(path, readFileSync(`${cwd}/${path}`, 'utf8'))),
      [],
    );
  });

  for (const [said, name] of [
    [`\`all \${n} are in use (maxConnections)\``, 'maxConnections'],
    ["'not in /etc/shells (setting shells)'", 'shells'],
    ["'set login.pamServise to another one'", 'login.pamServise'],
    ['"one is set, but sharedLockouts is not"', 'sharedLockouts'],
  ] as const)
    it(`fail with ${said} (control)`, () => {
      assert.deepEqual(faultsOf('x', `// maxHosts is no message\nconst text = ${said};`), [`x:2: ${name}`]);
    });

  it('do not fail with keys, other words and values (control)', () => {
    const text = `\`\${maxHosts} of launch.maxHosts; no such file: /var/log.old, panel.example.org, in profile\``;
    assert.deepEqual(faultsOf('x', text), []);
  });
});
