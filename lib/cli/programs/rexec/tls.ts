import { readFileSync } from 'node:fs';
import { defaultPort } from '../../../../codec/index.ts';
import { reasonOf } from '../../../base/index.ts';
import type { TlsOptions } from '../../../client/index.ts';
import { plainBytes } from '../../../files/index.ts';
import { InvalidArgumentError } from '../common/command.ts';
import type { Target } from './hosts.ts';

/** What the command line says of TLS; files as they were read. */
export interface TlsFlags {
  readonly port?: number;
  readonly stderrPort?: number;
  readonly tls?: boolean;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly insecure?: boolean;
}

/** Reads a file immediately, so that a missing one is reported before any host is called. */
export function pemFile(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InvalidArgumentError(`${reasonOf(error)}.`);
  }
  try {
    return plainBytes(bytes);
  } catch (error) {
    throw new InvalidArgumentError(`The file ${reasonOf(error)}.`);
  }
}

/** Flags that are not given come from REXEC_TLS and REXEC_CA; the second is read only if TLS is used. */
export function withTlsVariables<Given extends TlsFlags>(flags: Given): Given {
  const { REXEC_TLS: wanted = '', REXEC_CA: path } = process.env;
  if (!['', 'true', 'false'].includes(wanted))
    throw new Error(`REXEC_TLS: invalid value ${JSON.stringify(wanted)}; allowed: "true", "false"`);
  const tls = flags.tls ?? wanted === 'true';
  if (!tls || flags.ca || !path) return { ...flags, tls };
  try {
    return { ...flags, tls, ca: pemFile(path) };
  } catch (error) {
    throw new Error(`REXEC_CA: ${reasonOf(error)}`);
  }
}

/** Options that do not go together. */
export function tlsFaultOf({ tls, ca, cert, key, insecure, stderrPort }: TlsFlags): string | undefined {
  if (!tls && (ca || cert || key || insecure)) return '--ca, --cert, --key and --insecure require --tls';
  if (!cert !== !key) return '--cert and --key must be given together';
  return tls && stderrPort ? '--stderr-port and --tls cannot be used together' : undefined;
}

/** The flags as options of the library. */
export function tlsOptions({ tls, ca, cert, key, insecure = false }: TlsFlags): false | TlsOptions {
  return tls ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), insecure } : false;
}

/** The daemon's port on a host. */
export const portOf = (target: Target, { port, tls }: TlsFlags): number =>
  target.port ?? port ?? defaultPort(tls);

/** Said each time, whatever else is quiet. */
export function warnOfInsecurity({ insecure }: TlsFlags): void {
  if (insecure)
    process.stderr.write(
      'rexec: WARNING: --insecure: the certificate of the daemon is not checked. Anyone on the network path can read\n' +
        'rexec: WARNING: and change the password, the command and its output. Use --ca instead.\n',
    );
}
