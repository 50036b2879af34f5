import { isUint8Array } from 'node:util/types';
import { parseNetwork } from '../base/index.ts';
import { nearestTo } from '../text/index.ts';
import type { CaptureLimit, ExecOptions, TlsOptions } from './options.ts';

/** What one option may be. */
interface Kind {
  readonly allowed: string;
  readonly is: (value: unknown) => boolean;
  /** Its value is not shown in an error. */
  readonly secret?: boolean;
  readonly required?: boolean;
  /** What an object in its place may have. */
  readonly parts?: Schema;
}

type Schema<Options = Record<string, unknown>> = { readonly [Name in keyof Options]-?: Kind };

const isNumber = (value: unknown, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;
const whole = (from: number, to = Number.MAX_SAFE_INTEGER): Kind => ({
  allowed:
    to === Number.MAX_SAFE_INTEGER
      ? `whole number, ${from} or greater`
      : `whole number from ${from} to ${to}`,
  is: (value) => Number.isInteger(value) && isNumber(value, from, to),
});
const BOOLEAN: Kind = { allowed: 'true, false', is: (value) => typeof value === 'boolean' };
const SECONDS: Kind = {
  allowed: 'number of seconds, 0 or greater',
  is: (value) => isNumber(value, 0, Number.MAX_VALUE),
};
const STRING: Kind = { allowed: 'string', is: (value) => typeof value === 'string' };
const NETWORKS: Kind = {
  allowed: 'array of addresses and networks, such as "10.0.0.0/8"',
  is: (value) =>
    Array.isArray(value) && value.every((each) => STRING.is(each) && parseNetwork(each) !== undefined),
};
const FUNCTION: Kind = { allowed: 'function', is: (value) => typeof value === 'function' };
const BYTES: Kind = {
  allowed: 'string, Uint8Array',
  is: (value) => typeof value === 'string' || isUint8Array(value),
  secret: true,
};
const orObject = (parts: Schema): Kind => ({
  allowed: `true, false, object with ${Object.keys(parts).join(', ')}`,
  is: (value) => typeof value === 'boolean' || isObject(value),
  parts,
});

const TLS: Schema<TlsOptions> = { ca: BYTES, cert: BYTES, key: BYTES, insecure: BOOLEAN, serverName: STRING };
const CAPTURE: Schema<CaptureLimit> = { maxBytes: { ...whole(1), required: true } };
const OPTIONS: Schema<ExecOptions> = {
  user: { ...STRING, required: true },
  password: { ...BYTES, required: true },
  port: whole(1, 65_535),
  tls: orObject(TLS),
  family: { allowed: '4, 6', is: (value) => value === 4 || value === 6 },
  stderrChannel: BOOLEAN,
  exitStatus: BOOLEAN,
  stderrPort: whole(0, 65_535),
  stderrFrom: NETWORKS,
  halfClose: BOOLEAN,
  connectSeconds: SECONDS,
  answerSeconds: SECONDS,
  timeoutSeconds: SECONDS,
  keepAliveSeconds: SECONDS,
  endSeconds: SECONDS,
  notSocketRetries: whole(0),
  strict: BOOLEAN,
  capture: orObject(CAPTURE),
  signal: {
    allowed: 'AbortSignal',
    is: (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
  },
  onPhase: FUNCTION,
};
const HOST: Kind = { allowed: 'string that is not empty', is: (value) => STRING.is(value) && value !== '' };

/** What is wrong with the arguments of exec(), in words that name the option; undefined if nothing is. */
export function faultOf(host: unknown, command: unknown, options: unknown): string | undefined {
  return (
    valueFault('host', HOST, host) ??
    valueFault('command', STRING, command) ??
    (isObject(options)
      ? optionsFault('', OPTIONS, options)
      : 'options are missing; user and password are required')
  );
}

function optionsFault(prefix: string, schema: Schema, options: object): string | undefined {
  const names = Object.keys(schema);
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (!kind) {
      const nearest = nearestTo(name, names);
      return `unknown option ${prefix}${name}${nearest === undefined ? '' : `; did you mean ${prefix}${nearest}?`}`;
    }
    const fault = value === undefined ? undefined : valueFault(`option ${prefix}${name}`, kind, value);
    if (fault !== undefined) return fault;
    if (kind.parts && isObject(value)) {
      const inner = optionsFault(`${prefix}${name}.`, kind.parts, value);
      if (inner !== undefined) return inner;
    }
  }
  const missing = names.find((name) => schema[name]!.required && Reflect.get(options, name) === undefined);
  return missing === undefined
    ? undefined
    : `option ${prefix}${missing} is missing; allowed: ${schema[missing]!.allowed}`;
}

function valueFault(name: string, { allowed, is, secret }: Kind, value: unknown): string | undefined {
  if (is(value)) return undefined;
  return `${name}: invalid value${secret ? '' : ` ${shown(value)}`}; allowed: ${allowed}`;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isUint8Array(value);

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null
    ? `of type ${value.constructor?.name ?? 'object'}`
    : String(value);
}
