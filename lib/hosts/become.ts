import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { reasonOf } from '../base/index.ts';
import {
  closeDescriptor,
  dropInheritedCapabilities,
  PamTransaction,
  processLimits,
  setProcessLimits,
} from '../native/index.ts';
import { KEPT_DESCRIPTORS, type Opened, type Owner } from './host-protocol.ts';

/** Limits under which Node cannot live, or that count for the host what is meant for a command. */
const FOR_COMMANDS = ['cpu', 'fsize', 'data', 'stack', 'nproc', 'nofile', 'as', 'rttime'];
/** Of these, those whose hard limit, lowered, ends the host or keeps it from serving. */
const DEADLY = ['cpu', 'fsize', 'data', 'nofile', 'as', 'rttime'];
const LOGIN_UID = '/proc/self/loginuid';

/**
 * Opens the PAM session of an owner on this thread, which commands are forked from. What this process could not live
 * under is undone, and kept for commands. `spoilt` if the system does not let it be undone: without CAP_SYS_RESOURCE a
 * hard limit stays lowered.
 *
 * @throws PamError if it is refused; Error if it cannot be opened under the limits that it sets
 */
export function openSession(
  service: string,
  user: string,
  address: string,
): { opened: Opened; spoilt: boolean } {
  for (const fd of KEPT_DESCRIPTORS) closeDescriptor(fd);
  globalThis.gc?.(); // until what the session lowers (`as`, `data`) is undone, there may be no memory to get
  const before = processLimits();
  const changes = () => {
    const after = processLimits();
    return [after, Object.keys(after).filter((name) => after[name] !== before[name])] as const;
  };
  let session: PamTransaction;
  try {
    session = PamTransaction.openSessionHere({ service, user, address });
  } catch (cause) {
    // Modules that fail under a limit which this process got refuse no one.
    const [, lowered] = changes();
    throw lowered.length > 0 ? new Error(reasonOf(cause), { cause }) : cause;
  }
  const [after, changed] = changes();
  const noted = changed.filter((name) => FOR_COMMANDS.includes(name));
  const kept = changed.filter((name) => !FOR_COMMANDS.includes(name));
  const stuck = noted.filter((name) => !undo(name, before[name]!));
  const valuesOf = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, after[name]!]));
  return {
    opened: {
      ...ownSession(),
      environment: session.environment(),
      limits: valuesOf(noted),
      ownLimits: valuesOf(kept),
    },
    spoilt: stuck.some((name) => DEADLY.includes(name)),
  };
}

/** What a process has that opened no session. */
export const ownSession = (): Opened => ({
  environment: {},
  limits: {},
  ownLimits: {},
  umask: process.umask(),
  niceness: getPriority(),
  loginUid: loginUid(),
});

/** Takes over what a session gave the process that opened it. */
export function takeOverSession({ ownLimits, umask, niceness, loginUid: uid }: Opened): void {
  setProcessLimits(ownLimits);
  process.umask(umask);
  setPriority(niceness);
  if (uid !== loginUid()) writeFileSync(LOGIN_UID, uid);
}

/**
 * Makes this process its owner's for good: groups, gid and uid, in all threads. A process that is not root can only be
 * who it is.
 *
 * @throws Error if the system refuses
 */
export function become({ identity: { user, uid, gid, groups } }: Owner): void {
  const root = process.getuid?.() === 0;
  if (!root && uid !== process.getuid?.()) throw new Error(`cannot become ${user} (uid ${uid}) without root`);
  dropInheritedCapabilities();
  if (root) {
    process.setgroups?.([...groups]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  }
  process.title = `rexecd: ${user.toWellFormed()}`;
}

function undo(name: string, before: string): boolean {
  try {
    setProcessLimits({ [name]: before });
    return true;
  } catch {
    return false;
  }
}

function loginUid(): string {
  try {
    return readFileSync(LOGIN_UID, 'latin1');
  } catch {
    return ''; // a kernel without audit
  }
}
