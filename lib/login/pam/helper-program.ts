import { readFileSync } from 'node:fs';
import { Parent, reasonOf, Secret } from '../../base/index.ts';
import {
  type Account,
  findAccount,
  findGroupName,
  groupsOf,
  PamError,
  PamTransaction,
} from '../../native/index.ts';
import { exactText } from '../../text/index.ts';
import { machineNow } from '../account-rules.ts';
import { type AnswerTo, type Asked, QUESTIONS, type Question } from './helper-protocol.ts';
import { checkPamService, hasSessionModules } from './service.ts';

const LINE = 3; // to the daemon and back
const PASSWORDS = '/etc/shadow';
const LOCAL_USERS = '/etc/passwd';

/** The users of this machine and their uids. */
type LocalUsers = ReadonlyMap<string, number>;

/**
 * The login helper: a process of its own, because PAM and name service modules are other people's code. They may crash,
 * hang, take memory (which makes every fork more expensive) or change what the process is, and the daemon keeps running.
 */
class LoginHelperProgram {
  /** A transaction that never ends keeps the modules of the service loaded: to load them takes as long as a login. */
  #keeper: PamTransaction | undefined;

  serve(): void {
    new Parent({
      pipe: LINE,
      questions: QUESTIONS,
      answer: (question, secret) => this.#answer(question, secret),
      refuses: (error) => error instanceof PamError,
      orders: {},
      obey: async () => {},
      closed: async () => process.exit(),
    }).ready();
  }

  #answer(question: Question, secret: Secret): Promise<object> {
    if (question.say === 'authenticate') return this.#authenticate(question, secret);
    return question.say === 'account' ? askAccount(question) : closeSession(question);
  }

  async #authenticate(question: Asked<'authenticate'>, secret: Secret): Promise<AnswerTo<'authenticate'>> {
    const { service, address } = question;
    checkPamService(service);
    const local = localUsers();
    const candidate = await accountFor(question, local);
    const peer = { service, address, user: candidate?.name ?? question.user };
    this.#keeper ??= await PamTransaction.start(peer, Secret.empty());
    const pam = await PamTransaction.start(peer, secret);
    try {
      if (!question.vouched)
        await pam.authenticate().catch((error) => {
          throw candidate ? error : new PamError(`${reasonOf(error)}; there is no such account`);
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
}

async function askAccount(question: Asked<'account'>): Promise<AnswerTo<'account'>> {
  const account = await accountFor(question, localUsers());
  return { account: account?.name ?? question.user };
}

/** The local account, else the first domain account whose name is not a local user's. */
async function accountFor(
  { user, domainNames }: Omit<Asked<'account'>, 'say'>,
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
  const lines = exactText(readFileSync(PASSWORDS)).split('\n');
  if (lines.some((line) => line.startsWith(`${user}:!`))) throw new PamError('the account is locked');
}

function localUsers(): LocalUsers {
  const lines = exactText(readFileSync(LOCAL_USERS)).split('\n');
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , uid]) => [name, Number(uid)]));
}

const identityOf = ({ name, uid, gid, home, shell }: Account) => ({ user: name, uid, gid, home, shell });

/** The process that opened the session has become its user and ended: the modules are called with what it was given. */
async function closeSession({ service, user, address, environment }: Asked<'closeSession'>): Promise<object> {
  const pam = await PamTransaction.start({ service, user, address }, Secret.empty());
  try {
    pam.setEnvironment(environment);
    await pam.closeSession();
  } finally {
    pam.end();
  }
  return {};
}

new LoginHelperProgram().serve();
