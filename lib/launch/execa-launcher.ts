import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { execa, type Options } from 'execa';
import type { ExitStatus } from '../../codec/index.ts';
import { asUser, self } from './account-switch.ts';
import { LaunchError } from './launch-error.ts';
import type { Launcher, RunningCommand, Stdio } from './launcher.ts';
import { ProcessGroup } from './process-group.ts';
import { socketPair } from './socket-pair.ts';

/** execa for its checks and its errors; buffering, clean-up and shell features are the orchestrator's or nobody's. */
const LEAN = {
  buffer: false,
  reject: false,
  cleanup: false,
  extendEnv: false,
  stripFinalNewline: false,
} as const;

/** Starts commands with execa, the only importer of it. */
export const execaLauncher: Launcher = {
  async launch({ grant, shell, directory, environment, stdio }) {
    const { file, arguments: words, ...account } = asUser(shell, grant, self());
    // Both outputs in one pipe keep their order; with two, the reader would have to guess it.
    const merged = stdio.plan === 'relay' && stdio.stderr === 'stdout' ? await socketPair() : undefined;
    const subprocess = execa(file, words, {
      ...LEAN,
      ...account,
      cwd: directory,
      env: environment,
      detached: true, // setsid: a session and a process group of its own
      ...streams(stdio, merged?.[1]),
    } satisfies Options);
    merged?.[1].destroy();
    const child = subprocess.nodeChildProcess;
    if (child.pid === undefined) {
      merged?.[0].destroy();
      const { originalMessage, shortMessage } = (await subprocess) as {
        originalMessage?: string;
        shortMessage?: string;
      };
      throw new LaunchError(originalMessage ?? shortMessage ?? `cannot start ${shell.file}`);
    }
    return running(child, child.pid, merged?.[0] ?? null);
  },
};

function streams(stdio: Stdio, merged: Socket | undefined): Options {
  if (stdio.plan === 'relay') return { stdin: 'pipe', stdout: merged ?? 'pipe', stderr: merged ?? 'pipe' };
  const { connection } = stdio;
  return { stdin: connection, stdout: connection, stderr: stdio.stderr === 'pipe' ? 'pipe' : connection };
}

function running(child: ChildProcess, pid: number, merged: Readable | null): RunningCommand {
  const group = new ProcessGroup(pid);
  const exit = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      group.leaderReaped();
      resolve(signal === null ? { type: 'exited', code: code ?? 0 } : { type: 'signaled', signal });
    });
  });
  return { pid, group, stdin: child.stdin, stdout: child.stdout ?? merged, stderr: child.stderr, exit };
}
