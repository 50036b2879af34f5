import { list, names, number, whole, yesOrNo, z } from './kinds.ts';
import { TLS_SETTINGS } from './tls-schema.ts';

const charset = z.string().refine(isCharset, 'not a charset that TextDecoder knows');

/** Every setting of the daemon: its default, what is allowed, what it means. Times are in seconds. */
export const SETTINGS = {
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on in clear text'),
  port: whole(0, 65_535).default(512).describe('port to listen on; 0 takes a free one'),
  backlog: whole(1, 65_535)
    .default(511)
    .describe('connections the kernel may hold until they are accepted; a change counts from the next start'),
  users: z
    .string()
    .default('')
    .describe("users file: the daemon's own users, whose commands run as the daemon's account"),
  authenticator: z
    .enum(['auto', 'pam', 'users'])
    .default('auto')
    .describe('who knows the users: auto is the users file where one is set, PAM otherwise'),
  pamService: z
    .string()
    .regex(/^[\w.-]+$/, 'a file name in /etc/pam.d')
    .default('rexec')
    .describe('PAM service of logins'),
  loginThreads: whole(1, 256)
    .default(16)
    .describe('logins that are looked at at once; the others wait for their turn'),
  loginSeconds: number(1, 3600)
    .default(30)
    .describe('time PAM gets for a login; after it the login is refused'),
  domainUsers: yesOrNo
    .default(false)
    .describe('try a user who is not local as a domain user: by the other name sources, LDAP say, and PAM'),
  domain: z
    .string()
    .regex(/^(user|user@[^@\\\s]+|[^@\\\s]+\\user)$/, 'user, user@DOMAIN or DOMAIN\\user')
    .default('user')
    .describe(
      'how the name source spells a domain user: user, user@DOMAIN or DOMAIN\\user, with the real domain',
    ),
  allowRoot: yesOrNo.default(false).describe('let uid 0 log in'),
  minimumUid: whole(0, 2 ** 32 - 2)
    .default(0)
    .describe('refuse accounts below this uid'),
  allowUsers: names.describe('only these users, or users of allowGroups; empty: everybody'),
  denyUsers: names.describe('never these users'),
  allowGroups: names.describe('only users of these groups, or allowUsers; empty: everybody'),
  denyGroups: names.describe('never users of these groups'),
  shells: z
    .enum(['listed', 'usable', 'any'])
    .default('usable')
    .describe('refuse accounts by their shell: not in /etc/shells; nologin and false; none'),
  nologin: yesOrNo.default(true).describe('only root logs in while /etc/nologin or /run/nologin is there'),
  requireHome: yesOrNo.default(false).describe('refuse a user whose home cannot be used'),
  lockoutFailures: whole(0, 100_000)
    .default(10)
    .describe(
      'wrong logins of a user from an address before the two are locked out; five times that for the user, ten for the address; 0: never',
    ),
  lockoutSeconds: number(0.05, 86_400)
    .default(30)
    .describe('time of a first lockout; each further one lasts twice as long'),
  longestLockoutSeconds: number(0.05, 86_400).default(3600).describe('time no lockout exceeds'),
  maxConnections: whole(1, 1_000_000).default(12_000).describe('connections at a time in all'),
  maxConnectionsPerAddress: whole(1, 1_000_000)
    .default(11_000)
    .describe('connections at a time from one address; below maxConnections, so that none can take them all'),
  overflow: z
    .enum(['refuse', 'queue'])
    .default('refuse')
    .describe(
      'what a peer beyond maxConnections meets: refused with "Try again.", or made to wait for a place',
    ),
  keepAliveSeconds: whole(0, 32_767)
    .default(60)
    .describe(
      'silence after which a peer is asked ten times, once a second, whether it is still there; 0: never; a change counts from the next start',
    ),
  requestSeconds: number(0.05, 3600).default(60).describe('time for the whole request, accept to command'),
  sessionSeconds: number(0, 2_000_000)
    .default(0)
    .describe('time a session may last from the start of its command; then it is ended; 0: without end'),
  idleSeconds: number(0, 2_000_000)
    .default(0)
    .describe(
      'time without a byte either way after which a session is ended, whose connection is then never handed over; 0: without end',
    ),
  connectBackSeconds: number(0.05, 60).default(4).describe('time to connect the stderr channel'),
  refusalSeconds: number(0, 60).default(1).describe('least time a refused login takes, whatever its cause'),
  drainSeconds: number(0, 60)
    .default(2)
    .describe('time to read what a peer still sends after the last answer'),
  stopSeconds: number(0, 3600).default(10).describe('time running commands get to end when the daemon stops'),
  killSeconds: number(0, 60)
    .default(2)
    .describe('time between SIGHUP and SIGKILL for a command that must end'),
  ...TLS_SETTINGS,
  stderrChannel: z
    .enum(['before-auth', 'after-auth', 'never'])
    .default('before-auth')
    .describe('when to connect back; most clients wait for it before they send their name'),
  lowestStderrPort: whole(1, 65_535).default(1024).describe('lowest port to connect back to'),
  charset: charset.default('utf-8').describe('charset of user names and commands'),
  profile: yesOrNo.default(true).describe('run the command by a login shell, which reads the profile'),
  launcher: z
    .enum(['execa', 'posix-spawn'])
    .default('execa')
    .describe(
      'what starts commands: execa, or posix_spawn, whose cost does not follow the memory of the daemon (Linux)',
    ),
  workers: whole(1, 64)
    .default(1)
    .describe('processes that run sessions; 1: the daemon itself. A change counts from the next start'),
  stdio: z
    .enum(['auto', 'relay'])
    .default('auto')
    .describe('auto hands the connection to the command where that is safe; relay always uses pipes'),
  control: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      'unix socket for orders such as "rexecd lockouts": auto is one a port in /run/rexecd; off; or a path',
    ),
  logLevel: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('error')
    .describe('gravest events only, or more'),
  logAccess: yesOrNo
    .default(false)
    .describe('write who logs in and runs what: remote host, local user, command'),
  logSinks: list(z.enum(['console', 'file', 'syslog', 'journald']))
    .refine((sinks) => sinks.length > 0, 'at least one')
    .default(['console'])
    .describe('where events go; console is standard error'),
  logFormat: z.enum(['text', 'json']).default('text').describe('of lines on the console and in files'),
  logFile: z
    .string()
    .regex(/^\//, 'an absolute path')
    .default('/var/log/rexecd/rexecd.log')
    .describe('file of the file sink'),
  logFileBytes: whole(0, 2 ** 40)
    .default(10_000_000)
    .describe('size at which a new file begins; 0: never'),
  logFiles: whole(2, 100).default(5).describe('files that are kept, the one that is written included'),
  logSyslogSocket: z
    .string()
    .regex(/^[@/].{0,106}$/, 'a path of at most 107 bytes')
    .default('/dev/log')
    .describe('unix socket of the syslog sink'),
  logJournaldSocket: z
    .string()
    .default('/run/systemd/journal/socket')
    .describe('unix socket of the journald sink'),
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
