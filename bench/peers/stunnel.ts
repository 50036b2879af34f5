import { freePort } from '../../spec/support/free-port.ts';
import { findProgram } from '../../spec/support/program.ts';
import { Authority, type Identity } from '../../spec/support/tls/certificates.ts';
import { stunnelFile } from '../../spec/support/tls/stunnel.ts';
import type { Bench } from '../question.ts';
import { accepting, lacks } from './debian.ts';
import type { Host } from './host.ts';

/** A certificate of 127.0.0.1, and the authority that made it. */
export interface Certified extends Identity {
  readonly ca: string;
}

/** Why nothing can be measured by TLS; false where it can. */
export const noTls = (): string | false => lacks('openssl', 'openssl');

/** Why stunnel cannot be measured; false where it can. */
export const noStunnel = (): string | false => noTls() || lacks('stunnel4', 'stunnel4');

export function certify(): Certified {
  const authority = new Authority('authority of a benchmark');
  return { ...authority.daemon(), ca: authority.ca };
}

/** Starts stunnel in front of a port; its own. */
export async function startStunnel(
  bench: Bench,
  host: Host,
  to: number,
  { cert, key }: Identity,
): Promise<number> {
  const port = await freePort();
  const path = stunnelFile(bench.folder, port, to, `cert = ${cert}`, `key = ${key}`);
  host.start(bench, findProgram('stunnel4')!, [path]).stderr!.resume();
  await accepting(port);
  return port;
}
