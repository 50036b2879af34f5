import type { EventDefinition } from '../definition.ts';

/** Who connects, what they ask for, and who they are. */
export const PEER_EVENTS = {
  connectionRefused: {
    id: 'REXECD-200',
    level: 'error',
    text: 'connection refused',
    fields: ['peer', 'cause'],
    meaning:
      'A cap on connections is reached, or few file descriptors are left, and the peer was told to try again: see who holds them, or raise maxConnections, maxConnectionsPerAddress or the limit on open files.',
  },
  peerSilent: {
    id: 'REXECD-201',
    level: 'info',
    text: 'peer left without a byte',
    fields: ['session', 'peer'],
    meaning: 'Somebody connected and asked nothing, as port scans and monitors do; nothing to do.',
  },
  requestRefused: {
    id: 'REXECD-202',
    level: 'error',
    text: 'request refused',
    fields: ['session', 'peer', 'code', 'cause'],
    meaning:
      'The request was malformed, late, or asked for what cannot be had, and the peer was told so: the code says which, the cause says why.',
  },
  peerVanished: {
    id: 'REXECD-203',
    level: 'warn',
    text: 'peer vanished',
    fields: ['session', 'peer', 'cause'],
    meaning:
      'The connection broke before the session was over and its command, if there was one, was ended: look at the network or at the client.',
  },
  limitReached: {
    id: 'REXECD-204',
    level: 'warn',
    text: 'session limit reached',
    fields: ['session', 'peer', 'user', 'limit', 'seconds'],
    meaning:
      'The session lasted or was idle for as long as the setting allows and is ended, its command by SIGHUP: raise the setting where that is too short.',
  },
  handshakeFailed: {
    id: 'REXECD-205',
    level: 'error',
    text: 'secure handshake failed',
    fields: ['peer', 'cause'],
    meaning:
      'No secure connection came about and nothing was asked: the cause says why, such as a client that speaks no TLS, an old version of it, or a certificate of no authority in tls.clientCa.',
  },

  loginRefused: {
    id: 'REXECD-300',
    level: 'error',
    text: 'login refused',
    fields: ['session', 'peer', 'user', 'cause'],
    meaning:
      'The peer read "Login incorrect." whatever the cause, which is told here only: correct the account or the rules, or watch for guessing when it goes on.',
  },
  loginAccepted: {
    id: 'REXECD-301',
    level: 'info',
    access: true,
    text: 'login accepted',
    fields: ['session', 'peer', 'user', 'localUser'],
    meaning: 'The peer proved to be the user, whose commands run as the local user; nothing to do.',
  },
  lockedOut: {
    id: 'REXECD-302',
    level: 'error',
    text: 'locked out',
    fields: ['subject', 'failures', 'seconds'],
    meaning:
      'Too many logins of the subject failed and it is refused for a while: "rexecd unlock" ends that where it was a mistake; block the address where it was not.',
  },
  loginSessionBroken: {
    id: 'REXECD-303',
    level: 'error',
    text: 'login session not closed',
    fields: ['session', 'user', 'cause'],
    meaning:
      'PAM could not end what it began for this login, a mounted home say: see what the modules of the service left behind.',
  },
  privilegeMissing: {
    id: 'REXECD-304',
    level: 'error',
    text: 'privilege missing',
    fields: ['privilege', 'purpose', 'grant'],
    whole: ['grant'],
    meaning:
      'The daemon did not start, because the settings make it need a privilege that it does not hold: run it as root or as grant says.',
  },
} as const satisfies Record<string, EventDefinition>;
