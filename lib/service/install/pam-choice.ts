import { FOREIGN_PAM_SERVICE, PAM_SERVICE } from '../files/pam-file.ts';
import { isOurs, type Manifest } from './manifest.ts';
import type { Tree } from './tree.ts';

/**
 * What is to be said of the PAM service `rexec`, which other packages have and earlier versions of this one used. Its
 * rules stay in force after an upgrade if the administrator may have written them: then ours is not installed.
 */
export interface PamChoice {
  readonly keepsOther: boolean;
  readonly note?: string;
}

/**
 * @param before of an earlier installation, if there was one
 * @param isChosen whether the settings name a PAM service
 */
export async function pamChoice(
  tree: Tree,
  before: Manifest | undefined,
  isChosen: boolean,
): Promise<PamChoice> {
  const other = await tree.read(FOREIGN_PAM_SERVICE);
  if (other === undefined || isChosen || (await tree.has(PAM_SERVICE))) return { keepsOther: false };
  const there = tree.at(FOREIGN_PAM_SERVICE);
  const entry = before?.files.find(({ path }) => path === FOREIGN_PAM_SERVICE);
  if (!before || (other instanceof Buffer && isOurs(entry, other)))
    return {
      keepsOther: false,
      note: `note: logins are checked by ${tree.at(PAM_SERVICE)}, not by ${there}`,
    };
  return {
    keepsOther: true,
    note: `note: logins are still checked by ${there}, as before; copy it to ${tree.at(PAM_SERVICE)}, because packages such as rsh-server own ${there}`,
  };
}
