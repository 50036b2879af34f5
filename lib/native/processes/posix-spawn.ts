import { SystemError } from '../../base/index.ts';
import { program } from '../koffi.ts';

/** A process to make. */
export interface ProcessToSpawn {
  readonly file: string; // absolute
  readonly argv: readonly string[]; // argv[0] too
  readonly environment: readonly string[]; // NAME=value
  readonly directory: string;
  /** The descriptors that become 0, 1 and 2 there; every other one is closed. */
  readonly stdio: readonly [stdin: number, stdout: number, stderr: number];
}

/** Enough for posix_spawnattr_t and posix_spawn_file_actions_t of glibc (336 and 80 bytes). */
const STRUCT_BYTES = 512;
const SIGNAL_SET_BYTES = 128;
/** A session of its own, no signal blocked, every signal as a new process has it (Node ignores SIGPIPE). */
const FLAGS = { setSignalDefaults: 0x04, setSignalMask: 0x08, setSession: 0x80 } as const;

const functions = () => {
  const actions = (name: string, ...more: string[]) =>
    program.func(`posix_spawn_file_actions_${name}`, 'int', ['void *', ...more]);
  const attributes = (name: string, ...more: string[]) =>
    program.func(`posix_spawnattr_${name}`, 'int', ['void *', ...more]);
  return {
    spawn: program.func(
      'int posix_spawn(_Out_ int *pid, const char *file, void *actions, void *attributes, const char **argv, const char **environment)',
    ),
    init: actions('init'),
    dup2: actions('adddup2', 'int', 'int'),
    chdir: actions('addchdir_np', 'const char *'),
    closeFrom: actions('addclosefrom_np', 'int'),
    destroy: actions('destroy'),
    attributes: ownSession(attributes),
  } as const;
};

function ownSession(
  attributes: (name: string, ...more: string[]) => (...given: unknown[]) => number,
): Buffer {
  const attr = Buffer.alloc(STRUCT_BYTES);
  attributes('init')(attr);
  attributes('setflags', 'short')(attr, FLAGS.setSignalDefaults | FLAGS.setSignalMask | FLAGS.setSession);
  attributes('setsigmask', 'void *')(attr, Buffer.alloc(SIGNAL_SET_BYTES));
  attributes('setsigdefault', 'void *')(attr, Buffer.alloc(SIGNAL_SET_BYTES, 0xff));
  return attr;
}

let loaded: ReturnType<typeof functions> | undefined;

/** @throws Error when this C library cannot (glibc can from 2.34 on) */
export function loadPosixSpawn(): void {
  loaded ??= functions();
}

/**
 * Makes a process, in a session and process group of its own, by posix_spawn(3): it shares this one's memory until it
 * runs the program, so that it costs the same however large this process is. Returns its number once the program runs.
 *
 * @throws SystemError
 */
export function spawnProcess({ file, argv, environment, directory, stdio }: ProcessToSpawn): number {
  loadPosixSpawn();
  const { spawn, init, dup2, chdir, closeFrom, destroy, attributes } = loaded!;
  const actions = Buffer.alloc(STRUCT_BYTES);
  init(actions);
  try {
    for (const [target, descriptor] of stdio.entries()) dup2(actions, descriptor, target);
    chdir(actions, directory);
    closeFrom(actions, stdio.length);
    const pid: [number] = [0];
    const errno: number = spawn(pid, file, actions, attributes, [...argv, null], [...environment, null]);
    if (errno !== 0) throw new SystemError(file, errno);
    return pid[0];
  } finally {
    destroy(actions);
  }
}
