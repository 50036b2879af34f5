import { randomBytes, scryptSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from '../../../daemon/index.ts';
import { EventLog, type Events } from '../../../events/index.ts';
import { type Login, type Target, targets } from '../../../fuzz/index.ts';
import { type Authenticator, usersFile } from '../../../login/index.ts';
import { loadSettings } from '../../../settings/index.ts';

/** Our daemon, in this process, on a free loopback port, with one account whose commands run as this one. */
export interface OwnDaemon {
  readonly target: Target;
  readonly login: Login;
  /** Sessions and readers that ended by a defect, by their causes. */
  readonly defects: readonly string[];
}

const USER = 'fuzz';
/**
 * What is fuzzed is the daemon, so a login takes next to no time; nobody is locked out, and no profile is read. As root its
 * readers have an account that every machine has.
 */
const SETTINGS = {
  port: 0,
  refusalSeconds: 0.1,
  lockoutFailures: 0,
  readerAccount: 'nobody',
  crashPenaltySeconds: 0,
  profile: false,
  drainSeconds: 0.3,
  killSeconds: 0.3,
} as const;

const DEFECTS = ['sessionBroken', 'readerDied', 'readerMisbehaved'];

export async function ownDaemon(): Promise<OwnDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'rexec-fuzz-'));
  const password = randomBytes(12).toString('base64url');
  const file = join(folder, 'users');
  await writeFile(file, `${USER}:${quickHash(password)}\n`, { mode: 0o600 });
  const log = new EventLog({ sinks: ['file'], file: join(folder, 'log') }); // errors, in a file that is bounded
  const defects: string[] = [];
  const events: Events = {
    emit(name, fields) {
      if (DEFECTS.includes(name) && 'cause' in fields) defects.push(String(fields.cause));
      log.emit(name, fields);
    },
  };
  const daemon = new Daemon(loadSettings({}, SETTINGS), {
    authenticator: withPlainShell(await usersFile(file)),
    events,
  });
  const { address, port } = await daemon.listen();
  const target = await targets.address(address, port, { pid: process.pid });
  const close = async (): Promise<void> => {
    await daemon.stop(AbortSignal.abort());
    await log.close();
    await rm(folder, { recursive: true });
  };
  return {
    target: { ...target, name: 'daemon', close },
    login: { user: USER, password },
    defects,
  };
}

/** A shell that reads no file: what is fuzzed is not this account's start-up. */
function withPlainShell(users: Authenticator): Authenticator {
  return {
    async authenticate(credentials) {
      const verdict = await users.authenticate(credentials);
      return verdict.accepted ? { ...verdict, identity: { ...verdict.identity, shell: '/bin/sh' } } : verdict;
    },
  };
}

/** In the PHC format, by an scrypt that costs next to nothing. */
function quickHash(password: string): string {
  const salt = randomBytes(16);
  const spelled = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=4,r=8,p=1$${spelled(salt)}$${spelled(scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 }))}`;
}
