import type { EventDefinition } from '../definition.ts';

/** The daemon itself. */
export const SERVICE_EVENTS = {
  listening: {
    id: 'REXECD-100',
    level: 'info',
    text: 'listening',
    fields: ['address', 'port'],
    meaning: 'The daemon accepts connections on this address and port. No action needed.',
  },
  stopping: {
    id: 'REXECD-101',
    level: 'info',
    text: 'stopping',
    fields: ['sessions'],
    meaning:
      'The daemon is stopping and gives running commands limits.stopSeconds to end. Send the signal again to skip the wait.',
  },
  stopped: {
    id: 'REXECD-102',
    level: 'info',
    text: 'stopped',
    fields: [],
    meaning: 'All sessions have ended and the daemon exits. No action needed.',
  },
  reloaded: {
    id: 'REXECD-103',
    level: 'info',
    text: 'settings reloaded',
    fields: ['changed'],
    meaning: 'New connections use the new settings; running sessions keep theirs. No action needed.',
  },
  listeningSecurely: {
    id: 'REXECD-104',
    level: 'info',
    text: 'listening for TLS connections',
    fields: ['address', 'port'],
    meaning: 'The daemon accepts TLS connections on this address and port. No action needed.',
  },
  clearTextServed: {
    id: 'REXECD-116',
    level: 'warn',
    text: 'serving clear text to other machines',
    fields: ['address', 'port'],
    meaning:
      'Passwords and commands cross the network in clear text. Unless you trust the network, let listen have only loopback addresses and addresses for TLS.',
  },
  started: {
    id: 'REXECD-105',
    level: 'info',
    always: true,
    text: 'started',
    fields: ['version', 'addresses', 'logins'],
    meaning:
      'The daemon has started, listens on these addresses, and lets these users log in. Written at each start whatever log.level is, except with -debug, which prints the same. No action needed.',
  },
  said: {
    id: 'REXECD-106',
    level: 'error',
    text: 'message on standard error',
    fields: ['message'],
    meaning:
      'A service of Windows has no standard error, so this is where its messages go: warnings, and why it did not start. What to do about each is in docs/troubleshooting.md.',
  },
  certificateEnds: {
    id: 'REXECD-117',
    level: 'warn',
    text: 'certificate expires soon or has expired',
    fields: ['certificate', 'until'],
    meaning:
      'Clients reject the certificate of the daemon after this date. Replace the file, then run "rexecd reload".',
  },
  addressMissing: {
    id: 'REXECD-119',
    level: 'error',
    text: 'listening on an address that this machine does not have yet',
    fields: ['address', 'port'],
    meaning:
      'Peers can connect as soon as an interface has the address, for example when its network is up. If that is not expected, change listen.',
  },
  listenFailed: {
    id: 'REXECD-110',
    level: 'error',
    text: 'cannot listen',
    fields: ['address', 'port', 'cause'],
    meaning:
      'The address does not belong to this machine, or the port is in use or not permitted. Change host or port, stop the other program, or grant the privilege.',
  },
  acceptFailed: {
    id: 'REXECD-111',
    level: 'error',
    text: 'cannot accept a connection',
    fields: ['cause'],
    meaning:
      'The system could not accept a connection, usually because the daemon ran out of file descriptors. Raise the limit on open files or lower limits.maxConnections.',
  },
  hostDied: {
    id: 'REXECD-118',
    level: 'warn',
    text: 'host ended',
    fields: ['user', 'pid', 'cause'],
    meaning:
      'The process that runs the commands of this user ended by itself, or the user ended it. Its sessions were closed; the next login starts another one. If it happens often, look at the cause: for example the memory of the machine.',
  },
  hostSilent: {
    id: 'REXECD-120',
    level: 'warn',
    text: 'host does not answer',
    fields: ['user', 'pid'],
    meaning:
      'The process that runs the commands of this user did not answer for 10 seconds. It gets no new sessions until it answers; other users are not affected. Look at what stops it: for example a home on a dead mount, or a signal that the user sent.',
  },
  readerDied: {
    id: 'REXECD-121',
    level: 'error',
    text: 'reader ended',
    fields: ['pid', 'cause'],
    meaning:
      'The process that reads peers ended by itself, and another one serves new peers. Peers that were sending their request were refused; sessions over TLS were closed. It may have been attacked: keep the log, and look at who connected just before.',
  },
  readerMisbehaved: {
    id: 'REXECD-122',
    level: 'error',
    text: 'reader broke the rules and was killed',
    fields: ['pid', 'address', 'cause'],
    meaning:
      'The process that reads peers said something that it may not say in this state of a session. It may have been taken over by the peer with this address, which is refused for lockout.crashPenaltySeconds. Keep the log, and update rexecd.',
  },
  panelOpened: {
    id: 'REXECD-130',
    level: 'info',
    text: 'control panel opened',
    fields: ['listen'],
    meaning:
      'The control panel answers browsers of this machine on this port or socket. Run "rexecd panel" for the address to open. No action needed.',
  },
  panelFailed: {
    id: 'REXECD-131',
    level: 'error',
    text: 'cannot open the control panel',
    fields: ['listen', 'cause'],
    meaning:
      'The daemon runs without its control panel, and tries again every 2 seconds. Fix the cause, or set panel.listen to another port or path, then run "rexecd reload".',
  },
  panelDied: {
    id: 'REXECD-132',
    level: 'error',
    text: 'process of the control panel ended',
    fields: ['pid', 'cause'],
    meaning:
      'The process that answers browsers ended by itself, and another one takes its place. Pages that are open connect again by themselves. If it happens often, look at the cause, and at who can reach the panel.',
  },
  panelUsed: {
    id: 'REXECD-133',
    level: 'info',
    text: 'control panel used',
    fields: ['verb', 'what', 'role', 'madeBy'],
    meaning:
      'A user with a ticket of this role, which this user asked for, opened the panel ("open"), ended a session ("kill") or a lockout ("unlock"), reloaded or changed settings ("set"). No action needed.',
  },
  managerNotTold: {
    id: 'REXECD-115',
    level: 'warn',
    text: 'cannot notify the service manager',
    fields: ['cause'],
    meaning:
      'The service manager asked to be notified when the daemon is ready, but cannot be reached. It may assume the daemon is dead and stop it. Fix the cause.',
  },
  controlFailed: {
    id: 'REXECD-112',
    level: 'error',
    text: 'cannot open the control socket',
    fields: ['cause'],
    meaning:
      'The daemon runs, but "rexecd sessions", "rexecd reload" and the like cannot reach it. Fix the cause, or set control to another path or to "off", and restart it.',
  },
  reloadFailed: {
    id: 'REXECD-113',
    level: 'error',
    text: 'cannot reload settings, keeping the current ones',
    fields: ['cause'],
    meaning: 'The daemon continues with its current settings. Fix what the cause names, then reload again.',
  },
  settingCapped: {
    id: 'REXECD-114',
    level: 'warn',
    text: 'setting capped by the policy file',
    fields: ['setting'],
    meaning:
      'A setting exceeds what the policy file allows, so the allowed value is used instead. Change the setting, or have the policy changed.',
  },

  sessionBroken: {
    id: 'REXECD-900',
    level: 'error',
    text: 'session ended by an internal error',
    fields: ['session', 'cause'],
    meaning:
      'A bug in rexecd ended this session; other sessions are not affected. Report it with the cause, which shows where it happened.',
  },
  eventsDropped: {
    id: 'REXECD-910',
    level: 'error',
    text: 'events dropped',
    fields: ['sink', 'count'],
    meaning:
      'This many events are missing from this log sink, which could not keep up. Find out what delayed it, and look for the events in the other sinks.',
  },
  sinkFailed: {
    id: 'REXECD-911',
    level: 'error',
    text: 'log sink failed',
    fields: ['sink', 'cause'],
    meaning:
      'The sink rejects events. They are queued (up to 1 MB) and retried. Fix the cause, such as a full disk or a missing socket. Reported at most once a minute.',
  },
} as const satisfies Record<string, EventDefinition>;
