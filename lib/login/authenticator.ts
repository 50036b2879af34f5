import type { Identity } from './identity.ts';

/** What a peer claims. The secret's bytes belong to the caller, who wipes them. */
export interface Credentials {
  readonly user: string;
  readonly secret: Buffer;
}

/** Either the account to run as, or why not: the cause is for the log, never for the peer. */
export type Verdict =
  | { readonly accepted: true; readonly identity: Identity }
  | { readonly accepted: false; readonly cause: string };

/** Decides who may log in. It takes about the same time for an unknown user as for a wrong password. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Verdict>;
}

/** The default: nobody logs in until an administrator says who may. */
export const denyEveryone: Authenticator = {
  authenticate: async () => ({ accepted: false, cause: 'no users file is set' }),
};
