import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxSupport } from '../../sandbox/index.ts';
import { readOrEmpty } from '../read-or-empty.ts';

/** Programs of this package, by what their processes are called. */
const NAMES = {
  'reader-program': 'reader',
  'host-program': 'host',
  'helper-program': 'login helper',
} as const;
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
  const lines = [process.pid, ...children()].map(lineOf);
  return (await Promise.all(lines)).filter((line) => line !== '');
}

async function supported(): Promise<SandboxSupport> {
  const { sandboxSupport } = await import('../../sandbox/index.ts'); // only now: it loads koffi
  return sandboxSupport();
}

async function lineOf(pid: number): Promise<string> {
  const status = readOrEmpty(`/proc/${pid}/status`);
  const program = programOf(pid);
  const name = pid === process.pid ? 'rexecd' : (NAMES as Record<string, string>)[program];
  if (status === '' || name === undefined) return '';
  const field = (key: string): string => new RegExp(`^${key}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '';
  const uid = Number(field('Uid'));
  const { findAccountName } = await import('../../native/index.ts');
  const account = (await findAccountName(uid)) ?? `uid ${uid}`;
  const held = ones(BigInt(`0x${field('CapEff')}`));
  const { landlock } = await supported();
  return [
    `process ${pid}, ${name}: account ${account}`,
    held === 0 ? 'no capabilities' : `${held} of ${numberOfCapabilities()} capabilities`,
    ...(field('NoNewPrivs') === '1' ? ['no_new_privs'] : []),
    ...(field('Seccomp') === '2' ? ['seccomp'] : []),
    // The kernel does not show it; a reader that could not enter it has not started.
    ...(name === 'reader' && landlock ? [`Landlock ${landlock}`] : []),
  ].join(', ');
}

function children(): number[] {
  const tasks = readdirSync('/proc/self/task');
  return tasks
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
