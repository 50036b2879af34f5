import { readFileSync } from 'node:fs';
import { defaultPort } from '../../../../codec/index.ts';
import { reasonOf } from '../../../base/index.ts';
import type { TlsOptions } from '../../../client/index.ts';
import { plainBytes } from '../../../files/index.ts';
import { InvalidArgumentError } from '../common/command.ts';
import type { Target } from './hosts/target.ts';

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

/**
 * Flags that are not given come from REXEC_TLS and REXEC_CA; the second is read only if TLS is used, by the flags or
 * because `hosts` have it.
 */
export function withTlsVariables<Given extends TlsFlags>(flags: Given, hosts: readonly Target[] = []): Given {
  const { REXEC_TLS: wanted = '', REXEC_CA: path } = process.env;
  if (!['', 'true', 'false'].includes(wanted))
    throw new Error(`REXEC_TLS: invalid value ${JSON.stringify(wanted)}; allowed: "true", "false"`);
  const told = flags.tls ?? (wanted === '' ? undefined : wanted === 'true');
  const tls = told === undefined ? {} : { tls: told };
  const isUsed = told ?? hosts.some(({ defaults }) => defaults?.tls);
  if (!isUsed || flags.ca || !path) return { ...flags, ...tls };
  try {
    return { ...flags, ...tls, ca: pemFile(path) };
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

/** The flags as options of the library, for a host. */
export function tlsOptions(flags: TlsFlags, { defaults }: Target): false | TlsOptions {
  if (!(flags.tls ?? defaults?.tls)) return false;
  const { cert, key, insecure = false } = flags;
  const ca = flags.ca ?? (defaults?.ca === undefined ? undefined : authoritiesOf(defaults.ca));
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), insecure };
}

const authorities = new Map<string, Buffer>();

/** The file is read once, however many hosts have it. */
function authoritiesOf(path: string): Buffer {
  try {
    const known = authorities.get(path) ?? pemFile(path);
    authorities.set(path, known);
    return known;
  } catch (error) {
    throw new Error(`config.toml: ca: ${reasonOf(error)}`, { cause: error });
  }
}

/** The daemon's port on a host. */
export const portOf = ({ port, defaults }: Target, flags: TlsFlags): number =>
  port ?? flags.port ?? defaults?.port ?? defaultPort(flags.tls ?? defaults?.tls);

/** Said each time, whatever else is quiet. */
export function warnOfInsecurity({ insecure }: TlsFlags): void {
  if (insecure)
    process.stderr.write(
      'rexec: WARNING: --insecure: the certificate of the daemon is not checked. Anyone on the network path can read\n' +
        'rexec: WARNING: and change the password, the command and its output. Use --ca instead.\n',
    );
}
