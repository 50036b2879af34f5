import { isIPv6 } from 'node:net';
import { RexecError } from '../../../../base/index.ts';

/** Whom to call, as it was asked for. */
export interface Target {
  /** As it is shown: the host, and its port where one was given. */
  readonly name: string;
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** What config.toml has for the host. */
  readonly defaults?: HostDefaults;
}

/** Taken where neither the command line nor the environment says otherwise. */
export interface HostDefaults {
  readonly user?: string;
  readonly port?: number;
  readonly tls?: boolean;
  /** Path of a PEM file. */
  readonly ca?: string;
}

/** A list of hosts cannot be read; the message names the part. */
export class HostsError extends RexecError {}

/** `[user@]host[:port]`; an IPv6 address is in brackets if a port follows it. */
export function parseTarget(item: string): Target {
  const at = item.lastIndexOf('@');
  const name = item.slice(at + 1);
  const user = at > 0 ? { user: item.slice(0, at) } : {};
  if (isIPv6(name)) return { name, host: name, ...user };
  const { address, plain, port } =
    /^(?:\[(?<address>[^\]]*)\]|(?<plain>[^:[\]]*))(?::(?<port>\d+))?$/.exec(name)?.groups ?? {};
  const host = address ?? plain;
  if (!host || at === 0 || (address !== undefined && !isIPv6(address)))
    throw new HostsError(
      `${item}: expected [user@]host[:port]; write an IPv6 address with a port as [address]:port`,
    );
  if (port === undefined) return { name: host, host, ...user };
  if (Number(port) < 1 || Number(port) > 65_535)
    throw new HostsError(`${item}: the port must be a number from 1 to 65535`);
  return { name, host, port: Number(port), ...user };
}

/** As {@link parseTarget} reads it. */
export const targetText = ({ name, user }: Target): string => (user === undefined ? name : `${user}@${name}`);
