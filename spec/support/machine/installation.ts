import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Ended, type Program, type ProgramOptions, run, temporaryFolder } from '../program.ts';
import { lineFor, onTerminal } from '../terminal.ts';

/** What one run compiles, the next need not: there are many. */
const COMPILED = mkdtempSync(join(tmpdir(), 'rexec-compiled-'));
process.on('exit', () => rmSync(COMPILED, { recursive: true, force: true }));
const env = { NODE_COMPILE_CACHE: COMPILED };

/** Settings and policy file of a daemon, in a folder of the test's own. */
export class Installation {
  readonly #t: TestContext;
  readonly folder: string;
  readonly file: string;
  readonly policy: string;

  /** Without a text there is no settings file. */
  constructor(t: TestContext, text?: string, policy = '') {
    this.#t = t;
    this.folder = temporaryFolder(t);
    this.file = join(this.folder, 'rexecd.toml');
    this.policy = join(this.folder, 'policy.toml');
    if (text !== undefined) this.write(text);
    writeFileSync(this.policy, policy, { mode: 0o644 });
  }

  get text(): string {
    return readFileSync(this.file, 'utf8');
  }

  write(text: string): void {
    writeFileSync(this.file, text, { mode: 0o644 });
  }

  /** rconfig with these words, to its end; it tells no daemon. */
  rconfig(...words: string[]): Promise<Ended> {
    return this.run(['--no-reload', ...words]);
  }

  run(words: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
    return run(this.#t, 'rconfig', [...this.#files, ...words], {
      ...options,
      env: { ...env, ...options.env },
    });
  }

  /** The same on a terminal so many columns wide. */
  onTerminal(words: readonly string[], columns = 80): Program {
    const line = lineFor('rconfig', [...this.#files, ...words]);
    return onTerminal(this.#t, `stty cols ${columns} -echo; exec ${line}`, { env });
  }

  get #files(): string[] {
    return ['--config', this.file, '--policy', this.policy];
  }
}
