import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingsError, TomlDocument } from '../../../../lib/settings/index.ts';

type Case = readonly [what: string, before: string, key: string, value: unknown, after: string];

/** A value of `undefined` unsets. */
function changed(text: string, key: string, value: unknown): string {
  const document = new TomlDocument('x.toml', text);
  if (value === undefined) assert.ok(document.unset(key));
  else document.set(key, value);
  return document.text;
}

const IN_PLACE: readonly Case[] = [
  ['a number', 'host = "a"\nport = 512\nusers = ""\n', 'port', 600, 'host = "a"\nport = 600\nusers = ""\n'],
  ['a switch', 'profile = true\n', 'profile', false, 'profile = false\n'],
  ['a number by a text', 'charset = 1\n', 'charset', 'utf-8', 'charset = "utf-8"\n'],
  ['what has a comment behind it', 'port = 512 # ours\n', 'port', 600, 'port = 600 # ours\n'],
  ['what has a comment right behind it', 'port = 512#ours\n', 'port', 600, 'port = 600#ours\n'],
  ['a text with #', 'users = "/a#b" # c "d"\n', 'users', '/c#d', 'users = "/c#d" # c "d"\n'],
  ['a text with # and quotes', 'users = "a\\"#b" # c\n', 'users', '"#', 'users = "\\"#" # c\n'],
  ['a literal text with #', "users = '/a\\#b' # c's\n", 'users', 'x', 'users = "x" # c\'s\n'],
  [
    'what has a comment with =',
    '# a = b\nport = 1 # port = 2\n',
    'port',
    3,
    '# a = b\nport = 3 # port = 2\n',
  ],
  ['what is set apart', '  port\t=   512  # x\n', 'port', 600, '  port\t=   600  # x\n'],
  ['what has no space at all', 'port=512\n', 'port', 600, 'port=600\n'],
  ['a dotted key', 'log.level = "info" # x\n', 'log.level', 'warn', 'log.level = "warn" # x\n'],
  ['a dotted key set apart', 'log . level="info"\n', 'log.level', 'warn', 'log . level="warn"\n'],
  ['a quoted key', '"port" = 512 # x\n', 'port', 600, '"port" = 600 # x\n'],
  ['a quoted dotted key', '"log".\'level\' = "a"\n', 'log.level', 'b', '"log".\'level\' = "b"\n'],
  ['a key of a table', '[log]\nlevel = "a"\n', 'log.level', 'b', '[log]\nlevel = "b"\n'],
  ['a key of a quoted table', '[ "log" ] # x\nlevel = 1\n', 'log.level', 2, '[ "log" ] # x\nlevel = 2\n'],
  [
    'a key in the table, not its namesake',
    'level = 1\n[log]\nlevel = 2\n',
    'level',
    3,
    'level = 3\n[log]\nlevel = 2\n',
  ],
  [
    'a text of many lines',
    'users = """\n[log]\n# x\n""" # y\nport = 1\n',
    'users',
    'z',
    'users = "z" # y\nport = 1\n',
  ],
  ['the last line, without an end', 'port = 1\nbacklog = 2', 'backlog', 3, 'port = 1\nbacklog = 3'],
  ['by a control character', 'users = ""\n', 'users', '\x7f\n\x1b', 'users = "\\u007f\\n\\u001b"\n'],
  ['beside other scripts', '# é 日本 🦊\nusers = "ü" # ß\n', 'users', 'Ω', '# é 日本 🦊\nusers = "Ω" # ß\n'],
  [
    'in a file of Windows',
    '[log] # x\r\nlevel = 1 # y\r\n',
    'log.level',
    2,
    '[log] # x\r\nlevel = 2 # y\r\n',
  ],
  ['in one of Windows, without an end', '# x\r\nport = 1', 'port', 2, '# x\r\nport = 2'],
  ['behind a byte order mark', '\ufeffport = 1\n', 'port', 2, '\ufeffport = 2\n'],
];

