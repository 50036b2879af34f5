import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Path from the root of the repository, and text. */
type Sources = Readonly<Record<string, string>>;

/** Which rooms a room may import. `lib` is lib/index.ts alone. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  codec: [],
  base: [],
  events: ['base', 'native', 'text'],
  text: [],
  native: ['base', 'text'],
  files: ['base', 'native'],
  control: ['base', 'files', 'native'],
  login: ['base', 'native', 'files', 'text'],
  sandbox: ['base', 'native'],
  shared: ['base', 'events', 'login'],
  settings: ['base', 'codec', 'files', 'text'],
  client: ['base', 'codec', 'mux', 'text'],
  mux: ['codec'],
  load: ['base', 'codec'],
  launch: ['base', 'codec', 'login', 'native', 'text'],
  connection: ['base', 'codec', 'login', 'launch', 'mux'],
  run: ['base', 'codec', 'connection', 'login', 'launch', 'native'],
  receive: ['base', 'codec', 'connection', 'login', 'mux'],
  readers: ['base', 'codec', 'connection', 'login', 'native', 'sandbox', 'receive', 'events'],
  panel: ['base', 'events', 'readers', 'sandbox', 'settings'],
  orchestrator: ['base', 'codec', 'connection', 'login', 'receive', 'run', 'events', 'text'],
  hosts: ['base', 'codec', 'connection', 'login', 'launch', 'native', 'run', 'events'],
  daemon: [
    'base',
    'connection',
    'hosts',
    'readers',
    'receive',
    'orchestrator',
    'run',
    'login',
    'launch',
    'events',
    'settings',
    'shared',
    'files',
  ],
  fuzz: [
    'base',
    'codec',
    'connection',
    'hosts',
    'launch',
    'login',
    'native',
    'orchestrator',
    'readers',
    'receive',
    'run',
  ],
  metrics: ['base', 'daemon', 'events', 'native', 'service', 'settings'],
  cli: [
    'base',
    'codec',
    'daemon',
    'client',
    'load',
    'fuzz',
    'settings',
    'login',
    'events',
    'service',
    'control',
    'panel',
    'metrics',
    'native',
    'files',
    'text',
  ],
  service: ['base', 'codec', 'native', 'sandbox', 'settings', 'files'],
  embed: ['daemon', 'events', 'launch', 'login', 'settings', 'text'],
  lib: ['client', 'embed'],
};

/** Which npm packages are loaded by the start of a program; what else it needs is loaded when that is known. */
const AT_START: Readonly<Record<string, readonly string[]>> = {
  'lib/cli/programs/grconfig/main.ts': ['binary-parser', 'commander', 'smol-toml', 'zod'],
  'lib/cli/programs/rconfig/main.ts': ['binary-parser', 'commander', 'smol-toml', 'zod'],
  'lib/cli/programs/rexec-bench/main.ts': ['binary-parser', 'commander'],
  'lib/cli/programs/rexec-fuzz/main.ts': ['binary-parser', 'commander', 'fast-check'],
  'lib/cli/programs/rexec/main.ts': ['binary-parser', 'commander'],
  'lib/cli/programs/rexecd/main.ts': ['binary-parser', 'commander', 'smol-toml', 'zod'],
  'lib/hosts/host-program.ts': ['binary-parser', 'koffi'],
  'lib/login/pam/helper-program.ts': ['koffi'],
  'lib/panel/server/panel-program.ts': [],
  'lib/readers/reader-program.ts': ['binary-parser', 'stream-chain'],
  'lib/sandbox/trampoline.ts': ['koffi'],
};

