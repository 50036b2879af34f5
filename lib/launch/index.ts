/** How a command starts: shell, home, environment, and the launchers that make the process. */
export { type Environment, loginEnvironment } from './environment.ts';
export { type Handler, handlerLauncher, type Invocation } from './handler-launcher.ts';
export { type HomeDirectory, lastHome, resolveHome, usableHome } from './home.ts';
export { LaunchError } from './launch-error.ts';
export type { CommandEnd, Group, Launch, Launcher, LauncherName, RunningCommand } from './launcher.ts';
export { launcherNamed, windowsLauncher } from './launchers.ts';
export { absoluteShell, resolveShell, type ShellCommand, shellCommand, usableShell } from './shell.ts';
export { windowsEnvironment } from './windows-environment.ts';