const LISTS: readonly Case[] = [
  ['on one line', 'denyUsers = ["a", "b"] # x\n', 'denyUsers', ['c'], 'denyUsers = ["c"] # x\n'],
  ['emptied', 'denyUsers = ["a"]\n', 'denyUsers', [], 'denyUsers = []\n'],
  [
    'a line for each: those that stay keep their lines',
    'denyUsers = [ # never\n    "a", # one\n\n    # two\n    "b",\n    \'c#\' # three\n] # end\nport = 1\n',
    'denyUsers',
    ['b', 'c#', 'd'],
    'denyUsers = [ # never\n\n    # two\n    "b",\n    \'c#\', # three\n    "d",\n] # end\nport = 1\n',
  ],
  [
    'a line for each, in another order',
    'x = [\n  "a", # 1\n  "b", # 2\n  # last\n]\n',
    'x',
    ['b', 'a'],
    'x = [\n  "b", # 2\n  "a", # 1\n  # last\n]\n',
  ],
  ['a line for each, emptied', 'x = [\n  "a", # 1\n  # last\n]\n', 'x', [], 'x = [\n  # last\n]\n'],
  [
    'a line for each, twice the same',
    'x = [\n  "a",\n  "a",\n  "b", # 2\n]\n',
    'x',
    ['b'],
    'x = [\n  "b", # 2\n]\n',
  ],
  [
    'a line for each, of Windows',
    'x = [\r\n\t"a"\r\n]\r\n',
    'x',
    ['a', 'b'],
    'x = [\r\n\t"a",\r\n\t"b",\r\n]\r\n',
  ],
  ['many lines, none before', 'x = [\n]\n', 'x', ['a'], 'x = [\n  "a",\n]\n'],
  [
    'lines with several: comments go above',
    'y = 1\nx = ["a", # one\n  "b", "#", # two\n] # end\n',
    'x',
    ['a'],
    'y = 1\n# one\n# two\nx = ["a"] # end\n',
  ],
];

const NEW: readonly Case[] = [
  ['in an empty file', '', 'port', 1, 'port = 1\n'],
  ['at the end', 'host = "a"\n', 'port', 1, 'host = "a"\nport = 1\n'],
  ['at the end, before empty lines', 'host = "a"\n\n\n', 'port', 1, 'host = "a"\nport = 1\n\n\n'],
  ['at an end that has no end', 'host = "a"', 'port', 1, 'host = "a"\nport = 1'],
  [
    'below the comment that shows it',
    '# p\n# port = 512\n\n#x\n',
    'port',
    1,
    '# p\n# port = 512\nport = 1\n\n#x\n',
  ],
  ['not below one of a table', '[log]\n# port = 512\n', 'port', 1, 'port = 1\n\n[log]\n# port = 512\n'],
  [
    'not in a text',
    'a = """\n# port = 1\n"""\nb = 2\n',
    'port',
    1,
    'a = """\n# port = 1\n"""\nb = 2\nport = 1\n',
  ],
  ['not below a longer name', '# ports = 1\n\nb = 2\n', 'port', 1, '# ports = 1\n\nb = 2\nport = 1\n'],
  ['before the first table', 'a = 1\n\n[log]\nb = 2\n', 'port', 1, 'a = 1\nport = 1\n\n[log]\nb = 2\n'],
  ['before a table with a comment', '[z] # z\r\n', 'port', 1, 'port = 1\r\n\r\n[z] # z\r\n'],
  ['before the comment of a table', 'a = 1\n# l\n[log]\n', 'port', 1, 'a = 1\nport = 1\n\n# l\n[log]\n'],
  ['in its table', '[log]\na = 1\n\n[z]\nb = 2\n', 'log.level', 1, '[log]\na = 1\nlevel = 1\n\n[z]\nb = 2\n'],
  ['in its empty table', '[log]\n[z]\n', 'log.level', 1, '[log]\nlevel = 1\n\n[z]\n'],
  [
    'in its table, below the comment',
    '[log]\n\n# level = 0\n# z\n',
    'log.level',
    1,
    '[log]\n\n# level = 0\nlevel = 1\n# z\n',
  ],
  ['in a table it makes', 'a = 1\n', 'log.level', 1, 'a = 1\n\n[log]\nlevel = 1\n'],
  ['in a table it makes, of an empty file', '', 'log.level', 1, '[log]\nlevel = 1\n'],
  ['in a table at an end that has no end', 'a = 1', 'log.level', 1, 'a = 1\n\n[log]\nlevel = 1'],
  ['beside its dotted sisters', 'log.a = 1\nb = 2\n', 'log.level', 1, 'log.a = 1\nlog.level = 1\nb = 2\n'],
  ['a list', '', 'x', ['a', '"'], 'x = ["a", "\\""]\n'],
  ['in a file of Windows', 'a = 1\r\n', 'log.level', 1, 'a = 1\r\n\r\n[log]\r\nlevel = 1\r\n'],
  ['in one of Windows, without an end', 'a = 1\r\nb = 2', 'port', 1, 'a = 1\r\nb = 2\r\nport = 1'],
  ['behind a byte order mark', '\ufeff[log]\n', 'port', 1, '\ufeffport = 1\n\n[log]\n'],
];

