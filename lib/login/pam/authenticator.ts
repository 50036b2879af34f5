import { type AccountRules, refusedBy } from '../account-rules.ts';
import type { Authenticator, Verdict } from '../authenticator.ts';
import { domainNames } from './domain-users.ts';
import { LoginHelperError } from './helper-process.ts';
import type { AnswerTo } from './helper-protocol.ts';
import { LoginHelper } from './login-helper.ts';
import { checkPamService } from './service.ts';

export interface PamOptions extends AccountRules {
  readonly pamService: string;
  /** Logins that are worked on at once; others wait. */
  readonly loginThreads: number;
  readonly loginSeconds: number;
  /** May users log in who are not in /etc/passwd, and how are they spelled? */
  readonly domainUsers: boolean;
  readonly domain: string;
}

/**
 * The system's own accounts: PAM decides about the password and the account, the rules about the rest. A helper process
 * asks it, many logins at a time. Sessions are opened by the process that becomes the user.
 *
 * @throws PamServiceError when the service has no file
 */
export async function pamAuthenticator(options: PamOptions): Promise<Authenticator> {
  const { pamService: service, loginThreads, loginSeconds, domainUsers, domain } = options;
  checkPamService(service);
  const wantsGroupNames = options.allowGroups.length + options.denyGroups.length > 0;
  const logins = new LoginHelper({ threads: loginThreads, seconds: loginSeconds });

  function accept({ identity, environment, sessions }: AnswerTo<'authenticate'>, address: string): Verdict {
    const { user } = identity;
    if (!sessions) return { accepted: true, identity, environment };
    const close = (own: Readonly<Record<string, string>>) =>
      logins.ask({ say: 'closeSession', service, user, address, environment: own }).then(() => {});
    return { accepted: true, identity, environment, session: { service, close } };
  }

  return {
    // Local users have one spelling, and PAM alone is asked about them.
    ...(domainUsers && {
      accountOf: async (user: string) => {
        const names = domainNames(user, domain);
        return (await logins.ask({ say: 'account', user, domainNames: names })).account;
      },
    }),
    async authenticate({ user, secret, address, vouched = false }) {
      const empty = secret.length === 0 && !vouched;
      try {
        const names = domainUsers ? domainNames(user, domain) : [];
        const who = { service, user, address, vouched, domainNames: names, wantsGroupNames };
        const question = { say: 'authenticate', ...who } as const;
        const authenticated = await logins.ask(question, secret);
        const { identity, groupNames, machine } = authenticated;
        const cause = empty ? 'empty password' : refusedBy(options, identity, groupNames, machine);
        return cause === undefined ? accept(authenticated, address) : { accepted: false, cause };
      } catch (error) {
        if (error instanceof LoginHelperError && error.refused)
          return { accepted: false, cause: error.message };
        throw error;
      }
    },
    end: () => logins.end(),
  };
}
