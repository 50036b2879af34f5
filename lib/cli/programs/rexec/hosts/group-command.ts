import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { printableText } from '../../../../text/index.ts';
import { HostsError } from './target.ts';

const SECONDS = 10;
const MOST_BYTES = 4 * 1024 * 1024;

/** A group's command: a program and its arguments, without a shell. */
export interface GroupCommand {
  readonly command: readonly string[];
  /** Time limit. Default: 10. */
  readonly seconds: number | undefined;
}

/** What such a command prints: lists of hosts. @throws HostsError if it fails, prints too much or takes too long */
export async function outputOf(
  what: string,
  { command: [file = '', ...args], seconds = SECONDS }: GroupCommand,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, {
      timeout: Math.ceil(seconds * 1000),
      killSignal: 'SIGKILL',
      maxBuffer: MOST_BYTES,
    });
    return stdout;
  } catch (cause) {
    const { code, killed, signal, stderr = '' } = cause as Failure;
    const why =
      code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
        ? `printed more than ${MOST_BYTES} bytes`
        : killed
          ? `did not end within ${seconds} s`
          : typeof code === 'string'
            ? `cannot be started (${code})`
            : `ended with ${signal ?? `exit status ${code}`}`;
    const said = printableText(stderr.trim().split('\n')[0]!);
    throw new HostsError(`${what}: ${file} ${why}${said && `: ${said}`}`, { cause });
  }
}

interface Failure {
  readonly code?: number | string;
  readonly killed?: boolean;
  readonly signal?: NodeJS.Signals;
  readonly stderr?: string;
}
