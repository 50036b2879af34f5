import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { ignoreSignals, STRAY_SIGNALS } from '../base/index.ts';
import { encodeMessage, type Message, MessageReader } from '../messages/index.ts';
import {
  type Account,
  findAccount,
  findGroupName,
  groupsOf,
  PamError,
  PamTransaction,
  processTraits,
  restoreProcessTraits,
} from '../native/index.ts';
import { machineNow } from './account-rules.ts';
import type {
  AccountFound,
  AskAccount,
  Authenticate,
  Authenticated,
  OpenSession,
  Question,
  SessionOpened,
} from './helper-protocol.ts';
import { checkPamService, hasSessionModules } from './pam-service.ts';

// The login helper: a process of its own, because PAM and name service modules are other people's code. They may crash,
// hang, take memory (which makes every fork more expensive) or change what the process is, and the daemon keeps running.

const LINE = 3; // to the daemon and back
const PASSWORDS = '/etc/shadow';
const LOCAL_USERS = '/etc/passwd';
const NO_SECRET = Buffer.alloc(0);

/** The users of this machine and their uids. */
type LocalUsers = ReadonlyMap<string, number>;

const sessions = new Map<string, PamTransaction>();
const inherited = await processTraits();
/** A transaction that never ends keeps the modules of the service loaded: to load them takes as long as a login. */
const keepers: PamTransaction[] = [];
let spoilt = false; // a limit that was lowered could not be raised again
let lastSession = 0;
let gone = false; // the daemon
let turn: Promise<unknown> = Promise.resolve();

const line = new Socket({ fd: LINE });
const reader = new MessageReader();
line.on('data', (chunk: Buffer) => {
  for (const message of reader.push(chunk)) answer(message).catch(() => line.destroy());
});
line.on('error', () => {}); // a daemon that was killed with answers unread: 'close' tells
line.once('close', () => {
  gone = true;
  turn
    .then(() => Promise.allSettled([...sessions.keys()].map((session) => closeSession(session))))
    .finally(() => process.exit());
});
ignoreSignals(['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', ...STRAY_SIGNALS]); // it ends with the daemon

async function answer({ body, secret }: Message): Promise<void> {
  const { id, ...question } = body as Question & { id: number };
  try {
    line.write(encodeMessage({ id, ...(await act(question as Question, secret)) }));
  } catch (error) {
    const { message } = error as Error;
    line.write(encodeMessage({ id, cause: message, refused: error instanceof PamError }));
  } finally {
    secret.fill(0);
  }
}

function act(question: Question, secret: Buffer): Promise<object> {
  if (question.ask === 'authenticate') return authenticate(question, secret);
  if (question.ask === 'account') return askAccount(question);
  // One after another: a session changes this process, which must be what it was for the next one.
  const done = turn.then(() =>
    question.ask === 'openSession' ? openSession(question) : closeSession(question.session),
  );
  turn = done.catch(() => {});
  return done;
}

async function authenticate(question: Authenticate, secret: Buffer): Promise<Authenticated> {
  const { service, address } = question;
  checkPamService(service);
  const local = localUsers();
  const candidate = await accountFor(question, local);
  const peer = { service, address, user: candidate?.name ?? question.user };
  if (keepers.length === 0) keepers.push(await PamTransaction.start(peer, NO_SECRET));
  const pam = await PamTransaction.start(peer, secret);
  try {
    if (!question.vouched)
      await pam.authenticate().catch((error: Error) => {
        throw candidate ? error : new PamError(`${error.message}; there is no such account`);
      });
    if (!candidate) throw new PamError('there is no such account');
    if (question.vouched) checkUnlocked(candidate.name);
    await pam.checkAccount();
    const account = candidate.name === pam.user ? candidate : await findAccount(pam.user);
    if (!account) throw new PamError(`PAM changed the user name to ${pam.user}, which has no account`);
    checkSource(account, question.user, local);
    await pam.establishCredentials();
    const groups = await groupsOf(account);
    const names = await Promise.all(question.wantsGroupNames ? groups.map(findGroupName) : []);
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

async function askAccount(question: AskAccount): Promise<AccountFound> {
  const account = await accountFor(question, localUsers());
  return { account: account?.name ?? question.user };
}

/** The local account, else the first domain account whose name is not a local user's. */
async function accountFor(
  { user, domainNames }: Pick<Authenticate, 'user' | 'domainNames'>,
  local: LocalUsers,
): Promise<Account | undefined> {
  if (local.has(user)) return findAccount(user);
  for (const name of domainNames) {
    const account = local.has(name) ? undefined : await findAccount(name);
    if (account) return account;
  }
  return undefined;
}

/**
 * SECURITY: name sources may know a name or a number of the local users as well, and PAM may give a user another name:
 * neither may turn a domain user into a local one, or the other way round.
 */
function checkSource({ name, uid }: Account, asked: string, local: LocalUsers): void {
  const isLocal = local.get(name) === uid;
  if (local.has(asked) && !isLocal)
    throw new PamError(
      `${asked} is a local user, but ${name} (uid ${uid}), the account found for it, is not`,
    );
  if (!local.has(asked) && (local.has(name) || [...local.values()].includes(uid)))
    throw new PamError(`domain user ${name} has the same name or uid (${uid}) as a local user`);
}

/** SECURITY: a lock is a mark on the password (passwd -l), which nobody else looks at where no password is asked for. */
function checkUnlocked(user: string): void {
  const lines = readFileSync(PASSWORDS, 'utf8').split('\n');
  if (lines.some((line) => line.startsWith(`${user}:!`))) throw new PamError('the account is locked');
}

function localUsers(): LocalUsers {
  const lines = readFileSync(LOCAL_USERS, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , uid]) => [name, Number(uid)]));
}

const identityOf = ({ name, uid, gid, home, shell }: Account) => ({ user: name, uid, gid, home, shell });

async function openSession({ service, user, address }: OpenSession): Promise<SessionOpened> {
  if (gone) throw new Error('the daemon is gone');
  if (spoilt) return { session: '', environment: {}, traits: inherited, spoilt };
  const pam = await PamTransaction.start({ service, user, address }, NO_SECRET);
  try {
    await pam.openSession();
    const { limits, umask, niceness } = await processTraits();
    const changed = Object.entries(limits).filter(([name, limit]) => limit !== inherited.limits[name]);
    lastSession += 1;
    const session = `${process.pid}.${lastSession}`;
    sessions.set(session, pam);
    const traits = { limits: Object.fromEntries(changed), umask, niceness };
    await restore();
    return { session, environment: pam.environment(), traits, spoilt };
  } catch (error) {
    pam.end();
    await restore();
    throw error;
  }
}

/** Takes CAP_SYS_RESOURCE where a session lowered a hard limit. */
async function restore(): Promise<void> {
  await restoreProcessTraits(inherited).catch(() => {
    spoilt = true;
  });
}

async function closeSession(session: string): Promise<object> {
  const pam = sessions.get(session);
  sessions.delete(session);
  try {
    await pam?.closeSession();
  } finally {
    pam?.end();
  }
  return {};
}
