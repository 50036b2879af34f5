import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type InstallOptions, install, remove } from '../../../lib/service/index.ts';
import { temporaryFolder } from '../../support/program.ts';

export const PROGRAM = { node: process.execPath, script: '/opt/rexecd/rexecd.js' } as const;
export const CATALOG = '-- 5ab9e1ee1b9f4f7e8cc1ba1a3f2f5b0f\nSubject: rexecd listens\n';
export const MAN_PAGES = [
  { name: 'rexec.1', text: '.TH REXEC 1\n' },
  { name: 'rexecd.toml.5', text: '.TH REXECD.TOML 5\n' },
  { name: 'rexecd.8', text: `.TH REXECD 8\n${'very long '.repeat(100)}\n` },
] as const;

/** What an installation puts below its root: path and mode. */
export const FILES = {
  '/etc/rexecd/rexecd.toml': 0o644,
  '/etc/pam.d/rexecd': 0o644,
  '/lib/systemd/system/rexecd.service': 0o644,
  '/lib/systemd/system/rexecd.socket': 0o644,
  '/etc/init.d/rexecd': 0o755,
  '/etc/logrotate.d/rexecd': 0o644,
  '/usr/lib/systemd/catalog/rexecd.catalog': 0o644,
  '/usr/share/man/man1/rexec.1.gz': 0o644,
  '/usr/share/man/man5/rexecd.toml.5.gz': 0o644,
  '/usr/share/man/man8/rexecd.8.gz': 0o644,
} as const;
export const MANIFEST = '/var/lib/rexecd/manifest.json';

/** A folder that a service is installed in. */
export class Staging {
  readonly root: string;

  constructor(t: TestContext, root = temporaryFolder(t)) {
    this.root = root;
  }

  install(more: Partial<InstallOptions> = {}): Promise<string[]> {
    return install({
      ...this.#where,
      program: PROGRAM,
      catalog: CATALOG,
      messages: Buffer.alloc(0),
      manPages: MAN_PAGES,
      ...more,
    });
  }

  remove(more: { dryRun?: boolean } = {}): Promise<string[]> {
    return remove({ ...this.#where, ...more });
  }

  /** Lines as they are for this root. */
  lines(text: string): string[] {
    return text
      .trim()
      .split('\n')
      .map((line) => line.trim().replace(' /', ` ${this.root}/`));
  }

  at(path: string): string {
    return join(this.root, path);
  }

  text(path: string): string {
    return readFileSync(this.at(path), 'utf8');
  }

  /** Puts a file there, as an administrator does. */
  put(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  /** Everything there is, with all that a change of it would change. */
  picture(): Record<string, string> {
    const paths = readdirSync(this.root, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(paths.map((path) => [`/${path}`, this.#look(path)]));
  }

  /** Files and links there are, without the folders. */
  files(): string[] {
    return Object.entries(this.picture()).flatMap(([path, look]) => (look === 'folder' ? [] : [path]));
  }

  get #where() {
    return { root: this.root, dryRun: false, tell: () => {}, platform: 'linux' } as const;
  }

  #look(path: string): string {
    const stats = lstatSync(this.at(path));
    if (stats.isDirectory()) return 'folder';
    if (stats.isSymbolicLink()) return `link to ${readlinkSync(this.at(path))}`;
    return `${stats.ino} ${stats.mode.toString(8)} ${stats.mtimeMs} ${this.text(path)}`;
  }
}

/** Works as somebody who is not root. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
