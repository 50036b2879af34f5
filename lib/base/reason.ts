import { getSystemErrorMap } from 'node:util';

/** Plainer than the system's own words, which the others get; the last one is the manual page's. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'temporary failure in name resolution',
  EHOSTUNREACH: 'no route to host',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  ENOTSOCK: 'An operation was attempted on something that is not a socket',
};

/** After what a certificate lacks; for who runs Node.js, and a user of ours does not. */
const NODE_ADVICE = /; [^;]*--use-system-ca$/;

/** What a call was for; empty if that goes without saying. */
const DEEDS: Readonly<Record<string, string>> = {
  ...{ connect: '', read: '', write: '', shutdown: '', getaddrinfo: '' },
  ...{ listen: 'cannot listen: ', bind: 'cannot listen: ' },
};

interface NodeSystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

const isSystemError = (error: unknown): error is NodeSystemError =>
  error instanceof Error && 'code' in error && 'syscall' in error && 'errno' in error;

/** Words for an error of the system. @param errno of either sign: Node has both */
export const systemWords = (code: string, errno: number): string =>
  WORDS[code] ?? getSystemErrorMap().get(-Math.abs(errno))?.[1] ?? code;

/** What went wrong, in one line that stands alone: `/etc/x: permission denied`, `connection refused (::1 port 512)`. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  const words = wordsOf(error);
  if (!isSystemError(error) || error.code === 'ENOTSOCK') return words; // a fixed text, see above
  const { syscall, path, hostname, address, port } = error;
  const file = path ?? (address?.startsWith('/') ? address : undefined); // a unix socket's
  if (file !== undefined) return `${file}: ${words}`;
  const where = hostname ?? (port === undefined ? address : `${address} port ${port}`);
  const what = DEEDS[syscall] ?? `${syscall}: `;
  return `${what}${words}${where === undefined ? '' : ` (${where})`}`;
}

/** The same after the name of the file or address, which the words leave out: `permission denied`. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isSystemError(error)) return systemWords(error.code, error.errno);
  // The message of an error of OpenSSL has files and lines.
  return 'library' in error && 'reason' in error
    ? String(error.reason)
    : error.message.replace(NODE_ADVICE, '');
}

/** The code of an error of ours or of the system; empty if it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
