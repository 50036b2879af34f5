import { userInfo } from 'node:os';

/** The local account a command runs as. */
export interface Identity {
  readonly user: string;
  readonly uid: number; // -1 where the platform has none
  readonly gid: number;
  /** Every group, the primary one too. */
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string | null;
}

/**
 * The account the daemon itself runs as, from the system's user database and not from its environment. A uid that is not
 * in there, as containers have it, is called by its number.
 */
export function ownIdentity(): Identity {
  const groups = process.getgroups?.() ?? [];
  try {
    const { username, uid, gid, homedir, shell } = userInfo();
    return { user: username, uid, gid, groups, home: homedir, shell };
  } catch {
    const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
    return { user: `${uid}`, uid, gid, groups, home: '/', shell: null };
  }
}
