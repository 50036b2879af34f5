/** What a daemon says to a request, on which connection, in this order; then it closes both. latin1. */
export type Said = readonly (readonly [connection: 'main' | 'stderr', bytes: string])[];

/** One line of the table: a daemon of protocol.md 1.2 and 1.3 at work, and what its client makes of it. */
export interface ServerVector {
  readonly server: string;
  readonly does: string;
  /** With `false` the client asks for no stderr channel; with `both` the answer does not depend on it. */
  readonly stderrChannel: boolean | 'both';
  readonly says: Said;
  readonly stdout?: string;
  readonly stderr?: string;
  /** As `ended` and `message` of an outcome. */
  readonly ended: string;
  readonly message?: string;
}

const LOST = {
  ended: 'REXEC_LOST',
  message: 'the connection ended before the daemon answered',
} as const;

/** Daemons that refuse, byte for byte (protocol.md 1.3 and nmap's fingerprints). */
const REFUSALS: readonly (readonly [server: string, does: string, bytes: string, message: string])[] = [
  ['4.4BSD, NetBSD, illumos', 'do not know the user', '\x01Login incorrect.\n', 'Login incorrect.'],
  ['4.4BSD, NetBSD, illumos', 'refuse the password', '\x01Password incorrect.\n', 'Password incorrect.'],
  ['4.4BSD, FreeBSD', 'have no home for the user', '\x01No remote directory.\n', 'No remote directory.'],
  ['4.4BSD, FreeBSD', 'cannot fork', '\x01Try again.\n', 'Try again.'],
  ['4.4BSD, FreeBSD, Debian', 'refuse a long name', '\x01username too long\n', 'username too long'],
  ['4.4BSD, FreeBSD, Debian', 'refuse a long password', '\x01password too long\n', 'password too long'],
  ['4.4BSD, FreeBSD, Debian', 'refuse a long command', '\x01command too long\n', 'command too long'],
  ['FreeBSD', 'refuses the password', '\x01Login incorrect.\n', 'Login incorrect.'],
  ['DragonFly', 'refuses the password', '\x01Login incorrect.\n', 'Login incorrect.'],
  ['NetBSD', 'cannot set up PAM', '\x01Try again.\n', 'Try again.'],
  ['OpenBSD', 'refuses the login', '\x01Permission denied.\n', 'Permission denied.'],
  ['OpenBSD', 'cannot become the user', '\x01failed to setup.\n', 'failed to setup.'],
  ['illumos', 'refuses an expired password', '\x01Password Expired.\n', 'Password Expired.'],
  ['illumos', 'refuses an expired account', '\x01Account Expired.\n', 'Account Expired.'],
  ['illumos', 'cannot set the group, without a newline', '\x01setgid', 'setgid'],
  ['illumos', 'cannot set the user, without a newline', '\x01setuid', 'setuid'],
  [
    'illumos',
    'has no credentials for the user',
    '\x01Unable to establish credentials.\n',
    'Unable to establish credentials.',
  ],
  ['netkit', 'knows no name for our address', '\x01Where are you?\n', 'Where are you?'],
  ['netkit', 'runs short of processes', '\x01Try again later.\n', 'Try again later.'],
  [
    'Debian',
    'dislikes the address family',
    '\x01Dysfunctional family detected.\n',
    'Dysfunctional family detected.',
  ],
  ['Debian', 'runs out of memory', '\x01out of memory\n', 'out of memory'],
  ['GNU inetutils', 'refuses the user, its last period lost', '\x01Login incorrect\n', 'Login incorrect'],
  ['GNU inetutils', 'refuses the password', '\x01Password incorrect\n', 'Password incorrect'],
  ['GNU inetutils', 'reads half a request', '\x01EOF reading usernam\n', 'EOF reading usernam'],
  ['GNU inetutils', 'has no room', '\x01Out of space reading usernam\n', 'Out of space reading usernam'],
  ['GNU inetutils', 'cannot set the group', '\x01Failed group protections\n', 'Failed group protections'],
  ['GNU inetutils', 'cannot set the user', '\x01Failed user identity\n', 'Failed user identity'],
  ['HP-UX', 'refuses the login', '\x01rexecd: Login incorrect.\n', 'rexecd: Login incorrect.'],
  [
    'HP-UX',
    'knows no name for our address',
    "\x01rexecd: Couldn't look up address for your host\n",
    "rexecd: Couldn't look up address for your host",
  ],
  [
    'AIX',
    'refuses the login',
    '\x01rexecd: 0826-604 The login is not correct.\n',
    'rexecd: 0826-604 The login is not correct.',
  ],
  [
    'AIX in French',
    'refuses the login',
    '\x01rexecd: 0826-604 Connexion incorrecte.\n',
    'rexecd: 0826-604 Connexion incorrecte.',
  ],
  [
    'OpenVMS',
    'knows no such user',
    '\x01INTERnet ACP AUXS failure  Status = %LOGIN-F-NOSUCHUSER\r\n\0',
    'INTERnet ACP AUXS failure  Status = %LOGIN-F-NOSUCHUSER',
  ],
  ['a daemon', 'gives no reason', '\x01\n', ''],
  ['a daemon', 'gives a reason of several lines', '\x01no\nand no\n', 'no'],
];

