import {
  dropInheritedCapabilities,
  type Limits,
  PamTransaction,
  processLimits,
  setProcessLimits,
} from '../native/index.ts';
import type { Owner } from './host-protocol.ts';

/** What a host has from its PAM session, for its commands. */
export interface Became {
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

/** Limits under which Node cannot live, or that count for the host what is meant for a command. */
const FOR_COMMANDS = ['cpu', 'fsize', 'data', 'stack', 'nproc', 'nofile', 'as', 'rttime'];

/**
 * Makes this process the owner's for good: its PAM session, if it has one, then groups, gid and uid, in all threads. A
 * process that is not root can only be who it is.
 *
 * @throws PamError; Error if the system refuses
 */
export function become({ identity, service }: Owner, address: string): Became {
  const { user, uid, gid, groups } = identity;
  const root = process.getuid?.() === 0;
  if (!root && uid !== process.getuid?.()) throw new Error(`cannot become ${user} (uid ${uid}) without root`);
  const session =
    root && service !== undefined ? openSession(service, user, address) : { environment: {}, limits: {} };
  dropInheritedCapabilities();
  if (root) {
    process.setgroups?.([...groups]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  }
  process.title = `rexecd: ${user.toWellFormed()}`;
  return session;
}

/** The session acts on this process; what it could not live under is undone, and given to its commands. */
function openSession(service: string, user: string, address: string): Became {
  const before = processLimits();
  const environment = PamTransaction.openSessionHere({ service, user, address });
  const after = processLimits();
  const changed = FOR_COMMANDS.filter((name) => after[name] !== before[name]);
  for (const name of changed) undo(name, before[name]!, after[name]!);
  return { environment, limits: Object.fromEntries(changed.map((name) => [name, after[name]!])) };
}

/** Without CAP_SYS_RESOURCE a hard limit stays lowered; then this process has all that is left of it. */
function undo(name: string, before: string, after: string): void {
  try {
    setProcessLimits({ [name]: before });
  } catch {
    const [, hard] = after.split(':');
    setProcessLimits({ [name]: `${hard}:${hard}` });
  }
}
