import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxSupport } from '../../sandbox/index.ts';
import { namesOrNone, readOrEmpty } from '../read-or-empty.ts';

/** Programs of this package, by what their processes are called. */
const NAMES = {
  'reader-program': 'reader',
  'host-program': 'host',
  'helper-program': 'login helper',
  'panel-program': 'panel',
} as const;
/** What a process of this package is. */
export const ROLES = ['rexecd', 'reader', 'login helper', 'host', 'panel'] as const;
/** Clock ticks a second in /proc (proc(5)); Linux has told programs no other number since 2003. */
const TICKS = 100;
/** It becomes another program within milliseconds. */
const TRAMPOLINE = 'trampoline';
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** What the kernel takes away from no reader, one sentence each. */
export async function sandboxGaps(support?: SandboxSupport): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const { landlock, seccomp } = support ?? (await supported());
  return [
    ...(landlock ? [] : ['the kernel has no Landlock: readers can open the files that their account can']),
    ...(seccomp ? [] : ['the kernel cannot filter the system calls of readers']),
  ];
}

/**
 * One line for this process and each of its children: who it is and what the kernel lets it do, read from /proc once no
 * sandbox is being set up. Empty on a system without /proc.
 */
export async function processLines(): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const late = Date.now() + PATIENCE_MS;
  while (children().some(isStarting) && Date.now() < late) await delay(LOOK_MS);
  return Promise.all(ownProcesses().map(lineOf));
}

async function supported(): Promise<SandboxSupport> {
  const { sandboxSupport } = await import('../../sandbox/index.ts'); // only now: it loads koffi
  return sandboxSupport();
}

/** A process of this package, as the kernel has it. */
export interface OwnProcess {
  readonly pid: number;
  readonly role: (typeof ROLES)[number];
  readonly uid: number;
  /** Resident, in bytes. */
  readonly memory: number;
  /** Processor time that it has used, in seconds. */
  readonly cpuSeconds: number;
  /** How many capabilities it holds, of those that there are. */
  readonly capabilities: { readonly held: number; readonly all: number };
  readonly noNewPrivs: boolean;
  readonly seccomp: boolean;
}

/** This process and each of its children that has become what it is to be; none on a system without /proc. */
export function ownProcesses(): OwnProcess[] {
  if (process.platform !== 'linux') return [];
  return [process.pid, ...children()].flatMap((pid) => ownProcess(pid) ?? []);
}

function ownProcess(pid: number): OwnProcess | undefined {
  const [status, stat] = [readOrEmpty(`/proc/${pid}/status`), readOrEmpty(`/proc/${pid}/stat`)];
  const program = programOf(pid);
  const role = pid === process.pid ? 'rexecd' : (NAMES as Record<string, OwnProcess['role']>)[program];
  if (status === '' || stat === '' || role === undefined) return undefined;
  const field = (key: string): string => new RegExp(`^${key}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '';
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third field on (proc(5))
  return {
    pid,
    role,
    uid: Number(field('Uid')),
    memory: Number(field('VmRSS')) * 1024,
    cpuSeconds: (Number(after[11]) + Number(after[12])) / TICKS,
    capabilities: { held: ones(BigInt(`0x${field('CapEff')}`)), all: numberOfCapabilities() },
    noNewPrivs: field('NoNewPrivs') === '1',
    seccomp: field('Seccomp') === '2',
  };
}

/** What the kernel lets a process do, in words: `no capabilities, no_new_privs, seccomp`. */
export async function privilegesOf({ role, capabilities, ...own }: OwnProcess): Promise<string> {
  const { held, all } = capabilities;
  const { landlock } = await supported();
  return [
    held === 0 ? 'no capabilities' : `${held} of ${all} capabilities`,
    ...(own.noNewPrivs ? ['no_new_privs'] : []),
    ...(own.seccomp ? ['seccomp'] : []),
    // The kernel does not show it; one that could not enter it has not started.
    ...((role === 'reader' || role === 'panel') && landlock ? [`Landlock ${landlock}`] : []),
  ].join(', ');
}

/** The name of the account that a process runs as. */
export async function accountOf({ uid }: Pick<OwnProcess, 'uid'>): Promise<string> {
  const { findAccountName } = await import('../../native/index.ts'); // only now: it loads koffi
  return (await findAccountName(uid)) ?? `uid ${uid}`;
}

async function lineOf(own: OwnProcess): Promise<string> {
  const { pid, role } = own;
  return `process ${pid}, ${role}: account ${await accountOf(own)}, ${await privilegesOf(own)}`;
}

function children(): number[] {
  return namesOrNone('/proc/self/task')
    .flatMap((task) => readOrEmpty(`/proc/self/task/${task}/children`).match(/\d+/g) ?? [])
    .map(Number);
}

/** The file name, without its extension, of the script that a Node runs. */
const programOf = (pid: number): string =>
  /\/([\w-]+)\.[jt]s$/m.exec(commandLine(pid).replaceAll('\0', '\n'))?.[1] ?? '';

/** While a program is replaced by another it has no command line. */
const isStarting = (pid: number): boolean => commandLine(pid) === '' || programOf(pid) === TRAMPOLINE;

const commandLine = (pid: number): string => readOrEmpty(`/proc/${pid}/cmdline`);

const numberOfCapabilities = (): number => Number(readOrEmpty('/proc/sys/kernel/cap_last_cap')) + 1;

const ones = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;
