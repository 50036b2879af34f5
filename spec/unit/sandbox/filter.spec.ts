import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sandboxFilter } from '../../../lib/sandbox/allowed.ts';
import {
  numberOf,
  type Processor,
  SYSTEM_CALLS,
  type SystemCall,
} from '../../../lib/sandbox/system-calls.ts';

const [ALLOW, EPERM, ENOSYS, KILL] = [0x7fff_0000, 0x0005_0001, 0x0005_0026, 0x8000_0000];
const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const PROCESSORS = Object.keys(AUDIT) as Processor[];
const PID = 4711;
const PROGRAM = 0x7f12_3456_0040n;
const X32 = 0x4000_0000;

/** What the kernel does with the program, for a call of a processor: linux/filter.h, of which only five instructions occur. */
function judge(program: Buffer, architecture: number, number: number, given: readonly bigint[] = []): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture, 4);
  for (const [index, argument] of given.entries()) data.writeBigUInt64LE(argument, 16 + index * 8);
  let register = 0;
  for (let at = 0; at * 8 < program.length; at += 1) {
    const [code, ifTrue, ifFalse] = [
      program.readUInt16LE(at * 8),
      program[at * 8 + 2]!,
      program[at * 8 + 3]!,
    ];
    const operand = program.readUInt32LE(at * 8 + 4);
    if (code === 0x20) register = data.readUInt32LE(operand);
    else if (code === 0x54) register = (register & operand) >>> 0;
    else if (code === 0x15) at += register === operand ? ifTrue : ifFalse;
    else if (code === 0x06) return operand;
    else throw new Error(`instruction ${code}`);
  }
  throw new Error('past the end');
}

/** Calls with arguments, what the filter says, and why. */
const CASES: readonly (readonly [SystemCall, readonly bigint[], number, string])[] = [
  ['clone', [0x3d0f00n], ALLOW, 'a thread of glibc'],
  ['clone', [0x7d0f00n], ALLOW, 'a thread of musl'],
  ['clone', [0x11n], EPERM, 'a process'],
  ['clone', [0x1200011n], EPERM, 'a fork of glibc'],
  ['clone', [0x4111n], EPERM, 'a process that shares memory'],
  ['clone', [0x1003d0f00n & 0xffff_ffffn], ALLOW, 'upper bits, which the kernel does not see'],
  ['clone', [0x10000n | 0x10000000n], EPERM, 'a thread in a user namespace'],
  ['clone', [0x10000n | 0x20000n], EPERM, 'a thread in a mount namespace'],
  ['clone3', [0n], ENOSYS, 'flags that cannot be read'],
  ['execve', [PROGRAM], ALLOW, 'the program'],
  ['execve', [PROGRAM + 1n], EPERM, 'another path'],
  ['execve', [PROGRAM & 0xffff_ffffn], EPERM, 'the lower half of the address'],
  ['execve', [PROGRAM + 0x1_0000_0000n], EPERM, 'another upper half'],
  ['openat', [0n, 0n, 0o2000000n], ALLOW, 'to read'],
  ['openat', [0n, 0n, 1n], EPERM, 'to write'],
  ['openat', [0n, 0n, 2n], EPERM, 'to read and write'],
  ['openat', [0n, 0n, 0o100n], EPERM, 'to create'],
  ['openat', [0n, 0n, 0o1000n], EPERM, 'to truncate'],
  ['open', [0n, 0n], ALLOW, 'to read'],
  ['open', [0n, 1n], EPERM, 'to write'],
  ['fcntl', [0n, 4n], ALLOW, 'F_SETFL'],
  ['fcntl', [0n, 8n], EPERM, 'F_SETOWN'],
  ['ioctl', [0n, 0x5421n], ALLOW, 'FIONBIO'],
  ['ioctl', [0n, 0x5412n], EPERM, 'TIOCSTI'],
  ['setsockopt', [0n, 6n, 1n], ALLOW, 'TCP_NODELAY'],
  ['setsockopt', [0n, 1n, 1n], EPERM, 'SO_DEBUG: the option of another level'],
  ['setsockopt', [0n, 1n, 26n], EPERM, 'SO_ATTACH_FILTER'],
  ['setsockopt', [0n, 0n, 1n], EPERM, 'an option of IP'],
  ['sendmsg', [0n, 0n, 0x4000n], ALLOW, 'MSG_NOSIGNAL'],
  ['sendmsg', [0n, 0n, 0x2000_4000n], EPERM, 'MSG_FASTOPEN'],
  ['mremap', [0n, 0n, 0n, 1n], ALLOW, 'MREMAP_MAYMOVE'],
  ['mremap', [0n, 0n, 0n, 3n], EPERM, 'MREMAP_FIXED'],
  ['prctl', [15n], ALLOW, 'PR_SET_NAME'],
  ['prctl', [4n], EPERM, 'PR_SET_DUMPABLE'],
  ['prlimit64', [0n], ALLOW, 'its own'],
  ['prlimit64', [BigInt(PID)], ALLOW, 'its own by number'],
  ['prlimit64', [1n], EPERM, 'of another process'],
  ['tgkill', [BigInt(PID)], ALLOW, 'its own thread'],
  ['tgkill', [1n], EPERM, 'a thread of another process'],
];

