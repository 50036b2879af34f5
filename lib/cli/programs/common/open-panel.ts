import { userInfo } from 'node:os';
import type { Opening, Role } from '../../../panel/index.ts';
import { printableLines, printableText } from '../../../text/index.ts';
import { type Target, tell } from './tell.ts';

/** Prints the address of the panel, which works once. */
export async function openPanel(target: Target, role: Role): Promise<void> {
  const { url, ssh } = (await tell(target, 'panel', { role, madeBy: whoAmI() })) as Opening;
  const print = (line: string) => console.log(printableLines(line));
  print(`Open this address within a minute; it works once (${role}):`);
  print(`  ${url}`);
  print('From another machine, first forward the port:');
  print(`  ${printableText(ssh)}`);
}

/** Who asks, also with sudo or doas. */
function whoAmI(): string {
  const asked = process.env.SUDO_USER ?? process.env.DOAS_USER;
  try {
    return asked ?? userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`; // no name source knows it
  }
}
