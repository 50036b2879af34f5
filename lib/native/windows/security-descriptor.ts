/** Who may do what with a file, a folder or a pipe. */
export interface Security {
  /** SID, as `S-1-5-32-544`. */
  readonly owner: string;
  /** What accounts and groups are allowed; undefined: everyone may do everything. */
  readonly grants: readonly Grant[] | undefined;
}

/** An entry of an access control list that allows something. */
export interface Grant {
  /** SID of an account or a group. */
  readonly sid: string;
  /** Access rights, as of CreateFile. */
  readonly rights: number;
  /** Only of what is made in the folder, and not of the folder. */
  readonly inheritOnly: boolean;
}

const DACL_PRESENT = 0x0004;
const INHERIT_ONLY = 0x08;
const [ALLOW, ALLOW_OBJECT, ALLOW_CALLBACK, ALLOW_CALLBACK_OBJECT] = [0, 5, 9, 11];
const DENY: ReadonlySet<number> = new Set([1, 6, 10, 12]);
const [HAS_TYPE, HAS_INHERITED_TYPE] = [1, 2];
const GUID_BYTES = 16;

/**
 * Reads a self-relative SECURITY_DESCRIPTOR. Entries that deny are left out: what they take away from others is more than
 * is relied on.
 *
 * @throws RangeError if it is cut short, Error for an entry of a kind that is not known
 */
export function parseSecurity(bytes: Buffer): Security {
  const [owner, list] = [bytes.readUInt32LE(4), bytes.readUInt32LE(16)];
  const isListed = (bytes.readUInt16LE(2) & DACL_PRESENT) !== 0 && list !== 0;
  return { owner: sidAt(bytes, owner), grants: isListed ? grantsAt(bytes, list) : undefined };
}

/** The text form of a SID, from its bytes at an offset. */
export function sidAt(bytes: Buffer, at: number): string {
  const parts = Array.from({ length: bytes.readUInt8(at + 1) }, (_, index) =>
    bytes.readUInt32LE(at + 8 + index * 4),
  );
  return ['S', bytes.readUInt8(at), bytes.readUIntBE(at + 2, 6), ...parts].join('-');
}

function grantsAt(bytes: Buffer, list: number): Grant[] {
  const grants: Grant[] = [];
  let at = list + 8;
  for (let left = bytes.readUInt16LE(list + 4); left > 0; left -= 1) {
    const [kind, flags] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    if (!DENY.has(kind))
      grants.push({
        sid: sidAt(bytes, at + sidOffset(bytes, at, kind)),
        rights: bytes.readUInt32LE(at + 4),
        inheritOnly: (flags & INHERIT_ONLY) !== 0,
      });
    at += bytes.readUInt16LE(at + 2);
  }
  return grants;
}

function sidOffset(bytes: Buffer, at: number, kind: number): number {
  if (kind === ALLOW || kind === ALLOW_CALLBACK) return 8;
  if (kind !== ALLOW_OBJECT && kind !== ALLOW_CALLBACK_OBJECT)
    throw new Error(`its access control list has an entry of unknown kind ${kind}`);
  const guids = bytes.readUInt32LE(at + 8);
  return 12 + (guids & HAS_TYPE ? GUID_BYTES : 0) + (guids & HAS_INHERITED_TYPE ? GUID_BYTES : 0);
}
