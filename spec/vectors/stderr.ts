import type { StderrFrame } from '../../codec/index.ts';
import { latin1, type Vector } from './vector.ts';

const stderr = (wire: string): StderrFrame => ({ type: 'stderr', chunk: latin1(wire) });
const exited = (code: number): StderrFrame => ({ type: 'exited', code });
const signaled = (signal: string): StderrFrame => ({ type: 'signaled', signal });

/** Ends that look like an exit status and are none. */
const NEARLY = [
  '\0',
  '\0exit',
  '\0exit \n',
  '\0exit 7',
  '\0exit 7\n\n',
  '\0exit 7\n.',
  '\0exit 7\r\n',
  '\0exit  7\n',
  '\0exit -1\n',
  '\0exit +1\n',
  '\0exit 256\n',
  '\0exit 1234\n',
  '\0exit 0x7\n',
  '\0Exit 7\n',
  '\0exited 7\n',
  '\x01exit 7\n',
  'exit 7\n',
  '\0signal \n',
  '\0signal SIGTERM',
  '\0signal sigterm\n',
  '\0signal SIG TERM\n',
  `\0signal ${'S'.repeat(24)}\n`,
  '\0exit 7\n\0',
  '\0exit 7\n\0exit',
];

export const stderrs: readonly Vector<StderrFrame>[] = [
  { name: 'the command says nothing and the daemon no status', wire: '', frames: [] },
  { name: 'the daemon sends no status', wire: 'ls: no such file\n', frames: [stderr('ls: no such file\n')] },
  ...[0, 7, 255].map((code) => ({
    name: `the command exits with ${code}`,
    wire: `\0exit ${code}\n`,
    frames: [exited(code)],
  })),
  ...['SIGTERM', 'SIGKILL', 'SIGRTMIN+1', 'SIGRTMAX-14', '33', 'S'.repeat(23)].map((signal) => ({
    name: `the command dies of ${signal}`,
    wire: `\0signal ${signal}\n`,
    frames: [signaled(signal)],
  })),
  {
    name: 'leading zeros do not change the code',
    wire: '\0exit 007\n',
    frames: [exited(7)],
    decodeOnly: true,
  },
  { name: 'a status follows stderr', wire: 'oops\n\0exit 3\n', frames: [stderr('oops\n'), exited(3)] },
  {
    name: 'the command forges a status and the real one follows',
    wire: '\0exit 0\n\0exit 7\n',
    frames: [stderr('\0exit 0\n'), exited(7)],
  },
  {
    name: 'the command forges many and dies',
    wire: `${'\0exit 0\n'.repeat(9)}\0signal SIGKILL\n`,
    frames: [stderr('\0exit 0\n'.repeat(9)), signaled('SIGKILL')],
  },
  {
    name: 'the command ends inside a forged status',
    wire: '\0exit 0\0exit 7\n',
    frames: [stderr('\0exit 0'), exited(7)],
  },
  {
    name: 'the command ends with the head of a forged status',
    wire: '\0signal SIGT\0signal SIGHUP\n',
    frames: [stderr('\0signal SIGT'), signaled('SIGHUP')],
  },
  {
    name: 'stderr is full of NULs',
    wire: '\0\0a\0\0b\0\0\0exit 1\n',
    frames: [stderr('\0\0a\0\0b\0\0'), exited(1)],
  },
  {
    name: 'stderr is long and full of NULs',
    wire: `${'\0\0ex'.repeat(500)}\0exit 1\n`,
    frames: [stderr('\0\0ex'.repeat(500)), exited(1)],
  },
  ...NEARLY.flatMap((wire): readonly Vector<StderrFrame>[] => [
    {
      name: `stderr ends with ${JSON.stringify(wire)}`,
      wire: `oops${wire}`,
      frames: [stderr(`oops${wire}`)],
    },
    {
      name: `stderr ends with ${JSON.stringify(wire)} and a status follows`,
      wire: `${wire}\0exit 9\n`,
      frames: [stderr(wire), exited(9)],
    },
  ]),
];
