/** How a command starts: shell, home, environment, and the launchers that make the process. */
export { type Environment, loginEnvironment } from './environment.ts';
export { execaLauncher } from './execa-launcher.ts';
export { resolveHome } from './home.ts';
export { LaunchError } from './launch-error.ts';
export type { Launch, Launcher, RunningCommand, Stdio } from './launcher.ts';
export type { ProcessGroup } from './process-group.ts';
export { resolveShell, type ShellCommand, shellCommand, usableShell } from './shell.ts';
