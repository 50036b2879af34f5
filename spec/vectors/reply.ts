import type { ReplyFrame } from '../../codec/index.ts';
import { latin1, utf8, type Vector } from './vector.ts';

const accepted: ReplyFrame = { type: 'accepted' };
const stdout = (wire: string): ReplyFrame => ({ type: 'stdout', chunk: latin1(wire) });
const refused = (text: string): ReplyFrame => ({ type: 'refused', text });

/** What daemons say when they refuse, in their own words (protocol.md 1.3). */
const DIAGNOSTICS = [
  'Login incorrect.',
  'Password incorrect.',
  'Permission denied.',
  'Password Expired.',
  'No remote directory.',
  'Try again.',
  'Where are you?',
  'username too long',
  'password too long',
  'command too long',
  'Login incorrect', // GNU: its newline replaces the last character
  'EOF reading usernam',
  'rexecd: Login incorrect.', // HP-UX
  "rexecd: Couldn't look up address for your host",
  'rexecd: 0826-604 The login is not correct.', // AIX
  '',
];

export const replies: readonly Vector<ReplyFrame>[] = [
  { name: 'the daemon accepts and the command is silent', wire: '\0', frames: [accepted] },
  { name: 'the daemon accepts', wire: '\0uid=0(root)\n', frames: [accepted, stdout('uid=0(root)\n')] },
  {
    name: 'stdout keeps its status-like bytes',
    wire: '\0\x01\0\x01AB\0CD',
    frames: [accepted, stdout('\x01\0\x01AB\0CD')],
  },
  {
    name: 'Debian accepts before it finds the home missing',
    wire: '\0\x01No remote directory.\n',
    frames: [accepted, stdout('\x01No remote directory.\n')],
  },
  {
    name: 'Debian accepts before the shell fails',
    wire: '\0/no/such/shell: No such file or directory\n',
    frames: [accepted, stdout('/no/such/shell: No such file or directory\n')],
  },
  ...DIAGNOSTICS.map((text) => ({
    name: `the daemon refuses with '${text}'`,
    wire: `\x01${text}\n`,
    frames: [refused(text)],
  })),
  {
    name: 'illumos refuses without a newline',
    wire: '\x01setgid',
    frames: [refused('setgid')],
    decodeOnly: true,
  },
  { name: 'the daemon refuses without a word', wire: '\x01', frames: [refused('')], decodeOnly: true },
  {
    name: 'OpenVMS ends its line with a carriage return, which stays',
    wire: '\x01INTERnet ACP AUXS failure  Status = %LOGIN-F-NOSUCHUSER\r\n\0',
    frames: [refused('INTERnet ACP AUXS failure  Status = %LOGIN-F-NOSUCHUSER\r')],
    decodeOnly: true,
  },
  {
    name: 'what follows the line of a refusal is dropped',
    wire: '\x01Try again.\nand again\n\0',
    frames: [refused('Try again.')],
    decodeOnly: true,
  },
  {
    name: 'a diagnostic is UTF-8',
    wire: utf8('\x01Échec: “ada” 🦊\n'),
    frames: [refused('Échec: “ada” 🦊')],
  },
  {
    name: 'a diagnostic keeps its byte order mark',
    wire: utf8('\x01\uFEFFno\n'),
    frames: [refused('\uFEFFno')],
  },
  {
    name: 'a diagnostic in another charset loses its accents, nothing else',
    wire: '\x01Mot de passe expir\xe9.\n',
    frames: [refused('Mot de passe expir\uFFFD.')],
    decodeOnly: true,
  },
  {
    name: 'a diagnostic is as long as it may be',
    wire: `\x01${'d'.repeat(1024)}\n`,
    frames: [refused('d'.repeat(1024))],
  },
  ...['', '\n', '\nmore'].map((end) => ({
    name: `a diagnostic is one byte too long, then ${JSON.stringify(end)}`,
    wire: `\x01${'d'.repeat(1025)}${end}`,
    frames: [refused('d'.repeat(1024))],
    decodeOnly: true as const,
  })),
  {
    name: 'a diagnostic is as long as it may be and does not end',
    wire: `\x01${'d'.repeat(1024)}`,
    frames: [refused('d'.repeat(1024))],
    decodeOnly: true,
  },
  {
    name: 'the daemon leaves without a word',
    wire: '',
    frames: [],
    error: ['REXEC_TRUNCATED', 'status'],
  },
  ...['out\n', 'HTTP/1.1 400 Bad Request\r\n', 'SSH-2.0-OpenSSH_9.2\r\n', '\x15\x03\x01\0\x02\x02\x46'].map(
    (wire): Vector<ReplyFrame> => ({
      name: `the daemon begins with ${JSON.stringify(wire)}`,
      wire,
      frames: [],
      error: ['REXEC_STATUS_INVALID', 'status'],
    }),
  ),
];
