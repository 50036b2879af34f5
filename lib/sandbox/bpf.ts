import type { Processor } from './system-calls.ts';

/** One 32-bit word of the arguments of a system call (two each, the lower first), under a mask. */
export interface Condition {
  readonly word: number;
  readonly mask: number;
  readonly value: number;
}

/** A system call that is allowed if any of the lists holds in all its conditions, and fails with an error if none does. */
export interface Rule {
  readonly number: number;
  readonly anyOf: readonly (readonly Condition[])[];
  readonly error: number;
}

/** AUDIT_ARCH_… of linux/audit.h. */
const ARCHITECTURES: Readonly<Record<Processor, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** Offsets in struct seccomp_data. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENTS = 16;

/** Instructions of linux/bpf_common.h. */
const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

/** What a filter returns, of linux/seccomp.h. */
const KILL_PROCESS = 0x8000_0000;
const ERRNO = 0x0005_0000;
const ALLOW = 0x7fff_0000;

const ALL_BITS = 0xffff_ffff;

type Instruction = readonly [code: number, operand: number, ifTrue?: number, ifFalse?: number];

/**
 * The filter of system calls, as instructions of classic BPF: those of another architecture end the process, those
 * without a rule fail with the error.
 */
export function filterProgram(processor: Processor, rules: readonly Rule[], error: number): Buffer {
  return assemble([
    [LOAD, ARCHITECTURE],
    [JUMP_IF_EQUAL, ARCHITECTURES[processor], 1, 0],
    [RETURN, KILL_PROCESS],
    [LOAD, NUMBER],
    ...rules.flatMap(whole),
    [RETURN, ERRNO | error],
  ]);
}

function whole({ number, anyOf, error }: Rule): Instruction[] {
  const body: Instruction[] = anyOf.flatMap(alternative);
  if (anyOf.every((conditions) => conditions.length > 0)) body.push([RETURN, ERRNO | error]);
  return [[JUMP_IF_EQUAL, number, 0, body.length], ...body];
}

/** Allows if all conditions hold; continues after its last instruction if one does not. */
function alternative(conditions: readonly Condition[]): Instruction[] {
  let instructions: Instruction[] = [[RETURN, ALLOW]];
  for (const { word, mask, value } of conditions.toReversed())
    instructions = [
      [LOAD, ARGUMENTS + word * 4],
      ...(mask === ALL_BITS ? [] : [[AND, mask] as const]),
      [JUMP_IF_EQUAL, value, 0, instructions.length],
      ...instructions,
    ];
  return instructions;
}

/** struct sock_filter, in the order of bytes of both processors. */
function assemble(instructions: readonly Instruction[]): Buffer {
  const program = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, operand, ifTrue = 0, ifFalse = 0]] of instructions.entries()) {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(ifTrue, index * 8 + 2);
    program.writeUInt8(ifFalse, index * 8 + 3);
    program.writeUInt32LE(operand >>> 0, index * 8 + 4);
  }
  return program;
}
