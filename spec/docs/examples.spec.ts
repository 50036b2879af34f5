import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { format } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { findProgram, PATIENT, Program, ROOT, ROOT_MAY, temporaryFolder } from '../support/program.ts';

/** Each with what it takes; the second of a line goes on with the daemons of the first. */
const DOCUMENTS: readonly (readonly [documents: readonly string[], needs: string])[] = [
  [['docs/guide.md', 'docs/many-hosts.md', 'docs/coming-from.md'], 'tar'],
  [['docs/tls.md'], 'openssl'],
];
const DOOR = new URL('../../lib/index.ts', import.meta.url).href;
/** Ports as the guide has them: the daemons', and one that is let through a firewall. */
const [PORT, OPEN_PORT] = ['5512', '5513'];
/** For the daemons: what this account's profile prints is none of the guide's. */
const SETTINGS = { ...ROOT_MAY, REXECD_PROFILE: 'false', REXECD_REFUSAL_SECONDS: '0.05' } as const;

type Block = { readonly kind: 'console' | 'js'; readonly text: string };

/** Each heading and what stands below it to be run. */
const sectionsOf = (document: string): readonly (readonly [title: string, blocks: readonly Block[]])[] =>
  readFileSync(join(ROOT, document), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section): readonly [title: string, blocks: readonly Block[]] => {
      const blocks = section.matchAll(/^```(?<kind>console|js)\n(?<text>.*?)^```/gms);
      const title = `${document}: ${section.split('\n', 1)[0]}`;
      return [title, [...blocks].map(({ groups }) => groups as unknown as Block)];
    })
    .filter(([, blocks]) => blocks.length > 0);

/** Commands of a console and what each prints. */
const commandsOf = (text: string): readonly (readonly [command: string, lines: readonly string[]])[] =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.trimEnd().split('\n');
      return [command, lines];
    });

/** What a line of the guide stands for: its times are of another machine. */
const patternOf = (line: string): RegExp => {
  const plain = line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${plain.replaceAll('…', '.*').replaceAll(/\d+\\\.\d{2,3}(?!\d|\\\.)/g, '\\d+(?:\\.\\d{1,3})?')}\\s*$`,
  );
};

/** A machine as the guide's reader has it: our programs on the path, an empty home. */
class Reader {
  readonly #t: TestContext;
  readonly #home: string;
  #port = '0';
  #openPort = '0';

  constructor(t: TestContext) {
    this.#t = t;
    this.#home = temporaryFolder(t);
    const bin = join(this.#home, 'bin');
    mkdirSync(bin);
    for (const name of ['rexec', 'rexecd']) {
      const program = `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/lib/cli/${name}.ts' "$@"\n`;
      writeFileSync(join(bin, name), program);
      chmodSync(join(bin, name), 0o755);
    }
  }

  async type(command: string, expected: readonly string[]): Promise<void> {
    if (command.endsWith('&')) return this.#serve(command.slice(0, -1));
    const { stdout } = await this.#shell(`exec 2>&1\n${this.#here(command)}`).end();
    const printed = Buffer.from(stdout, 'latin1').toString().split('\n').slice(0, -1);
    const wanted = expected.map((line) => this.#here(line));
    if (command.includes('-w ')) for (const lines of [printed, wanted]) lines.sort(); // hosts come as they come
    const isSame =
      printed.length === wanted.length && wanted.every((line, at) => patternOf(line).test(printed[at]!));
    if (!isSame) assert.deepEqual(printed, wanted, command);
  }

  /** Runs a module; compares what it prints. */
  async execute(t: TestContext, code: string): Promise<void> {
    const source = this.#here(code).replaceAll("'rexecd'", JSON.stringify(DOOR));
    const printed: string[] = [];
    const log = t.mock.method(console, 'log', (...values: unknown[]) => printed.push(format(...values)));
    await import(`data:text/javascript,${encodeURIComponent(source)}`).finally(() => log.mock.restore());
    const wanted = [...code.matchAll(/^\/\/ prints (.*)$/gm)].map(([, line]) => line);
    assert.deepEqual(printed, wanted);
    assert.ok(wanted.length > 0);
  }

  async #serve(command: string): Promise<void> {
    const [, port = ''] = await this.#shell(`exec ${this.#here(command)}`).says(
      /listening on \S+ port (\d+);/,
    );
    this.#port = port;
    this.#openPort = String(await freePort());
  }

  #shell(script: string): Program {
    const env = { ...SETTINGS, HOME: this.#home, PATH: `${this.#home}/bin:${process.env.PATH}` };
    return new Program(this.#t, 'sh', ['-c', script], { cwd: this.#home, env, stdin: '' });
  }

  /** The first daemon takes a free port, which stands for the guide's from then on. */
  #here(text: string): string {
    return text.replaceAll(PORT, this.#port).replaceAll(OPEN_PORT, this.#openPort);
  }
}

describe('the examples', PATIENT, () => {
  for (const [documents, needs] of DOCUMENTS)
    it(`of ${documents.join(' and ')} do and print what is said`, {
      ...PATIENT,
      skip: !findProgram(needs) && `needs ${needs} (Debian: ${needs})`,
    }, async (t) => {
      const reader = new Reader(t);
      for (const [title, blocks] of documents.flatMap(sectionsOf))
        await t.test(title, PATIENT, async (part) => {
          for (const { kind, text } of blocks)
            if (kind === 'js') await reader.execute(part, text);
            else for (const [command, lines] of commandsOf(text)) await reader.type(command, lines);
        });
    });
});
