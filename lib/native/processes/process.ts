import { failed, koffi, libc } from '../koffi.ts';

const prctl = libc.func('int prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)');
const capget = libc.func('int capget(void *header, void *data)');
const capset = libc.func('int capset(void *header, void *data)');
const setgroups = libc.func('int setgroups(size_t count, void *gids)');
const setresgid = libc.func('int setresgid(uint32_t real, uint32_t effective, uint32_t saved)');
const setresuid = libc.func('int setresuid(uint32_t real, uint32_t effective, uint32_t saved)');
const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4n;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const SIGKILL = 9n;
const EINVAL = 22;
const EPERM = 1;

/** Byte offsets in capset(2)'s data, which has effective, permitted and inheritable words for each 32 capabilities. */
const INHERITABLE = [8, 20] as const;
const EVERY = [0, 4, ...INHERITABLE, 12, 16] as const;

/** Makes this process the parent of its descendants whose own parent has ended. */
export function becomeSubreaper(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/** Gives up the capabilities that programs started from here would inherit. @throws Error that names the cause */
export function dropInheritedCapabilities(): void {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0n, 0n, 0n);
  clearCapabilities(INHERITABLE);
}

/** Gives up what only CAP_SETPCAP may: the bounding set, which limits what a program file may grant. @throws SystemError */
export function dropBoundingSet(): void {
  for (let capability = 0n; ; capability += 1n)
    if (prctl(PR_CAPBSET_DROP, capability, 0n, 0n, 0n) !== 0) break;
  if (![EINVAL, EPERM].includes(koffi.errno())) throw failed('capability bounding set'); // EINVAL: past the last one
}

/** Gives up every capability of this thread. @throws SystemError */
export function dropCapabilities(): void {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0n, 0n, 0n);
  clearCapabilities(EVERY);
}

/** Makes this process an account's for good, without supplementary groups. @throws SystemError */
export function becomeAccount(uid: number, gid: number): void {
  if (setgroups(0, null) !== 0) throw failed('setgroups');
  if (setresgid(gid, gid, gid) !== 0) throw failed(`setresgid ${gid}`);
  if (setresuid(uid, uid, uid) !== 0) throw failed(`setresuid ${uid}`);
}

/** From here on, no program that this thread executes gains a privilege by its file. @throws SystemError */
export function setNoNewPrivileges(): void {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) !== 0) throw failed('no_new_privs');
}

/** Has this process killed when the thread that made it ends. A change of account undoes it. */
export function endWithParent(): void {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
}

function clearCapabilities(words: readonly number[]): void {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(LINUX_CAPABILITY_VERSION_3);
  const data = Buffer.alloc(24);
  if (capget(header, data) === 0) {
    for (const at of words) data.writeUInt32LE(0, at);
    if (capset(header, data) === 0) return;
  }
  throw failed('capabilities');
}
