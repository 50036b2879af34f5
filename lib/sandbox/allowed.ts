import { type Condition, filterProgram, type Rule } from './bpf.ts';
import { numberOf, type Processor, SYSTEM_CALLS, type SystemCall } from './system-calls.ts';

/** What a filter has to know of the process that it is for. */
export interface Filtered {
  readonly pid: number;
  /** Where the path of the program is, the only one that may be executed. */
  readonly program: bigint;
}

const EPERM = 1;
const ENOSYS = 38;

/** linux/sched.h: a thread of this process, in no namespace of its own. */
const CLONE_THREAD = 0x1_0000;
const CLONE_NAMESPACES = 0x7e02_0080;
/** asm-generic/fcntl.h */
const O_ACCMODE = 0o3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
/** F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: none that directs signals (F_SETOWN). */
const FCNTL_COMMANDS = [0, 1, 2, 3, 4, 1030];
/** FIONBIO, FIOCLEX, FIONREAD, TCGETS (isatty). */
const IOCTL_REQUESTS = [0x5421, 0x5451, 0x541b, 0x5401];
/** SO_KEEPALIVE, SO_LINGER of SOL_SOCKET; TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT: none that attaches a filter. */
const SOCKET_OPTIONS: readonly (readonly [level: number, options: readonly number[]])[] = [
  [1, [9, 13]],
  [6, [1, 4, 5, 6]],
];
/** linux/socket.h: data in a SYN, which makes sendmsg(2) connect. */
const MSG_FASTOPEN = 0x2000_0000;
const PR_SET_NAME = 15;
const MREMAP_FIXED = 2;

/**
 * The filter for a Node that gets its connections by its channel. The kernel compares `int`s and flags by their lower
 * word, and so does this.
 */
export function sandboxFilter(processor: Processor, filtered: Filtered): Buffer {
  const conditions = conditionsFor(filtered);
  const rules = SYSTEM_CALLS.flatMap((call): Rule[] => {
    const number = numberOf(call, processor);
    // Without clone3(2), whose flags no filter can read, the C library makes threads by clone(2).
    const error = call === 'clone3' ? ENOSYS : EPERM;
    return number === null ? [] : [{ number, anyOf: conditions[call] ?? [[]], error }];
  });
  return filterProgram(processor, rules, EPERM);
}

/** Of system calls that are not allowed whatever their arguments. */
function conditionsFor({
  pid,
  program,
}: Filtered): Partial<Record<SystemCall, readonly (readonly Condition[])[]>> {
  return {
    clone: [[bits(0, CLONE_THREAD | CLONE_NAMESPACES, CLONE_THREAD)]],
    clone3: [],
    execve: [[is(0, Number(program & 0xffff_ffffn)), { ...is(0, Number(program >> 32n)), word: 1 }]],
    fcntl: FCNTL_COMMANDS.map((command) => [is(1, command)]),
    ioctl: IOCTL_REQUESTS.map((request) => [is(1, request)]),
    mremap: [[bits(3, MREMAP_FIXED, 0)]],
    open: [[bits(1, O_ACCMODE | O_CREAT | O_TRUNC, 0)]],
    openat: [[bits(2, O_ACCMODE | O_CREAT | O_TRUNC, 0)]],
    prctl: [[is(0, PR_SET_NAME)]],
    prlimit64: [[is(0, 0)], [is(0, pid)]],
    sendmsg: [[bits(2, MSG_FASTOPEN, 0)]],
    setsockopt: SOCKET_OPTIONS.flatMap(([level, options]) =>
      options.map((option) => [is(1, level), is(2, option)]),
    ),
    tgkill: [[is(0, pid)]],
  };
}

const is = (argument: number, value: number): Condition => bits(argument, 0xffff_ffff, value);

const bits = (argument: number, mask: number, value: number): Condition => ({
  word: argument * 2,
  mask,
  value,
});
