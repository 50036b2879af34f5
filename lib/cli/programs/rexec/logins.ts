import { Secret } from '../../../base/index.ts';
import { printableText } from '../../../text/index.ts';
import { ownName } from '../common/own-name.ts';
import { passwordFromFile, passwordFromStream, passwordFromTerminal } from '../common/password.ts';
import type { Target } from './hosts/target.ts';
import { netrcEntry } from './netrc.ts';
import type { Flags } from './options.ts';

/** Who logs in. The password may be shared with other targets: wipe it when all were called. */
export interface Login {
  readonly user: string;
  readonly password: Secret;
}

/** Where a certificate is shown, nobody is asked for a password. */
const NO_PASSWORD = Secret.empty();

/** Finds user and password for every target; asks on the terminal once for each user whose password nothing else tells. */
export async function findLogins(targets: readonly Target[], flags: Flags): Promise<Login[]> {
  const variable = process.env.REXEC_USER || undefined;
  const given = await givenPassword(flags);
  const asked = new Map<string, Promise<Secret>>();
  const netrc = { passwordKnown: given !== undefined, warn: warnings(flags) };
  const wanted = targets.map((target) => {
    const named = target.user ?? flags.user ?? flags.login ?? variable ?? target.defaults?.user;
    const entry = given && named !== undefined ? undefined : netrcEntry(target.host, named, netrc);
    const password = given ?? entry?.password ?? (flags.cert && NO_PASSWORD);
    return { target, user: named ?? entry?.login ?? ownName(), password };
  });
  const unknown = Map.groupBy(
    wanted.filter(({ password }) => !password),
    ({ user }) => user,
  );
  const logins: Login[] = [];
  for (const { target, user, password } of wanted) {
    const hosts = unknown.get(user)?.length ?? 0;
    const ask = () => passwordFromTerminal(`Password for ${user} at ${hostsShown(hosts, target)}: `);
    if (!password && !asked.has(user)) asked.set(user, ask());
    logins.push({ user, password: password ?? (await asked.get(user)!) });
  }
  return logins;
}

/** Each warning once, whatever the number of hosts. */
function warnings({ quiet }: Flags): (text: string) => void {
  const given = new Set<string>();
  return (text) => {
    if (!quiet && !given.has(text)) process.stderr.write(`rexec: warning: ${printableText(text)}\n`);
    given.add(text);
  };
}

/** What the options or REXEC_PASS give, for every host. */
async function givenPassword({ password, passwordFile }: Flags): Promise<Secret | undefined> {
  const { REXEC_PASS: variable } = process.env;
  delete process.env.REXEC_PASS;
  if (password === '-' || passwordFile === '-') return passwordFromStream(process.stdin);
  if (password !== undefined) return new Secret(Buffer.from(password));
  if (passwordFile !== undefined) return passwordFromFile(passwordFile);
  return variable ? new Secret(Buffer.from(variable)) : undefined;
}

const hostsShown = (count: number, { name }: Target): string => (count === 1 ? name : `${count} hosts`);