const UNSET: readonly Case[] = [
  ['with its comment', 'a = 1\nport = 2 # x\n# y\n', 'port', undefined, 'a = 1\n# y\n'],
  ['with all its lines', 'a = 1\nx = [\n"a", # b\n] # c\nb = 2\n', 'x', undefined, 'a = 1\nb = 2\n'],
  ['from its table alone', 'level = 1\n[log]\nlevel = 2\n', 'log.level', undefined, 'level = 1\n[log]\n'],
  ['at an end that has no end', 'a = 1\nport = 2', 'port', undefined, 'a = 1'],
  ['in a file of Windows', 'port = 2\r\na = 1\r\n', 'port', undefined, 'a = 1\r\n'],
  ['where it was alone', 'port = 2\n', 'port', undefined, ''],
];

describe('a TOML document', () => {
  for (const [title, cases] of Object.entries({
    replaces: IN_PLACE,
    'replaces a list': LISTS,
    'puts a new key': NEW,
    'takes a key out': UNSET,
  }))
    for (const [what, before, key, value, after] of cases)
      it(`${title} ${what}`, () => {
        assert.equal(changed(before, key, value), after);
        const { assignments } = new TomlDocument('x.toml', after);
        assert.deepEqual(assignments.find((each) => each.key === key)?.value, value);
      });

  it('tells values, keys and lines', () => {
    const text = '# x\nport = 512\r\nx = [\n "a",\n]\n[ log ]\n"level" = 0.5\na.b = 2\n';
    assert.deepEqual(new TomlDocument('x.toml', text).assignments, [
      { key: 'port', value: 512, from: 2, to: 2 },
      { key: 'x', value: ['a'], from: 3, to: 5 },
      { key: 'log.level', value: 0.5, from: 7, to: 7 },
      { key: 'log.a.b', value: 2, from: 8, to: 8 },
    ]);
  });

  it('says when there is nothing to take out', () => {
    const document = new TomlDocument('x.toml', '# port = 1\n');
    assert.equal(document.unset('port'), false);
    assert.equal(document.text, '# port = 1\n');
  });

  for (const [what, text, message] of [
    ['a line that is not TOML', 'port = 1\nhost = \n', /^x\.toml:2: Invalid TOML/],
    ['a key that exists twice', 'port = 1\n\nport = 1\n', /^x\.toml:3: Invalid TOML.*already defined/],
    ['a table that exists twice', '[log]\na = 1\n[log]\n', /^x\.toml:3: Invalid TOML/],
    [
      'a list of tables',
      'port = 1\n[[log]]\n',
      /^x\.toml:2: unsupported syntax; use only "\[table\]" and "key = value" lines$/,
    ],
  ] as const)
    it(`refuses ${what}, naming the line`, () =>
      assert.throws(
        () => new TomlDocument('x.toml', text).assignments,
        (error) => error instanceof SettingsError && message.test(error.message),
      ));
});
