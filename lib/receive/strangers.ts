/** What peers begin with that speak something else, and what it is to an administrator. */
const STRANGERS: readonly (readonly [begins: RegExp, what: string])[] = [
  [/^\x16\x03[\0-\x04]/, 'the peer speaks TLS to an address in clear text (setting listen)'],
  [/^(?:PROXY |\r\n\r\n\0\r\nQUIT\n)/, 'a PROXY header from an address that is no proxy (setting proxyFrom)'],
  [/^[A-Z]{3,7} \S/, 'the peer speaks HTTP or the like, not rexec'],
  [/^SSH-\d/, 'the peer speaks SSH, not rexec'],
];
const ENOUGH = 16; // bytes

/**
 * Who speaks, by the first bytes of what is no request. SECURITY: the words are ours; a password may be among the bytes.
 *
 * @returns undefined if nobody can tell
 */
export const strangerIn = (first: Buffer): string | undefined => {
  const begins = first.toString('latin1', 0, ENOUGH);
  return STRANGERS.find(([pattern]) => pattern.test(begins))?.[1];
};
