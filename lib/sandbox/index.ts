/** Processes that the kernel keeps from all but reading and writing what they are given. Linux. */
export { NOT_SANDBOXED, type SandboxAccount } from './plan.ts';
export { type SandboxOptions, startSandboxed } from './start.ts';
export { type SandboxSupport, sandboxSupport } from './support.ts';
