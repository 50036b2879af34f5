import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What can be imported, and the file that says what of it: paths below a folder of declarations (tsc). */
const DOORS = { rexecd: 'lib/index.d.ts', 'rexecd/codec': 'codec/index.d.ts' } as const;

const HEAD = `# API

What a program can import, with types and docstrings as in the sources.
\`node --test --test-update-snapshots spec/docs/api.spec.ts\` writes this page; [guide.md](guide.md) shows how it is used.
`;

const LINK = /\{@link ([^}]+)\}/g;

interface Declaration {
  readonly name: string;
  readonly doc: string;
  readonly code: string;
}

/** The reference as markdown, of the declarations in a folder. */
export function apiReference(folder: string): string {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const parts = Object.entries(DOORS).map(([name, door]) => {
    const entries = exportedBy(read, door).map(entryOf);
    return [`## ${name}\n`, `${proseOf(docAt(read(door)))}\n`, ...entries].join('\n');
  });
  return [HEAD, ...parts].join('\n');
}

/** What a door lets out, in its order; doors behind it are followed. */
function exportedBy(read: (path: string) => string, door: string): Declaration[] {
  return [...read(door).matchAll(/^export (?:type )?\{(?<names>[^}]*)\} from '(?<from>[^']+)';$/gm)].flatMap(
    ({ groups }) => {
      const { names = '', from = '' } = groups!;
      const path = posix.join(posix.dirname(door), from.replace(/\.ts$/, '.d.ts'));
      const there = path.endsWith('/index.d.ts') ? exportedBy(read, path) : declaredIn(read(path));
      const wanted = names.split(',').map((name) => name.trim().replace(/^type /, ''));
      return wanted.filter(Boolean).map((name) => {
        const found = there.find((each) => each.name === name);
        if (!found) throw new Error(`${door} exports ${name}, which ${path} does not declare`);
        return found;
      });
    },
  );
}

/** What a file declares for others; overloads are one, with the first one's docstring. */
function declaredIn(text: string): Declaration[] {
  const found = new Map<string, Declaration>();
  let doc = '';
  for (const chunk of text.split(/^(?=\/\*\*|export |import |declare )/m)) {
    if (chunk.startsWith('/**')) {
      doc = docAt(chunk);
      continue;
    }
    const [, name] =
      /^export (?:declare )?(?:\w+ )*?(?:class|interface|type|function|const) (\w+)/.exec(chunk) ?? [];
    if (name !== undefined) {
      const before = found.get(name);
      const code = (before ? `${before.code}\n` : '') + publicPart(chunk);
      found.set(name, { name, doc: before?.doc ?? doc, code });
    }
    doc = '';
  }
  return [...found.values()];
}

/** Without what only the compiler and streams need. */
const publicPart = (code: string): string =>
  code
    .trim()
    .replaceAll(/^ +(#private;|protected .*|_\w+\(.*|static \{\};)\n/gm, '')
    .replaceAll(LINK, '$1')
    .replaceAll(/^( {4})+/gm, (indent) => indent.slice(indent.length / 2))
    .replace(/^export (declare )?/, '');

const docAt = (text: string): string => /\/\*\*(.*?)\*\//s.exec(text)?.[1] ?? '';

/** A docstring as markdown. */
const proseOf = (doc: string): string =>
  doc
    .replaceAll(/^ *\* ?/gm, '')
    .replaceAll(LINK, '`$1`')
    .replaceAll(/^@module .*$/gm, '')
    .replaceAll(/^@throws /gm, 'Throws ')
    .replaceAll(/^@returns /gm, 'Returns ')
    .trim();

const entryOf = ({ name, doc, code }: Declaration): string => {
  if (doc === '') throw new Error(`${name} has no docstring`);
  return `### ${name}\n\n${proseOf(doc)}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
};
