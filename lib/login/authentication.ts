import { readFileSync } from 'node:fs';
import {
  type Account,
  findAccount,
  findGroupName,
  groupsOf,
  PamError,
  PamTransaction,
} from '../native/index.ts';
import { machineNow } from './account-rules.ts';
import type { Authenticate, Authenticated } from './helper-protocol.ts';
import { checkPamService, hasSessionModules } from './pam-service.ts';

const LOCAL_USERS = '/etc/passwd';

/**
 * Is it this user, and what account is it? For a thread that may wait. The caller wipes the secret.
 *
 * @throws PamError with PAM's words; PamServiceError
 */
export function authenticate(question: Authenticate, secret: Buffer): Authenticated {
  const { service, address } = question;
  checkPamService(service);
  const candidate = accountFor(question);
  const pam = PamTransaction.start({ service, address, user: candidate?.name ?? question.user }, secret);
  try {
    authenticateBy(pam, candidate);
    if (!candidate) throw new PamError('no account of that name');
    pam.checkAccount();
    const account = candidate.name === pam.user ? candidate : findAccount(pam.user);
    if (!account) throw new PamError(`PAM names the user ${pam.user}, who has no account`);
    checkSource(account, question.user);
    pam.establishCredentials();
    const groups = groupsOf(account);
    const names = question.wantsGroupNames ? groups.map(findGroupName) : [];
    return {
      identity: { ...identityOf(account), groups },
      groupNames: names.filter((name) => name !== undefined),
      environment: pam.environment(),
      machine: machineNow(),
      sessions: hasSessionModules(service),
    };
  } finally {
    pam.end();
  }
}

function authenticateBy(pam: PamTransaction, candidate: Account | undefined): void {
  try {
    pam.authenticate();
  } catch (error) {
    throw candidate ? error : new PamError(`${(error as Error).message}; no account of that name`);
  }
}

/** The local account, else the first domain account whose name is not a local user's. */
function accountFor({ user, domainNames }: Authenticate): Account | undefined {
  const local = localUsers();
  if (local.has(user)) return findAccount(user);
  for (const name of domainNames) {
    const account = local.has(name) ? undefined : findAccount(name);
    if (account) return account;
  }
  return undefined;
}

/**
 * SECURITY: name sources may know a name or a number of the local users as well, and PAM may give a user another name:
 * neither may turn a domain user into a local one, or the other way round.
 */
function checkSource({ name, uid }: Account, asked: string): void {
  const local = localUsers();
  const isLocal = local.get(name) === uid;
  if (local.has(asked) && !isLocal)
    throw new PamError(`${asked} is a local user, and ${name} (${uid}) is not`);
  if (!local.has(asked) && (local.has(name) || [...local.values()].includes(uid)))
    throw new PamError(`the domain user ${name} has the name or the uid ${uid} of a local user`);
}

/** The users of this machine and their uids. */
function localUsers(): ReadonlyMap<string, number> {
  const lines = readFileSync(LOCAL_USERS, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , uid]) => [name, Number(uid)]));
}

const identityOf = ({ name, uid, gid, home, shell }: Account) => ({ user: name, uid, gid, home, shell });