export const servers: readonly ServerVector[] = [
  ...REFUSALS.map(
    ([server, does, bytes, message]): ServerVector => ({
      server,
      does,
      stderrChannel: 'both',
      says: [['main', bytes]],
      ended: 'REXEC_REFUSED',
      message,
    }),
  ),
  {
    server: 'Debian, with PAM',
    does: 'refuses the login without a word',
    stderrChannel: 'both',
    says: [],
    ...LOST,
  },
  {
    server: '4.4BSD and all that come from it',
    does: 'run a command',
    stderrChannel: true,
    says: [
      ['main', '\0out\n'],
      ['stderr', 'err\n'],
    ],
    stdout: 'out\n',
    stderr: 'err\n',
    ended: 'not told',
  },
  {
    server: '4.4BSD and all that come from it',
    does: 'run a command with one connection',
    stderrChannel: false,
    says: [['main', '\0out\nerr\n']],
    stdout: 'out\nerr\n',
    ended: 'not told',
  },
  {
    server: 'Debian',
    does: 'has no home for the user, and accepted before',
    stderrChannel: 'both',
    says: [['main', '\0\x01No remote directory.\n']],
    stdout: '\x01No remote directory.\n',
    ended: 'not told',
  },
  {
    server: 'FreeBSD, illumos',
    does: 'cannot start the command, and accepted before',
    stderrChannel: true,
    says: [
      ['main', '\0'],
      ['stderr', '\x01No remote directory.\n'],
    ],
    stderr: '\x01No remote directory.\n',
    ended: 'not told',
  },
  {
    server: 'NetBSD',
    does: 'cannot start the shell',
    stderrChannel: true,
    says: [
      ['main', '\0'],
      ['stderr', '/no/such/shell: No such file or directory\n'],
    ],
    stderr: '/no/such/shell: No such file or directory\n',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'runs a command with one connection',
    stderrChannel: false,
    says: [['main', '\0out\nerr\n']],
    stdout: 'out\nerr\n',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'accepts on the stderr channel',
    stderrChannel: true,
    says: [
      ['stderr', '\0'],
      ['main', 'out\n'],
      ['stderr', 'err\n'],
    ],
    stdout: 'out\n',
    stderr: 'err\n',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'accepts on the stderr channel, behind the output',
    stderrChannel: true,
    says: [
      ['main', 'out\n'],
      ['stderr', '\0err\n'],
    ],
    stdout: 'out\n',
    stderr: 'err\n',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'accepts on the stderr channel, and the command says nothing',
    stderrChannel: true,
    says: [['stderr', '\0']],
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: "accepts on the stderr channel, and all bytes after it are the command's",
    stderrChannel: true,
    says: [
      ['stderr', '\0\0\x01\0err'],
      ['main', 'o\0\x01\0ut'],
    ],
    stdout: 'o\0\x01\0ut',
    stderr: '\0\x01\0err',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'accepts on the stderr channel before the output, which begins with bytes 0 and 1',
    stderrChannel: true,
    says: [
      ['stderr', '\0'],
      ['main', '\0\x01\0\x01AB'],
    ],
    stdout: '\0\x01\0\x01AB',
    ended: 'not told',
  },
  {
    server: 'GNU inetutils',
    does: 'finds no home, in the child',
    stderrChannel: true,
    says: [['stderr', '\x01No remote directory\n']],
    ended: 'REXEC_REFUSED',
    message: 'No remote directory',
  },
  {
    server: 'rexecd',
    does: 'tells the exit status',
    stderrChannel: true,
    says: [
      ['main', '\0'],
      ['stderr', '\0exit 7\n'],
    ],
    ended: 'exit 7',
  },
  {
    server: 'rexecd',
    does: 'tells the exit status, and that comes before the answer',
    stderrChannel: true,
    says: [
      ['stderr', '\0exit 0\n'],
      ['main', '\0out'],
    ],
    stdout: 'out',
    ended: 'exit 0',
  },
  {
    server: 'NuttX',
    does: 'sends no status at all',
    stderrChannel: false,
    says: [['main', 'nsh> \n']],
    ended: 'REXEC_PROTOCOL',
    message: 'reply begins with byte 110, not 0 or 1',
  },
];
