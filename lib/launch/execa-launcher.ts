import { execa, type Options } from 'execa';
import type { ExitStatus } from '../../codec/index.ts';
import { reasonOf } from '../base/index.ts';
import { LaunchError } from './launch-error.ts';
import type { Launcher } from './launcher.ts';
import { Pipes } from './pipes.ts';
import { ProcessGroup } from './process-group.ts';
import { wrapped } from './wrapped.ts';

/**
 * execa is here because the project starts its commands with it. All it does for us is to check the arguments, spawn, and
 * say why a program did not start; what it would do besides is switched off, because `lib/run` does it or no one wants it.
 */
const LEAN = {
  buffer: false,
  reject: false,
  cleanup: false,
  extendEnv: false,
  stripFinalNewline: false,
} as const;

/** Starts commands with execa, the only importer of it. */
export const execaLauncher: Launcher = {
  async launch(launch) {
    const { file, argv0, arguments: words, environment, directory } = wrapped(launch);
    const pipes = pipesFor(launch.stderr);
    const [stdin, stdout, stderrEnd] = pipes.far;
    const subprocess = execa(file, words, {
      ...LEAN,
      argv0,
      cwd: directory,
      env: environment,
      detached: true, // setsid: a session and a process group of its own
      ...({ stdin, stdout, stderr: stderrEnd } as Options), // any descriptor, whatever its type says
    });
    pipes.closeFar();
    const child = subprocess.nodeChildProcess;
    if (child.pid === undefined) {
      pipes.destroy();
      const { cause } = await subprocess;
      throw new LaunchError(cause ? reasonOf(cause) : `cannot start ${file}`, { cause });
    }
    const group = new ProcessGroup(child.pid);
    const exit = new Promise<ExitStatus>((resolve) => {
      child.once('exit', (code, signal) => {
        group.leaderReaped();
        resolve(signal === null ? { type: 'exited', code: code ?? 0 } : { type: 'signaled', signal });
      });
    });
    const { stdin: input, stdout: output, stderr: errors } = pipes;
    return { pid: child.pid, group, stdin: input, stdout: output, stderr: errors, exit };
  },
};

function pipesFor(stderr: 'pipe' | 'stdout'): Pipes {
  try {
    return new Pipes(stderr);
  } catch (cause) {
    throw new LaunchError(reasonOf(cause), { cause });
  }
}
