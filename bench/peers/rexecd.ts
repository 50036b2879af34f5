import { type ChildProcess, spawnSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAEMON_FLAGS } from '../../lib/service/index.ts';
import type { Bench, Missing } from '../question.ts';
import { ACCOUNT, type Host, portOf, ROOT } from './host.ts';

const PROGRAM = 'lib/cli/rexecd.ts';

export interface Variant {
  readonly name: string;
  readonly flags: readonly string[];
}

/** How to start a daemon. */
export interface RexecdOptions {
  readonly flags?: readonly string[];
  /** Who may log in: users of a file with a cheap hash, or the machine's account by PAM. */
  readonly users?: 'file' | 'pam';
  readonly environment?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** A program that runs it, and its words. */
  readonly through?: readonly string[];
  /** The Node.js that runs it; this one, unless told otherwise. */
  readonly node?: string;
  /** Another program than the sources'. */
  readonly program?: string;
}

export interface Rexecd {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Every machine has this account. */
const READERS = ['REXECD_READER_ACCOUNT=nobody'];
const NO_LOCKOUT = ['--lockout-failures', '0'];

/** The default. */
export const EXECA: Variant = { name: 'rexecd, execa', flags: [] };
export const POSIX_SPAWN: Variant = { name: 'rexecd, posix-spawn', flags: ['--launcher', 'posix-spawn'] };

let help: string | undefined;

/** The variants that this rexecd has, and those it does not have, by name. */
export function variants(wanted: readonly Variant[]): {
  there: readonly Variant[];
  missing: readonly Missing[];
} {
  help ??= spawnSync(process.execPath, [PROGRAM, '--help'], { cwd: ROOT, encoding: 'utf8' }).stdout;
  const lacks = (flag: string) => !new RegExp(`^ +${flag} `, 'm').test(help!);
  const there: Variant[] = [];
  const missing: Missing[] = [];
  for (const variant of wanted) {
    const flags = variant.flags.filter((word) => word.startsWith('--'));
    const lacking = flags.filter(lacks);
    if (lacking.length > 0)
      missing.push({ name: variant.name, reason: `this rexecd has no ${lacking.join(' and no ')}` });
    else there.push(variant);
  }
  return { there, missing };
}

/** Starts rexecd as anybody would; resolves once it listens. */
export async function startRexecd(bench: Bench, host: Host, options: RexecdOptions = {}): Promise<Rexecd> {
  const { flags = [], users = 'file', environment = [], nodeFlags = [], program = PROGRAM } = options;
  const { through = [], node = process.execPath } = options;
  const who =
    users === 'pam'
      ? ['--pam-service', 'rexec']
      : ['--users', usersFile(bench), '--allow-root', 'true', '--profile', 'false'];
  const words = [
    ...DAEMON_FLAGS,
    ...nodeFlags,
    program,
    '-debug',
    '--port',
    '0',
    ...NO_LOCKOUT,
    ...who,
    ...flags,
  ];
  const [file = '', ...all] = [...through, node, ...words];
  const child = host.start(bench, file, all, [...READERS, ...environment]);
  return { child, port: await portOf(child) };
}

/** A users file that knows {@link ACCOUNT} by a hash that takes no time. */
function usersFile({ folder }: Bench): string {
  const path = join(folder, 'users');
  const salt = Buffer.alloc(8, 'salt');
  const spell = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const key = scryptSync(ACCOUNT.password, salt, 32, { N: 16, r: 8, p: 1 });
  writeFileSync(path, `${ACCOUNT.user}:$scrypt$ln=4,r=8,p=1$${spell(salt)}$${spell(key)}\n`, { mode: 0o600 });
  return path;
}
