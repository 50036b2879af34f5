import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes what stunnel4 is to do between two ports of 127.0.0.1; the file's path. `lines` are more settings of it. */
export function stunnelFile(folder: string, accept: number, connect: number, ...lines: string[]): string {
  const file = join(folder, 'stunnel.conf');
  const service = [`accept = 127.0.0.1:${accept}`, `connect = 127.0.0.1:${connect}`, ...lines];
  writeFileSync(file, ['foreground = yes', 'pid =', 'syslog = no', '[rexec]', ...service, ''].join('\n'));
  return file;
}
