import type { Explanation } from './explanations.ts';

/** How Debian's in.rexecd (rsh-server 0.17) differs from rexecd, where rexecd is the first of the two. */
export const IN_REXECD: readonly Explanation[] = [
  {
    because: 'in.rexecd takes any byte of a port for a digit, wraps it at 16 bits and has no limit for it',
    aspect: 'answer',
    request: /^stderrPort (port|long)$/,
    one: /^refused: (invalid stderr port|port too long)$/,
  },
  {
    because: 'in.rexecd ends without a word where PAM refuses',
    aspect: 'answer',
    one: /^refused: login incorrect\.$/,
    other: /^none$/,
  },
  {
    because: 'in.rexecd takes 15 bytes of a user and of a password',
    aspect: 'answer',
    other: /^refused: (username|password) too long$/,
  },
  {
    because: 'in.rexecd looks at the length of a user or a password only when 16 bytes of it have come',
    aspect: 'answer',
    request: /^(user|password) long$/,
    other: /^none$/,
  },
  {
    because: 'in.rexecd has no limit for the command',
    aspect: 'answer',
    request: /^command long$/,
    one: /^refused: command too long$/,
  },
  {
    because: 'in.rexecd ends without a word where the request ends early',
    aspect: 'answer',
    one: /^refused: eof reading /,
    other: /^none$/,
  },
  {
    because: 'in.rexecd ends without a word where it cannot connect back',
    aspect: 'answer',
    one: /^refused: cannot connect to the stderr port\.$/,
    other: /^none$/,
  },
  {
    because: 'in.rexecd refuses a peer whose address has no name',
    aspect: 'answer',
    other: /^refused: where are you\?$/,
  },
  {
    because: 'in.rexecd closes with input unread, which resets the connection',
    aspect: 'end',
    other: /^reset$/,
  },
  {
    because: 'in.rexecd of Debian has no signals: its command continues',
    request: /, a signal that ends$/,
  },
  {
    because: 'rexecd tells the exit status to a peer that sent a byte 0 on the stderr channel',
    aspect: 'stderr',
    one: /\\0(exit \d+|signal [A-Z0-9+-]+)\\n"$/,
  },
];
