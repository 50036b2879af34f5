import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TomlDocument } from '../../../lib/settings/index.ts';
import { holds } from '../../vectors/generated.ts';

const END = '\n'; // stands for the file's own

const text = fc.string({ unit: 'binary', maxLength: 8 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((each) => each || 0),
);
const value = fc.oneof(fc.boolean(), number, text, fc.array(text, { maxLength: 3 }));

const simple = fc.constantFrom(
  '512',
  '0.5',
  'true',
  '"a # b"',
  "'c\\#'",
  '"é\\"日"',
  '[]',
  '["a", "#"]',
  '"""#"""',
);
const long = fc.constantFrom(
  `"""${END}[log]${END}# port = 1${END}"""`,
  `'''${END}port = 3${END}'''`,
  `[${END}  "a", # one${END}  # two${END}  'b'${END}]`,
  `[ # none${END}]`,
  `["a",${END}  "b"]`,
);
const comment = fc.constantFrom('', ' # x', '# "', ' # port = 2');
const filling = fc.array(fc.constantFrom('', '# é', '  # port = 1', '# port = 512', '# level = "x"', '#'), {
  maxLength: 3,
});

/** Lines that give some of the keys a value each, with comments and empty lines between them. */
const body = (...keys: string[]) =>
  fc
    .tuple(
      fc.shuffledSubarray(keys),
      fc.array(
        fc.tuple(
          filling,
          fc.constantFrom('', '  '),
          fc.constantFrom('=', ' = '),
          fc.oneof(simple, long),
          comment,
        ),
        { minLength: keys.length, maxLength: keys.length },
      ),
      filling,
    )
    .map(([chosen, shapes, last]) => [
      ...chosen.flatMap((key, index) => {
        const [before, indent, equals, given, behind] = shapes[index]!;
        return [...before, `${indent}${key}${equals}${given}${behind}`];
      }),
      ...last,
    ]);
const table = (header: string, ...keys: string[]) =>
  fc.option(body(...keys), { nil: undefined }).map((lines) => (lines ? [header, ...lines] : []));

const file = fc
  .record({
    root: fc.oneof(
      fc.tuple(body('port', '"host"', 'denyUsers'), table('[ log ] # l', 'level', 'a'), table('[z]', 'port')),
      fc.tuple(body('port', 'log.a', 'log . level'), table('[z]', 'level')),
    ),
    mark: fc.constantFrom('', '\ufeff'),
    end: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
  })
  .map(({ root, mark, end, isEnded }) => {
    const lines = root.flat().join(END).split(END);
    return mark + lines.join(end) + (isEnded ? end : '');
  });
const key = fc.constantFrom('port', 'host', 'denyUsers', 'profile', 'log.level', 'log.access');

const read = (of: string) => new TomlDocument('x', of).assignments;
const valuesOf = (of: string) => read(of).map((each) => [each.key, each.value] as const);
/** The lines without a byte order mark, without their ends, and without those of a key. */
const othersOf = (of: string, without: string): string[] => {
  const own = read(of).find((each) => each.key === without);
  const lines = of.replace('\ufeff', '').split(/\r?\n/);
  return lines.filter((_, index) => own === undefined || index + 1 < own.from || index + 1 > own.to);
};

const isEmpty = (of: string) => of.replace('\ufeff', '') === '';

function set(of: string, name: string, to: unknown): string {
  const document = new TomlDocument('x', of);
  document.set(name, to);
  return document.text;
}

function unset(of: string, name: string): string {
  const document = new TomlDocument('x', of);
  document.unset(name);
  return document.text;
}

/** What the longer list has beside the shorter, or undefined when that is not all in it, in order. */
function added(shorter: readonly string[], longer: readonly string[]): string[] | undefined {
  let next = 0;
  const rest = longer.filter((line) => {
    if (next < shorter.length && line === shorter[next]) next += 1;
    else return true;
    return false;
  });
  return next === shorter.length ? rest : undefined;
}

describe('any TOML document', () => {
  it('reads as it was told, and its other values and their order stay', (context) =>
    holds(
      context,
      fc.asyncProperty(file, key, value, async (before, name, to) => {
        const after = set(before, name, to);
        const others = valuesOf(before).filter(([each]) => each !== name);
        assert.deepEqual(
          valuesOf(after).filter(([each]) => each !== name),
          others,
        );
        assert.deepEqual(new Map(valuesOf(after)).get(name), to);
        assert.equal(set(after, name, to), after);
        assert.deepEqual(valuesOf(unset(after, name)), others);
      }),
    ));

  it('keeps its other lines; new are at most a table, an empty line, and comments out of a list', (context) =>
    holds(
      context,
      fc.asyncProperty(file, key, value, async (before, name, to) => {
        const after = set(before, name, to);
        const present = read(before).find((each) => each.key === name);
        const fresh = added(othersOf(before, name).filter(Boolean), othersOf(after, name).filter(Boolean));
        assert.ok(fresh, after);
        for (const line of fresh)
          assert.ok(present ? /^\s*#/.test(line) && before.includes(line) : line === '[log]', line);
        const empty = (of: string) => of.split(/\r?\n/).filter((line) => line === '').length;
        assert.ok(present || empty(after) <= empty(before) + 1, after);
      }),
    ));

  it('keeps its byte order mark, the ends of its lines, and whether the last has one', (context) =>
    holds(
      context,
      fc.asyncProperty(file, key, fc.option(value, { nil: undefined }), async (before, name, to) => {
        const after = to === undefined ? unset(before, name) : set(before, name, to);
        assert.equal(after.startsWith('\ufeff'), before.startsWith('\ufeff'));
        if (before.includes('\r\n')) assert.doesNotMatch(after, /^\n|[^\r]\n/);
        else assert.doesNotMatch(after, /\r/);
        if (!isEmpty(before) && !isEmpty(after)) assert.equal(after.endsWith('\n'), before.endsWith('\n'));
      }),
    ));

  it('is what it was when a key is set and taken out again, but for a table', (context) =>
    holds(
      context,
      fc.asyncProperty(file, key, value, async (before, name, to) => {
        fc.pre(!read(before).some((each) => each.key === name));
        const again = unset(set(before, name, to), name);
        const lines = (of: string) => othersOf(of, name).filter((line) => line !== '' && line !== '[log]');
        assert.deepEqual(lines(again), lines(before));
        if (!name.includes('.') && !/^\s*\[/m.test(before)) assert.equal(again, before);
      }),
    ));
});
