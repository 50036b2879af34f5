import type { EventDefinition } from '../definition.ts';

/** The daemon itself. */
export const SERVICE_EVENTS = {
  listening: {
    id: 'REXECD-100',
    level: 'info',
    text: 'listening',
    fields: ['address', 'port'],
    meaning: 'The daemon accepts connections on this address and port; nothing to do.',
  },
  stopping: {
    id: 'REXECD-101',
    level: 'info',
    text: 'stopping',
    fields: ['sessions'],
    meaning:
      'The daemon was told to stop and gives the commands of its sessions stopSeconds to end; tell it again to cut that short.',
  },
  stopped: {
    id: 'REXECD-102',
    level: 'info',
    text: 'stopped',
    fields: [],
    meaning: 'Every session is over and the daemon ends; nothing to do.',
  },
  reloaded: {
    id: 'REXECD-103',
    level: 'info',
    text: 'settings read again',
    fields: ['changed'],
    meaning: 'New connections are served with the settings as they are now; sessions that run keep theirs.',
  },
  listeningSecurely: {
    id: 'REXECD-104',
    level: 'info',
    text: 'listening for secure connections',
    fields: ['address', 'port'],
    meaning: 'The daemon accepts TLS connections on this address and port; nothing to do.',
  },
  clearTextServed: {
    id: 'REXECD-116',
    level: 'warn',
    text: 'clear text served beyond this machine',
    fields: ['address', 'port'],
    meaning:
      'Passwords and commands cross the network in clear text: set host to a loopback address, or tls.mode to only, unless the network can be trusted.',
  },
  certificateEnds: {
    id: 'REXECD-117',
    level: 'warn',
    text: 'certificate ends soon or has ended',
    fields: ['certificate', 'until'],
    meaning:
      'Clients refuse the certificate of the daemon after that day: put a new one in its place and tell the daemon to read its settings again.',
  },
  listenFailed: {
    id: 'REXECD-110',
    level: 'error',
    text: 'cannot listen',
    fields: ['address', 'port', 'cause'],
    meaning:
      'The address is not of this machine, or the port is taken or not allowed: change host or port, end the other program, or grant the privilege.',
  },
  acceptFailed: {
    id: 'REXECD-111',
    level: 'error',
    text: 'cannot accept',
    fields: ['cause'],
    meaning:
      'The system gave the daemon no connection, most often for want of file descriptors: raise the limit or lower maxConnections.',
  },
  workerDied: {
    id: 'REXECD-118',
    level: 'error',
    text: 'worker died',
    fields: ['pid', 'cause'],
    meaning:
      'A process that ran sessions ended, and its sessions with it; another takes its place. Commands whose connection was handed over go on. Look for the cause beside this line, and report it.',
  },
  managerNotTold: {
    id: 'REXECD-115',
    level: 'warn',
    text: 'service manager not told',
    fields: ['cause'],
    meaning:
      'The service manager asked to be told when the daemon is ready, but cannot be: it may take the daemon for dead and stop it. Mend the cause.',
  },
  controlFailed: {
    id: 'REXECD-112',
    level: 'error',
    text: 'no control socket',
    fields: ['cause'],
    meaning:
      'The daemon serves without taking orders such as "rexecd lockouts": mend the cause, or set control to another path or to off, and restart it.',
  },
  reloadFailed: {
    id: 'REXECD-113',
    level: 'error',
    text: 'settings not read again, nothing has changed',
    fields: ['cause'],
    meaning: 'The daemon goes on with the settings it had: mend what the cause names and reload again.',
  },
  settingCapped: {
    id: 'REXECD-114',
    level: 'warn',
    text: 'setting capped by the policy file',
    fields: ['setting'],
    meaning:
      'A setting asks for more than the policy file allows and got what is allowed: change the setting, or have the policy changed.',
  },

  sessionBroken: {
    id: 'REXECD-900',
    level: 'error',
    text: 'session broken by a defect',
    fields: ['session', 'cause'],
    meaning:
      'A defect of rexecd ended this session, and no other one: report it with the cause, which says where it happened.',
  },
  eventsDropped: {
    id: 'REXECD-910',
    level: 'error',
    text: 'events dropped',
    fields: ['sink', 'count'],
    meaning:
      'This many events are missing from the sink of the log, which did not take them in time: look for what kept it, and for the events in the other sinks.',
  },
  sinkFailed: {
    id: 'REXECD-911',
    level: 'error',
    text: 'sink of the event log failed',
    fields: ['sink', 'cause'],
    meaning:
      'The sink does not take events, which wait up to a bound and are tried again: mend the cause, a full disk or a missing socket say; this is told once a minute at most.',
  },
} as const satisfies Record<string, EventDefinition>;