/** Calls that no reader makes, by name: in the headers of the processors that have them. */
const DENIED = [
  ...[
    'fork',
    'vfork',
    'execveat',
    'kill',
    'tkill',
    'rt_sigqueueinfo',
    'rt_tgsigqueueinfo',
    'ptrace',
    'process_vm_readv',
  ],
  ...[
    'process_vm_writev',
    'process_madvise',
    'pidfd_open',
    'pidfd_getfd',
    'pidfd_send_signal',
    'setuid',
    'setgid',
  ],
  ...[
    'setreuid',
    'setregid',
    'setresuid',
    'setresgid',
    'setfsuid',
    'setfsgid',
    'setgroups',
    'capset',
    'unshare',
    'setns',
  ],
  ...[
    'socket',
    'socketpair',
    'bind',
    'connect',
    'listen',
    'accept',
    'accept4',
    'sendto',
    'sendmmsg',
    'creat',
  ],
  ...[
    'openat2',
    'memfd_create',
    'mount',
    'umount2',
    'pivot_root',
    'chroot',
    'keyctl',
    'add_key',
    'request_key',
    'bpf',
  ],
  ...[
    'userfaultfd',
    'perf_event_open',
    'io_uring_setup',
    'io_uring_enter',
    'io_uring_register',
    'seccomp',
    'personality',
  ],
  ...[
    'init_module',
    'finit_module',
    'kexec_load',
    'reboot',
    'unlink',
    'unlinkat',
    'mkdir',
    'mkdirat',
    'rename',
    'link',
  ],
  ...[
    'chmod',
    'fchmod',
    'fchmodat',
    'chown',
    'fchown',
    'fchownat',
    'truncate',
    'ftruncate',
    'setrlimit',
    'iopl',
    'ioperm',
  ],
];

/** Numbers by name, of the C library's headers. */
function header(file: string): ReadonlyMap<string, number> {
  const lines = readFileSync(file, 'latin1').matchAll(/^#define (?:__NR_|__NR3264_)(\w+)\s+(\d+)$/gm);
  return new Map([...lines].map(([, name, number]) => [name!, Number(number)]));
}

const HEADERS: Readonly<Record<Processor, string>> = {
  x64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  arm64: '/usr/include/asm-generic/unistd.h',
};
/** Names that differ there. */
const GENERIC: Readonly<Record<string, string>> = { newfstatat: 'fstatat' };

for (const processor of PROCESSORS)
  describe(`the filter of system calls on ${processor}`, () => {
    const program = sandboxFilter(processor, { pid: PID, program: PROGRAM });
    const says = (number: number, given: readonly bigint[] = []) =>
      judge(program, AUDIT[processor], number, given);
    const known = SYSTEM_CALLS.map((call) => numberOf(call, processor)).filter((number) => number !== null);

    it('is no longer than the kernel takes', () => assert.ok(program.length / 8 < 4096));

    it('ends a process that calls by another architecture', () => {
      const others = [
        0x4000_0003,
        0x4000_0028,
        0,
        ...PROCESSORS.filter((each) => each !== processor).map((each) => AUDIT[each]),
      ];
      for (const other of others)
        for (const number of known) assert.equal(judge(program, other, number), KILL);
    });

    it('refuses every number that is not on the list', () => {
      const refused = Array.from({ length: 1024 }, (_, number) => number).filter(
        (each) => !known.includes(each),
      );
      for (const number of [...refused, -1, 0x7fff_ffff]) assert.equal(says(number), EPERM, `${number}`);
    });

    it('refuses the numbers of x32', () => {
      for (let number = 0; number < 1024; number += 1) assert.equal(says(X32 | number), EPERM);
    });

    for (const [call, given, result, why] of CASES.filter(([each]) => numberOf(each, processor) !== null))
      it(`says ${result.toString(16)} to ${call}: ${why}`, () => {
        assert.equal(says(numberOf(call, processor)!, given), result);
      });

    it('allows the others whatever their arguments', () => {
      const judged = new Set(CASES.map(([call]) => call));
      for (const call of SYSTEM_CALLS.filter((each) => !judged.has(each))) {
        const number = numberOf(call, processor);
        for (const given of [0n, 2n ** 64n - 1n])
          if (number !== null) assert.equal(says(number, Array(6).fill(given)), ALLOW, call);
      }
    });

    it('has the numbers of the headers', {
      skip: !existsSync(HEADERS[processor]) && 'needs headers (Debian: linux-libc-dev)',
    }, () => {
      const numbers = header(HEADERS[processor]);
      const differ = SYSTEM_CALLS.filter((call) => {
        const name = processor === 'arm64' ? (GENERIC[call] ?? call) : call;
        return (numbers.get(name) ?? null) !== numberOf(call, processor);
      });
      assert.deepEqual(differ, []);
      const denied = DENIED.flatMap((name) => numbers.get(name) ?? []);
      assert.ok(denied.length > 60, `${denied.length}`);
      for (const number of denied) assert.equal(says(number), EPERM);
    });
  });
