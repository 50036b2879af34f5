import { type AccountRules, refusedBy } from './account-rules.ts';
import type { Authenticator, Verdict } from './authenticator.ts';
import { domainNames } from './domain-users.ts';
import { LoginHelperError } from './helper-process.ts';
import type { Authenticated } from './helper-protocol.ts';
import { LoginHelper } from './login-helper.ts';
import { checkPamService } from './pam-service.ts';

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
 * The system's own accounts: PAM decides about the password and the account, the rules about the rest. Two helper
 * processes do it: one that authenticates, many at a time, and one that opens sessions, one after another.
 *
 * @throws PamServiceError when the service has no file
 */
export async function pamAuthenticator(options: PamOptions): Promise<Authenticator> {
  const { pamService: service, loginThreads, loginSeconds, domainUsers, domain } = options;
  checkPamService(service);
  const wantsGroupNames = options.allowGroups.length + options.denyGroups.length > 0;
  const logins = new LoginHelper({ threads: loginThreads, seconds: loginSeconds });
  const sessions = new LoginHelper({ threads: 1, seconds: loginSeconds });

  async function open(
    { identity, environment, sessions: wanted }: Authenticated,
    address: string,
  ): Promise<Verdict> {
    const { user } = identity;
    if (!wanted) return { accepted: true, identity, environment };
    const [opened, end] = await sessions.openSession({ ask: 'openSession', service, user, address });
    return {
      accepted: true,
      identity,
      environment: { ...environment, ...opened.environment },
      traits: opened.traits,
      end,
    };
  }

  return {
    // Local users have one spelling, and PAM alone is asked about them.
    ...(domainUsers && {
      accountOf: async (user: string) => {
        const names = domainNames(user, domain);
        return (await logins.ask({ ask: 'account', user, domainNames: names })).account;
      },
    }),
    async authenticate({ user, secret, address, vouched = false }) {
      const empty = secret.length === 0 && !vouched; // it is wiped by the time PAM has answered
      try {
        const names = domainUsers ? domainNames(user, domain) : [];
        const who = { service, user, address, vouched, domainNames: names, wantsGroupNames };
        const question = { ask: 'authenticate', ...who } as const;
        const authenticated = await logins.ask(question, secret);
        const { identity, groupNames, machine } = authenticated;
        const cause = empty ? 'empty password' : refusedBy(options, identity, groupNames, machine);
        return cause === undefined ? await open(authenticated, address) : { accepted: false, cause };
      } catch (error) {
        if (error instanceof LoginHelperError && error.refused)
          return { accepted: false, cause: error.message };
        throw error;
      }
    },
    end: () => Promise.all([logins.end(), sessions.end()]).then(() => {}),
  };
}
