import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SandboxAccount, type SandboxOptions, startSandboxed } from '../../sandbox/index.ts';

const PROGRAM = fileURLToPath(
  new URL(`../server/panel-program${extname(import.meta.filename)}`, import.meta.url),
);
/** Node's channel for orders, which come with connections; a pipe for reports. */
const STDIO = ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] as const;
const MOST_HEAP = 192; // MiB; 10,000 sessions in 8 pages need 60
const MOST_MEMORY = 768 * 2 ** 20; // bytes, of heap, buffers, code and stacks

/** How the panel's process is kept from all that it does not need: as a reader is. */
export const PANEL_SANDBOX: SandboxOptions = {
  stdio: STDIO,
  flags: [
    '--max-semi-space-size=1',
    `--max-old-space-size=${MOST_HEAP}`,
    '--disable-warning=ExperimentalWarning',
  ],
  limits: { data: `${MOST_MEMORY}:${MOST_MEMORY}` },
};

/** @throws Error if the system has no process or descriptor left for it */
export const startPanel = (account: SandboxAccount | undefined): ChildProcess =>
  startSandboxed(PROGRAM, { ...PANEL_SANDBOX, ...(account && { account }) });
