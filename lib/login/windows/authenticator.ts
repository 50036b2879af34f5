import { within } from '../../base/index.ts';
import { closeHandle, inThread, machineName, type WindowsAccount } from '../../native/index.ts';
import type { AccountLists } from '../account-rules.ts';
import type { Authenticator, Credentials, Verdict } from '../authenticator.ts';
import { isLocal, nameOfAccount, refusedOnWindows } from './lists.ts';
import { namesOf } from './names.ts';
import { refusalOf } from './refusals.ts';

export interface WindowsOptions extends AccountLists {
  readonly loginSeconds: number;
  /** May users of a domain log in who have no account on this machine, and how are they spelled? */
  readonly domainUsers: boolean;
  readonly domain: string;
}

/** Time for Windows to unload the profile of a session that has ended. */
const UNLOAD_SECONDS = 30;
const NO_ACCOUNT = 'there is no such account';

const refused = (cause: string): Verdict => ({ accepted: false, cause });

/** Logs accounts of Windows on. It waits for Windows with a bound; what comes after that is closed. */
export class WindowsAuthenticator implements Authenticator {
  readonly #options: WindowsOptions;
  readonly #machine = machineName();

  constructor(options: WindowsOptions) {
    this.#options = options;
  }

  accountOf(user: string): Promise<string> {
    const named = async () => {
      const account = await this.#find(user);
      return account ? nameOfAccount(account, this.#machine) : user;
    };
    return within(this.#options.loginSeconds, named(), () => this.#late());
  }

  authenticate(credentials: Credentials): Promise<Verdict> {
    const work = this.#logOn(credentials);
    return within(this.#options.loginSeconds, work, () => {
      work.then((verdict) => (verdict.accepted ? verdict.end?.() : undefined)).catch(() => {}); // the login has failed
      return this.#late();
    });
  }

  #late(): never {
    throw new Error(`no answer from Windows within ${this.#options.loginSeconds} s (login.seconds)`);
  }

  /** A user without an account is asked for, too: that takes as long as a wrong password. */
  async #logOn({ user, secret }: Credentials): Promise<Verdict> {
    const account = await this.#find(user);
    const { domain, name } = account ?? { domain: this.#machine, name: user };
    const { allowGroups, denyGroups } = this.#options;
    const wantsGroups = allowGroups.length + denyGroups.length > 0;
    const password = Uint8Array.from(secret.bytes); // a copy, which is the thread's
    const answer = await inThread('logOn', [domain, name, password, wantsGroups], [password.buffer]);
    if ('error' in answer) return refused(account ? refusalOf(answer.error) : NO_ACCOUNT);
    const { token } = answer;
    try {
      const cause = account && refusedOnWindows(this.#options, this.#machine, account, answer);
      if (account && cause === undefined && secret.length > 0) return await this.#enter(account, token);
      closeHandle(token);
      return refused(cause ?? (account ? 'empty password' : NO_ACCOUNT));
    } catch (error) {
      closeHandle(token);
      throw error;
    }
  }

  /** The account of this machine, else that of a domain. */
  async #find(user: string): Promise<WindowsAccount | undefined> {
    for (const { name, local } of namesOf(user, this.#machine, this.#options)) {
      const account = await inThread('findWindowsAccount', [name]);
      if (account && isLocal(account, this.#machine) === local) return account;
    }
    return undefined;
  }

  async #enter(account: WindowsAccount, token: number): Promise<Verdict> {
    const { handle, folder, environment } = await inThread('loadProfile', [token, account.name]);
    const user = nameOfAccount(account, this.#machine);
    return {
      accepted: true,
      identity: { user, uid: -1, gid: -1, groups: [], home: folder, shell: null },
      environment,
      token,
      end: () => leave(user, token, handle),
    };
  }
}

/** @throws Error if Windows does not unload the profile, or not in time; the token is closed once it has answered */
async function leave(user: string, token: number, profile: number): Promise<void> {
  const work = inThread('unloadProfile', [token, profile]).finally(() => closeHandle(token));
  await within(UNLOAD_SECONDS, work, () => {
    throw new Error(`the profile of ${user} was not unloaded within ${UNLOAD_SECONDS} s`);
  });
}
