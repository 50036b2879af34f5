import type { EventDefinition } from '../definition.ts';

/** What runs. */
export const COMMAND_EVENTS = {
  homeUnusable: {
    id: 'REXECD-400',
    level: 'warn',
    text: 'home directory not usable, using the default',
    fields: ['session', 'user', 'home', 'directory', 'cause'],
    meaning:
      "The command runs in the default directory instead of the user's home. Create the home, fix its permissions, or set accounts.requireHome to refuse such users.",
  },
  launchFailed: {
    id: 'REXECD-401',
    level: 'error',
    text: 'cannot start command',
    fields: ['session', 'user', 'cause'],
    meaning:
      'The login was accepted, but the command could not be started. See the cause: for example a missing shell or a limit on processes.',
  },
  commandStarted: {
    id: 'REXECD-402',
    level: 'info',
    access: true,
    text: 'command started',
    fields: ['session', 'peer', 'user', 'localUser', 'command', 'pid', 'ms'],
    meaning:
      'The peer started this command, which runs as the local user, this many milliseconds after the login was accepted. No action needed.',
  },
  commandEnded: {
    id: 'REXECD-403',
    level: 'info',
    access: true,
    text: 'command ended',
    fields: ['session', 'pid', 'status', 'ms'],
    meaning:
      'The command ended with this exit status or signal, this many milliseconds after it started. No action needed.',
  },
  commandStuck: {
    id: 'REXECD-405',
    level: 'error',
    text: 'command cannot be ended',
    fields: ['session', 'user', 'pid'],
    meaning:
      'The command did not end after SIGKILL, so its session was closed without it. The kernel keeps such a process until what it waits for answers: for example a dead mount, or a frozen cgroup.',
  },
  commandLost: {
    id: 'REXECD-406',
    level: 'error',
    text: 'command lost',
    fields: ['session', 'user', 'cause'],
    meaning:
      'The process that ran this command for its user ended first, so the session was closed, and how the command ended is not known: it may still be running. The event REXECD-118 beside it says more.',
  },
  signalForwarded: {
    id: 'REXECD-404',
    level: 'debug',
    text: 'signal forwarded',
    fields: ['session', 'signal'],
    meaning: 'The peer sent this signal, and the process group of the command received it. No action needed.',
  },
} as const satisfies Record<string, EventDefinition>;
