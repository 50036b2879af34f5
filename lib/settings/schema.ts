import { DEFAULT_PORT } from '../../codec/index.ts';
import { names, networks, number, whole, yesOrNo, z } from './kinds.ts';
import { LOG_SETTINGS } from './log-schema.ts';
import { TLS_SETTINGS } from './tls-schema.ts';

const charset = z.string().refine(isCharset, 'a character set that TextDecoder knows');

/** Every setting of the daemon: its default, what is allowed, what it means. Times are in seconds. */
export const SETTINGS = {
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on in clear text; "0.0.0.0" or "::" listens on every interface'),
  port: whole(0, 65_535)
    .default(DEFAULT_PORT)
    .describe('TCP port to listen on in clear text; 0 picks a free port'),
  backlog: whole(1, 65_535)
    .default(511)
    .describe(
      'how many connections the kernel queues until rexecd accepts them (needs a restart); with overflow "queue", also how many peers may wait for a place',
    ),
  users: z
    .string()
    .default('')
    .describe(
      'users file: accounts that exist only in this daemon; their commands run as the account that runs rexecd; empty: none',
    ),
  authenticator: z
    .enum(['auto', 'pam', 'users'])
    .default('auto')
    .describe(
      'what checks passwords: "users" (the users file), "pam" (accounts of this machine), or "auto" (the users file if one is set, else PAM)',
    ),
  pamService: z
    .string()
    .regex(/^[\w.-]+$/, 'a file name in /etc/pam.d')
    .default('rexecd')
    .describe(
      'PAM service that checks logins; unless it is set, "rexec" is used while only /etc/pam.d/rexec exists',
    ),
  loginThreads: whole(1, 256)
    .default(16)
    .describe('how many logins are checked at the same time; the rest wait their turn'),
  loginSeconds: number(1, 3600)
    .default(30)
    .describe('seconds PAM may take to check a login; after that the login is refused'),
  domainUsers: yesOrNo
    .default(false)
    .describe(
      'look up users who are not in /etc/passwd in the other name sources, such as LDAP, and log them in through PAM',
    ),
  domain: z
    .string()
    .regex(/^(user|user@[^@\\\s]+|[^@\\\s]+\\user)$/, 'user, user@DOMAIN or DOMAIN\\user')
    .default('user')
    .describe(
      'form in which the name source knows domain users: user, user@DOMAIN or DOMAIN\\user; write your domain for DOMAIN and leave "user" as it is',
    ),
  allowRoot: yesOrNo
    .default(false)
    .describe('let uid 0 log in; also lets root serve a users file, whose commands then run as root'),
  minimumUid: whole(0, 2 ** 32 - 2)
    .default(0)
    .describe('lowest uid that may log in; uid 0 is governed by allowRoot instead'),
  allowUsers: names.describe(
    'users who may log in, in addition to members of allowGroups; if both lists are empty, everyone may',
  ),
  denyUsers: names.describe('users who may not log in; overrides allowUsers and allowGroups'),
  allowGroups: names.describe(
    'groups whose members may log in, in addition to allowUsers; if both lists are empty, everyone may',
  ),
  denyGroups: names.describe('groups whose members may not log in; overrides allowUsers and allowGroups'),
  shells: z
    .enum(['listed', 'usable', 'any'])
    .default('usable')
    .describe(
      'which login shells are accepted: "any", "usable" (any but nologin and false), or "listed" (usable and in /etc/shells)',
    ),
  nologin: yesOrNo
    .default(true)
    .describe('refuse everyone but root while /etc/nologin or /run/nologin exists'),
  requireHome: yesOrNo
    .default(false)
    .describe(
      'refuse users whose home directory cannot be used, instead of running their command in the default directory',
    ),
  lockoutFailures: whole(0, 100_000)
    .default(10)
    .describe(
      'failed logins within 15 minutes that lock out a user from one address; five times as many lock out the user everywhere, ten times as many the address; 0: no lockouts',
    ),
  lockoutSeconds: number(0.05, 86_400)
    .default(30)
    .describe('seconds the first lockout lasts; each further one lasts twice as long'),
  longestLockoutSeconds: number(0.05, 86_400)
    .default(3600)
    .describe(
      'longest a lockout may last, in seconds; a user is never locked out everywhere for more than 300',
    ),
  maxConnections: whole(1, 1_000_000)
    .default(12_000)
    .describe('how many connections may be open at the same time'),
  maxConnectionsPerAddress: whole(1, 1_000_000)
    .default(11_000)
    .describe(
      'how many connections one address (IPv6: one /64) may have open; keep it below maxConnections, so that no address can take them all',
    ),
  allowAddresses: networks.describe(
    'addresses and networks (CIDR, such as "10.0.0.0/8" or "2001:db8::/32") that may connect; empty: all',
  ),
  denyAddresses: networks.describe('addresses and networks that may not connect; overrides allowAddresses'),
  addressRefusal: z
    .enum(['line', 'close'])
    .default('line')
    .describe(
      'what a peer gets whose address may not connect: "line" ("Permission denied."), or "close" (the connection is closed without a word)',
    ),
  overflow: z
    .enum(['refuse', 'queue'])
    .default('refuse')
    .describe(
      'what to do with a peer beyond maxConnections: "refuse" it with "Try again.", or "queue" it until a place is free',
    ),
  keepAliveSeconds: whole(0, 32_767)
    .default(60)
    .describe('seconds of silence before TCP keep-alive probes a peer (ten probes, one a second); 0: never'),
  requestSeconds: number(0.05, 3600)
    .default(60)
    .describe(
      'seconds a peer has to send its request, from the connection (TLS handshake included) to the end of the command',
    ),
  sessionSeconds: number(0, 2_000_000)
    .default(0)
    .describe('seconds a session may last after its command starts; then the command is ended; 0: no limit'),
  idleSeconds: number(0, 2_000_000)
    .default(0)
    .describe(
      'seconds without traffic in either direction after which a session is ended; a limit here turns off connection hand-over; 0: no limit',
    ),
  connectBackSeconds: number(0.05, 60)
    .default(4)
    .describe('seconds to wait for the connection back to the stderr port of a peer'),
  refusalSeconds: number(0, 60)
    .default(1)
    .describe(
      'shortest time a refusal of a login takes, in seconds; longer ones are rounded up to a multiple, so that the time does not reveal the cause; 0: no delay',
    ),
  drainSeconds: number(0, 60)
    .default(2)
    .describe('seconds to keep reading from a peer after the last byte was sent to it'),
  stopSeconds: number(0, 3600)
    .default(10)
    .describe('seconds running commands have to end when the daemon stops; after that they get SIGHUP'),
  killSeconds: number(0, 60)
    .default(2)
    .describe('seconds between SIGHUP and SIGKILL when a command is ended'),
  ...TLS_SETTINGS,
  stderrChannel: z
    .enum(['before-auth', 'after-auth', 'never'])
    .default('before-auth')
    .describe(
      'when to open the stderr channel: "before-auth" (as soon as its port arrives; most clients wait for that before they send the user name), "after-auth", or "never"',
    ),
  lowestStderrPort: whole(1, 65_535)
    .default(1024)
    .describe('lowest stderr port a peer may ask for; a request with a lower one is refused'),
  charset: charset.default('utf-8').describe('character set of user names, and of commands in the log'),
  profile: yesOrNo.default(true).describe('run commands in a login shell, so that profile files are read'),
  launcher: z
    .enum(['execa', 'posix-spawn'])
    .default('execa')
    .describe(
      'how commands are started: "execa", or "posix-spawn", whose cost does not grow with the memory of the daemon (Linux with glibc 2.34 or newer)',
    ),
  maxHosts: whole(1, 10_000)
    .default(256)
    .describe('most processes that run commands, one or more for each account with sessions'),
  hostIdleSeconds: number(0, 86_400)
    .default(60)
    .describe(
      'how long such a process is kept without sessions; 0: each session has one, and so a PAM session, of its own',
    ),
  workers: whole(1, 64).default(1).describe('has no effect: commands run in processes of their users'),
  stdio: z.enum(['auto', 'relay']).default('auto').describe('has no effect: commands always get pipes'),
  control: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      'control socket, which "rexecd sessions" and the like connect to: "auto" (for root, /run/rexecd/PORT.sock), "off", or a path',
    ),
  ...LOG_SETTINGS,
} as const;

const schema = z.strictObject(SETTINGS);

export type Settings = z.output<typeof schema>;
export type SettingName = keyof typeof SETTINGS;

/** What is wrong with a value, in words. */
export const explain = (error: z.ZodError): string => error.issues.map(({ message }) => message).join('; ');

function isCharset(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
