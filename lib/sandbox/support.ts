import { filtersSystemCalls, landlockVersion } from '../native/index.ts';

/** What the kernel can take away from a process without root. */
export interface SandboxSupport {
  /** Version of Landlock that is used: files from 1, TCP from 4, devices from 5, signals and abstract sockets from 6; 0: none. */
  readonly landlock: number;
  /** Whether system calls can be filtered. */
  readonly seccomp: boolean;
}

/** The newest version of Landlock that the sandbox makes use of. */
const NEWEST_LANDLOCK = 6;

/** What this kernel can do. */
export const sandboxSupport = (): SandboxSupport => ({
  landlock: Math.min(landlockVersion(), NEWEST_LANDLOCK),
  seccomp: filtersSystemCalls(),
});
