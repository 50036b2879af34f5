import { failed, libc } from './koffi.ts';

const prctl = libc.func('int prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)');
const capget = libc.func('int capget(void *header, void *data)');
const capset = libc.func('int capset(void *header, void *data)');
const PR_SET_CHILD_SUBREAPER = 36;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4n;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** Byte offsets of the two inheritable words in capset(2)'s data, which has three words for each 32 capabilities. */
const INHERITABLE = [8, 20] as const;

/** Makes this process the parent of its descendants whose own parent has ended. */
export function becomeSubreaper(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/** Gives up the capabilities that programs started from here would inherit. @throws Error that names the cause */
export function dropInheritedCapabilities(): void {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0n, 0n, 0n);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(LINUX_CAPABILITY_VERSION_3);
  const data = Buffer.alloc(24);
  if (capget(header, data) === 0) {
    for (const at of INHERITABLE) data.writeUInt32LE(0, at);
    if (capset(header, data) === 0) return;
  }
  throw failed('capabilities');
}
