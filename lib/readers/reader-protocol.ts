import { isIP } from 'node:net';
import type { CodecErrorCode, CodecErrorField, ConnectionEnd, ExitStatus } from '../../codec/index.ts';
import { type Check, type Checked, is, type Messages } from '../base/index.ts';
import type { ClientCertificate } from '../login/index.ts';
import type { TlsTerms, VisitOptions } from '../receive/index.ts';

const id: Check<string> = (value): value is string => is.text(value) && /^[0-9a-f]{1,32}$/.test(value);
const none = is.oneOf(null);
const LINE = is.either(is.text, none);
const STATUS = is.either(
  is.object<Extract<ExitStatus, { type: 'exited' }>>({ type: is.oneOf('exited'), code: is.count }),
  is.object<Extract<ExitStatus, { type: 'signaled' }>>({ type: is.oneOf('signaled'), signal: is.text }),
);

/** Milliseconds of a clock that only runs forward, the same one in all processes of the machine. */
export const systemClock = (): number => Number(process.hrtime.bigint() / 1_000_000n);

const LONGEST_CAUSE = 4096; // UTF-16 units
const LONGEST_EARLY = 256 * 1024; // bytes: two reads of a connection

const short =
  (most: number): Check<string> =>
  (value): value is string =>
    is.text(value) && value.length <= most;
/** Base64 of at most so many bytes. */
const bytes =
  (most: number): Check<string> =>
  (value): value is string =>
    is.text(value) &&
    value.length <= Math.ceil(most / 3) * 4 &&
    /^[A-Za-z0-9+/]*={0,2}$/.test(value) &&
    Buffer.byteLength(value, 'base64') <= most;
const early = bytes(LONGEST_EARLY);

/** Of the `unwrap` after which the reader kept the connection; missing: the connection comes with the order. */
const kept = is.optional(id);

/**
 * From rexecd to a reader. Each visit has an `id`; `unwrap`, `visit`, `turnAway`, `carryStderr` and `carry` come with a
 * connection, unless the reader has kept it.
 */
export const ORDERS = {
  /** For visits from now on. */
  terms: {
    tls: is.optional(
      is.object<TlsTerms>({
        cert: is.text,
        key: is.text,
        ca: is.optional(is.text),
        minVersion: is.oneOf('TLSv1.2', 'TLSv1.3'),
        needsCertificate: is.flag,
      }),
    ),
    options: is.object<VisitOptions>({
      requestSeconds: is.quantity,
      lowestStderrPort: is.count,
      drainSeconds: is.quantity,
    }),
  },
  /** Read the PROXY header, and keep the connection. */
  unwrap: { id, seconds: is.quantity },
  /** Close a connection that was kept. */
  forget: { id },
  /** `since` then its time runs, by {@link systemClock}. */
  visit: { id, secure: is.flag, since: is.quantity, kept },
  turnAway: { id, secure: is.flag, line: LINE, drainSeconds: is.quantity, kept },
  /** The stderr port is connected, or is to be connected later. */
  proceed: { id },
  refuse: { id, line: LINE },
  /** The login was accepted: no more is to be read. */
  release: { id },
  carryStderr: { id },
  carry: { id },
  ended: { id, status: is.either(STATUS, none) },
  close: { id },
  bytes: { id },
};

export type Order = Messages<typeof ORDERS>;

/** What a reader is asked. */
export const QUESTIONS = { alive: {} };
export const ANSWERS = { alive: is.object({}) };

const address: Check<string> = (value): value is string => is.text(value) && isIP(value) > 0;
const port: Check<number> = (value): value is number => is.integer(value) && value > 0 && value < 2 ** 16;
const cause = short(LONGEST_CAUSE);
const CERTIFICATE = is.either(
  is.object<ClientCertificate>({ subject: cause, commonNames: is.list(cause), fingerprint: short(64) }),
  none,
);
/** Why a visit failed: what the reader itself can find. */
const FAILURE = is.either(
  is.object({
    kind: is.oneOf('codec'),
    code: is.oneOf<CodecErrorCode>(
      'REXEC_FIELD_TOO_LONG',
      'REXEC_PORT_INVALID',
      'REXEC_TRUNCATED',
      'REXEC_PROXY_HEADER_INVALID',
    ),
    field: is.oneOf<CodecErrorField>('stderrPort', 'user', 'password', 'command', 'proxyHeader'),
    cause,
  }),
  is.object({ kind: is.oneOf('handshake', 'late', 'vanished', 'defect'), cause }),
);

export type Failure = Checked<typeof FAILURE>;
export type FailureKind = Exclude<Failure['kind'], 'codec'>;

const END = is.object<ConnectionEnd>({
  address,
  port: (value): value is number => is.count(value) && value < 2 ** 16,
});

/**
 * From a reader to rexecd, each about a visit. The last one is `released` in clear text, else `over`; nothing may come
 * after that. Bytes are in base64.
 *
 * SECURITY: a reader may have been taken over by a peer.
 */
export const REPORTS = {
  /** The header was read; null: the connection is the proxy's own. Instead, `failed` may come. */
  unwrapped: { id, source: is.either(END, none) },
  port: { id, port, muxed: is.flag },
  /** The request is complete. The secret comes with it. `certificate` is missing in clear text. */
  request: { id, user: bytes(256), command: bytes(8192), certificate: is.optional(CERTIFICATE) },
  /** The visit failed; the reader refuses the peer by itself. */
  failed: { id, user: bytes(256), silent: is.flag, failure: FAILURE },
  gone: { id },
  released: { id, early, muxed: is.flag, carriesStderr: is.flag },
  over: { id },
  bytes: { id, received: is.count, sent: is.count },
};

export type Report = Messages<typeof REPORTS>;
