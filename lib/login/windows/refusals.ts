/** Why Windows does not let an account in, by the number of its error (ERROR_… of winerror.h). */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1326, 'wrong password'],
  [1327, 'a restriction of the account, such as an empty password'],
  [1328, 'the account may not log in at this hour'],
  [1329, 'the account may not log in to this machine'],
  [1330, 'the password has expired'],
  [1331, 'the account is disabled'],
  [1380, 'the account may not log in in this way'],
  [1385, 'the account does not have the right "Access this computer from the network"'],
  [1793, 'the account has expired'],
  [1907, 'the password must be changed before the first login'],
  [1909, 'Windows has locked the account'],
]);

/** Why Windows cannot tell whether it lets an account in. */
const FAILURES: ReadonlyMap<number, string> = new Map([
  [1311, 'no domain controller answers'],
  [1314, 'rexecd lacks a privilege'],
  [1355, 'the domain cannot be reached'],
  [1398, 'the clocks of this machine and the domain differ too much'],
  [1787, 'the domain does not know this machine'],
  [1788, 'the trust between two domains is broken'],
  [1789, 'the trust between this machine and its domain is broken'],
]);

/** What an error of a logon means. @returns the cause of a refusal @throws Error if it says nothing about the user */
export function refusalOf(error: number): string {
  const refusal = REFUSALS.get(error);
  if (refusal !== undefined) return `${refusal} (error ${error})`;
  throw new Error(
    `Windows cannot check the login: ${FAILURES.get(error) ?? 'unknown cause'} (error ${error})`,
  );
}
