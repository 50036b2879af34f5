import { DEFAULT_PORT, DEFAULT_TLS_PORT } from '../../../codec/index.ts';
import { type Endpoint, endpointsOf, endpointText } from '../endpoint.ts';
import { whole, z } from '../kinds.ts';
import { keyOf, SETTING_NAMES } from '../names.ts';
import type { SettingName } from '../schema/index.ts';

/** Not a number, which would be a port; what else is no host, `listen` refuses. */
const host = z.string().regex(/^(?!\d+$)[^/]+$/, 'an address or a name');

/**
 * What said where to listen before `listen` did. `host` and `port` are still flags and options, for the main address; the
 * others are read wherever they stand.
 */
export const LISTENER = {
  host,
  port: whole(0, 65_535),
  tlsMode: z.enum(['off', 'beside', 'only']),
  tlsHost: host,
  tlsPort: whole(0, 65_535),
} as const;

export type ListenerName = keyof typeof LISTENER;
export type ListenerValues = { readonly [Name in ListenerName]?: z.output<(typeof LISTENER)[Name]> };

export const LISTENER_NAMES = Object.keys(LISTENER) as ListenerName[];
const LOOPBACK = '127.0.0.1';
const LISTENER_KEYS = new Map<string, ListenerName>([
  ['host', 'host'],
  ['port', 'port'],
  ['tls.mode', 'tlsMode'],
  ['tls.host', 'tlsHost'],
  ['tls.port', 'tlsPort'],
]);

/** Settings of earlier versions that have no effect. */
export const GONE = ['workers', 'stdio'] as const;

/** A key of an earlier version: the setting that it is now, a part of `listen`, or nothing. */
export interface OldKey {
  readonly name: SettingName | undefined;
  readonly part: ListenerName | undefined;
}

/** Undefined if a key is none of an earlier version. */
export function oldKey(key: string): OldKey | undefined {
  const part = LISTENER_KEYS.get(key);
  if (part !== undefined) return { name: 'listen', part };
  const name = SETTING_NAMES.find((each) => each === key && keyOf(each) !== key);
  if (name !== undefined) return { name, part: undefined };
  return GONE.some((gone) => gone === key) ? { name: undefined, part: undefined } : undefined;
}

/** The keys that a setting had in earlier versions. */
export const oldKeysOf = (name: SettingName): string[] =>
  name === 'listen' ? [...LISTENER_KEYS.keys()] : keyOf(name) === name ? [] : [name];

/** What the parts are of a `listen`: of its first address in clear text, and of its first for TLS. */
export function partsOf(listen: readonly string[]): Required<ListenerValues> {
  const endpoints = endpointsOf({ listen });
  const plain = endpoints.find(({ secure }) => !secure);
  const tls = endpoints.find(({ secure }) => secure);
  return {
    host: plain?.host ?? LOOPBACK,
    port: plain?.port ?? DEFAULT_PORT,
    tlsMode: tls ? (plain ? 'beside' : 'only') : 'off',
    tlsHost: tls?.host ?? LOOPBACK,
    tlsPort: tls?.port ?? DEFAULT_TLS_PORT,
  };
}

/** A `listen` with some of its parts changed; its other addresses stay if their kind does. */
export function listenWith(listen: readonly string[], values: ListenerValues): string[] {
  const { host, port, tlsMode, tlsHost, tlsPort } = { ...partsOf(listen), ...values };
  const first: Endpoint[] = [];
  if (tlsMode !== 'only') first.push({ secure: false, host, port });
  if (tlsMode !== 'off') first.push({ secure: true, host: tlsHost, port: tlsPort });
  const others = [false, true].flatMap((kind) =>
    endpointsOf({ listen })
      .filter(({ secure }) => secure === kind)
      .slice(1)
      .filter(() => tlsMode !== (kind ? 'off' : 'only')),
  );
  return [...first, ...others].map(endpointText);
}
