import type { EventDefinition } from '../definition.ts';

/** What runs. */
export const COMMAND_EVENTS = {
  homeUnusable: {
    id: 'REXECD-400',
    level: 'warn',
    text: 'home directory unusable, default taken',
    fields: ['session', 'user', 'home', 'directory', 'cause'],
    meaning:
      "The command runs in another directory than the user's home: make the home, mend its permissions, or set requireHome to refuse such users.",
  },
  launchFailed: {
    id: 'REXECD-401',
    level: 'error',
    text: 'command not started',
    fields: ['session', 'user', 'cause'],
    meaning:
      'The login was accepted but the system did not start the command: see the cause, a missing shell or a limit on processes say.',
  },
  commandStarted: {
    id: 'REXECD-402',
    level: 'info',
    access: true,
    text: 'command started',
    fields: ['session', 'peer', 'user', 'localUser', 'command', 'pid', 'plan'],
    meaning: 'The remote host runs this command as this user; nothing to do.',
  },
  commandEnded: {
    id: 'REXECD-403',
    level: 'info',
    access: true,
    text: 'command ended',
    fields: ['session', 'pid', 'status', 'ms'],
    meaning:
      'The command ended with this exit code, or by this signal, after so many milliseconds; nothing to do.',
  },
  signalForwarded: {
    id: 'REXECD-404',
    level: 'debug',
    text: 'signal forwarded',
    fields: ['session', 'signal'],
    meaning: "The peer sent a signal, which the command's process group got; nothing to do.",
  },
} as const satisfies Record<string, EventDefinition>;
