import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SandboxAccount, type SandboxOptions, startSandboxed } from '../sandbox/index.ts';

const PROGRAM = fileURLToPath(new URL(`./reader-program${extname(import.meta.filename)}`, import.meta.url));
/** Node's channel for orders, which come with connections; a pipe for reports, which come with secrets. */
const STDIO = ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] as const;
/** A peer that makes a reader grow ends that reader, and takes no memory from the rest of the machine. */
const MOST_HEAP = 512; // MiB; 10,000 peers need 130
const MOST_MEMORY = 1024; // MiB, of heap, buffers, OpenSSL and stacks
const FLAGS = [
  '--max-semi-space-size=4',
  `--max-old-space-size=${MOST_HEAP}`,
  '--disable-warning=ExperimentalWarning',
];
const LIMIT = MOST_MEMORY * 2 ** 20;

/** How readers are kept from all that they do not need. */
export const READER_SANDBOX: SandboxOptions = {
  stdio: STDIO,
  flags: FLAGS,
  limits: { data: `${LIMIT}:${LIMIT}` },
  packages: ['binary-parser', 'stream-chain'], // what the code before the login is made of
};

/**
 * Starts a reader, with all taken away from it that the kernel can take away.
 *
 * @param account required as root, and cannot be set without
 * @throws Error if the system has no process or descriptor left for it
 */
export const startReader = (account: SandboxAccount | undefined): ChildProcess =>
  startSandboxed(PROGRAM, { ...READER_SANDBOX, ...(account && { account }) });
