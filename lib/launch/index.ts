/** How a command starts: shell, home, environment, and the launchers that make the process. */
export { type Environment, loginEnvironment } from './environment.ts';
export { execaLauncher } from './execa-launcher.ts';
export { resolveHome } from './home.ts';
export { type Launch, LaunchError, type Launcher, type RunningCommand, type Stdio } from './launcher.ts';
export type { ProcessGroup } from './process-group.ts';
export { resolveShell, type ShellCommand, shellCommand } from './shell.ts';
