import { INSTALLED_FILES } from '../../base/index.ts';
import { list, path, whole, yesOrNo, z } from '../kinds.ts';

/** Settings of the event log: what is logged, where, and in which form. */
export const LOG = {
  logLevel: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('error')
    .describe(
      'lowest severity that is logged: "error" (only errors), "warn", "info" or "debug" (everything)',
    ),
  logAccess: yesOrNo
    .default(false)
    .describe('also log each login and each command: remote host, local user, command'),
  logSinks: list(z.enum(['console', 'file', 'syslog', 'journald', 'eventlog']))
    .refine((sinks) => sinks.length > 0, 'at least one sink')
    .default(['console'])
    .describe(
      'where events are written: "console" (standard error; of a service of Windows, the event log), "file", "syslog", "journald", "eventlog" (of Windows), or several of them',
    ),
  logFormat: z
    .enum(['text', 'json'])
    .default('text')
    .describe('format of log lines on the console and in the log file: "text" or "json"'),
  logFile: path().default(INSTALLED_FILES.log).describe('path of the log file (sink "file")'),
  logFileBytes: whole(0, 2 ** 40)
    .default(10_000_000)
    .describe('size in bytes at which the log file is rotated; 0: never'),
  logFiles: whole(2, 100).default(5).describe('how many log files to keep, including the current one'),
  logSyslogSocket: z
    .string()
    .regex(/^[@/].{0,106}$/, 'an absolute path of at most 107 bytes')
    .default('/dev/log')
    .describe('unix socket that the syslog sink writes to'),
  logJournaldSocket: path()
    .default('/run/systemd/journal/socket')
    .describe('unix socket that the journald sink writes to'),
} as const;