const LONGEST = 220; // lines
const NOTHING = 'nothing of ours'; // in the table of docs/architecture.md
/** `void` before a promise hides it from the lint rule noFloatingPromises; after `return` it drops a value. */
const VOID = /(?:^|[;{})]|=>|\belse)\s*void\s+[\w#(]/m;
/** Node's own never ends in a folder such as /proc. */
const RECURSIVE_MKDIR = /\bmkdir(?:Sync)?\([^;]*?\brecursive: true/;
const COMMENT = /\/\*.*?\*\/|^\s*\/\/[^\n]*$/gms;
/** A string that is the path of a source: what is built from it has another name. */
const SOURCE_PATH = /(['"`])[\w./-]+\.ts\1/;
const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])(?<target>[^'"]+)\1/g;

/** What a file imports or exports from: statically, dynamically, or for its types. */
const targetsOf = (source: string): string[] =>
  [...source.replaceAll(COMMENT, '').matchAll(IMPORT)].map(({ groups }) => groups!.target!);

/** What a file loads before it is evaluated. An import of nothing but types by name still loads a file. */
const LOADS = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\bfrom\s+)?'([^']+)'/gm;

/** The packages that are loaded before the file is evaluated. */
function loadedBy(file: string, sources: Sources, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const targets = [...sources[file]!.replaceAll(COMMENT, '').matchAll(LOADS)].map(([, target]) => target!);
  const packages = targets.flatMap((target) => {
    if (target.startsWith('.')) return loadedBy(posix.join(file, '..', target), sources, seen);
    return target.startsWith('node:') ? [] : [packageOf(target)];
  });
  return [...new Set(packages)].sort();
}

const roomOf = (file: string): string => /^(?:lib\/)?([\w-]+)\//.exec(file)?.[1] ?? file;
const packageOf = (target: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(target)![0];

/** Everything that is wrong with the sources, one sentence each. */
function faultsOf(sources: Sources): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  const importers = new Map<string, Set<string>>();
  for (const [file, source] of Object.entries(sources)) {
    const lines = source.trimEnd().split('\n').length;
    if (lines > LONGEST) faults.push(`${file} has ${lines} lines, more than ${LONGEST}`);
    if (VOID.test(source.replaceAll(COMMENT, '')))
      faults.push(`${file} drops a promise with void: handle its failure`);
    if (RECURSIVE_MKDIR.test(source.replaceAll(COMMENT, '')))
      faults.push(`${file} lets Node make missing folders: use makeFolder of lib/base`);
    const [path] = SOURCE_PATH.exec(source.replaceAll(COMMENT, '').replaceAll(IMPORT, '')) ?? [];
    if (path !== undefined) faults.push(`${file} names ${path}, which is not in a package`);
    const targets = targetsOf(source);
    const ours = targets
      .filter((target) => target.startsWith('.'))
      .map((target) => posix.join(file, '..', target));
    graph.set(file, ours);
    for (const target of ours) faults.push(...arrowFaults(file, target, sources));
    if (file.endsWith('.d.ts')) continue; // it describes a package to the compiler
    for (const target of targets.filter((each) => !/^(\.|node:)/.test(each))) {
      const name = packageOf(target);
      importers.set(name, (importers.get(name) ?? new Set()).add(file));
    }
  }
  for (const [name, files] of importers)
    if (files.size > 1) faults.push(`${name} is imported by ${[...files].sort().join(' and ')}`);
  return [...faults, ...circles(graph)];
}

function arrowFaults(file: string, target: string, sources: Sources): string[] {
  if (!(target in sources)) return [`${file} imports ${target}, which is none of the sources`];
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return [];
  if (!ARROWS[from]?.includes(to)) return [`${file} imports ${target}: no arrow from ${from} to ${to}`];
  return target.endsWith(`${to}/index.ts`) ? [] : [`${file} imports ${target} past the door of ${to}`];
}

/** Files that import each other in a circle, each circle once. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file))
      found.push(`a circle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    else if (!done.has(file)) {
      for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    }
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync(['codec/**/*.ts', 'lib/**/*.ts'], { cwd: root });
const sources = Object.fromEntries(files.map((file) => [file, readFileSync(`${root}/${file}`, 'utf8')]));

describe('the sources of codec and lib', () => {
  it('are found, with their imports', () => {
    assert.ok(files.length > 30, `${files.length} files`);
    assert.ok(targetsOf(sources['lib/daemon/daemon.ts']!).includes('../orchestrator/index.ts'));
  });

  it('have arrows that point the right way, through doors, in no circle, one importer a package', () => {
    assert.deepEqual(faultsOf(sources), []);
  });

  it('use every arrow that they may', () => {
    const used = new Set(
      Object.entries(sources).flatMap(([file, source]) =>
        targetsOf(source)
          .filter((target) => target.startsWith('.'))
          .map((target) => `${roomOf(file)} to ${roomOf(posix.join(file, '..', target))}`),
      ),
    );
    const allowed = Object.entries(ARROWS).flatMap(([from, to]) => to.map((room) => `${from} to ${room}`));
    assert.deepEqual(
      allowed.filter((arrow) => !used.has(arrow)),
      [],
    );
  });

  it('have the arrows that docs/architecture.md shows', () => {
    const page = readFileSync(`${root}/docs/architecture.md`, 'utf8');
    const shown = [...page.matchAll(/^\| `(?:lib\/)?([\w-]+)\/` \|[^|]*\| ([^|]*) \|$/gm)].map(
      ([, room, may]) => [room, may === NOTHING ? [] : may!.split(', ').sort()],
    );
    const { lib: _, ...rooms } = ARROWS; // the door of the package
    assert.deepEqual(
      Object.fromEntries(shown),
      Object.fromEntries(Object.entries(rooms).map(([room, to]) => [room, to.toSorted()])),
    );
  });
});

describe('a program', () => {
  for (const [file, packages] of Object.entries(AT_START))
    it(`is started without packages that it may not need: ${file}`, () =>
      assert.deepEqual(loadedBy(file, sources), packages));
});

describe('the check itself (control)', () => {
  const good: Sources = {
    'codec/index.ts': "export { a } from './a.ts';",
    'codec/a.ts': "import { Parser } from 'binary-parser';\nimport { once } from 'node:events';\n",
    'lib/client/index.ts':
      "import type { A } from '../../codec/index.ts';\n// import '../daemon/index.ts';\n",
    'lib/daemon/index.ts': '',
    'lib/index.ts': "export * from './client/index.ts';",
  };
  const planted: Readonly<Record<string, readonly [file: string, source: string, fault: RegExp]>> = {
    'an import out of codec': [
      'codec/a.ts',
      "import '../lib/daemon/index.ts'",
      /no arrow from codec to daemon/,
    ],
    'an arrow of a type': [
      'lib/client/b.ts',
      "import type { D } from '../daemon/index.ts'",
      /client to daemon/,
    ],
    'an arrow of an export': ['lib/client/b.ts', "export * from '../daemon/index.ts'", /client to daemon/],
    'an arrow at run time': ['lib/client/b.ts', 'await import("../daemon/index.ts")', /client to daemon/],
    'an arrow inside a type': ['lib/client/b.ts', "let d: typeof import('../daemon/index.ts')", /to daemon/],
    'an arrow over many lines': [
      'lib/client/b.ts',
      "import {\n  D,\n} from '../daemon/index.ts'",
      /to daemon/,
    ],
    'a way past a door': [
      'lib/client/b.ts',
      "import { a } from '../../codec/a.ts'",
      /past the door of codec/,
    ],
    'an arrow to the front door': ['lib/daemon/b.ts', "import '../index.ts'", /daemon to lib/],
    'a file that is not there': ['lib/daemon/b.ts', "import './c.ts'", /none of the sources/],
    'a second importer': ['lib/daemon/b.ts', "import 'binary-parser/x'", /codec\/a.ts and lib\/daemon\/b.ts/],
    'a circle': [
      'codec/a.ts',
      "import './index.ts'",
      /circle: codec\/index.ts -> codec\/a.ts -> codec\/index.ts/,
    ],
    'a promise without an owner': ['lib/daemon/b.ts', 'if (a) void b.c();', /drops a promise with void/],
    'a listener without an owner': ['lib/daemon/b.ts', "on('a', () => void this.#b());", /drops a promise/],
    'folders that Node makes': ['lib/daemon/b.ts', 'mkdir(a, { recursive: true });', /use makeFolder/],
    'the path of a source': ['lib/daemon/b.ts', "join(a, 'b.ts')", /names 'b.ts'/],
    'a long file': ['lib/daemon/b.ts', 'a\n'.repeat(LONGEST + 1), /221 lines/],
  };

  it('finds nothing wrong with good sources', () => assert.deepEqual(faultsOf(good), []));

  for (const [what, [file, source, fault]] of Object.entries(planted))
    it(`finds ${what}`, () => {
      const faults = faultsOf({ ...good, [file]: source });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0]!, fault);
    });
});
