import type { EventDefinition } from '../definition.ts';

/** Who connects, what they ask for, and who they are. */
export const PEER_EVENTS = {
  connectionRefused: {
    id: 'REXECD-200',
    level: 'error',
    text: 'connection refused',
    fields: ['peer', 'cause'],
    meaning:
      'A connection limit was reached or file descriptors ran low, and the peer was told to try again. See who is connected ("rexecd sessions"), or raise limits.maxConnections, limits.maxConnectionsPerAddress or the limit on open files.',
  },
  addressDenied: {
    id: 'REXECD-206',
    level: 'error',
    text: 'address denied',
    fields: ['peer', 'cause'],
    meaning:
      'The address of the peer may not connect, and nothing was read from it. If it should be able to, change the setting that the cause names.',
  },
  connectionAccepted: {
    id: 'REXECD-207',
    level: 'debug',
    text: 'connection accepted',
    fields: ['session', 'peer', 'listener'],
    meaning:
      'A peer connected and has a session. The listener is "plain" or "tls"; nothing was read yet. No action needed.',
  },
  proxyHeaderRefused: {
    id: 'REXECD-208',
    level: 'error',
    text: 'connection from proxy refused',
    fields: ['proxy', 'cause'],
    meaning:
      'A connection from one of proxyFrom did not begin with a PROXY header, and was closed. Have the proxy send one (HAProxy: send-proxy-v2; nginx: proxy_protocol on), or take its address out of proxyFrom.',
  },
  peerSilent: {
    id: 'REXECD-201',
    level: 'info',
    text: 'peer disconnected without a request',
    fields: ['session', 'peer'],
    meaning:
      'A peer connected and left without sending anything, as port scanners and monitors do. No action needed.',
  },
  requestRefused: {
    id: 'REXECD-202',
    level: 'error',
    text: 'request refused',
    fields: ['session', 'peer', 'code', 'cause'],
    meaning:
      'The request was malformed, too late, or asked for something unavailable, and it was refused. The code says which, the cause says why.',
  },
  peerVanished: {
    id: 'REXECD-203',
    level: 'warn',
    text: 'connection to peer lost',
    fields: ['session', 'peer', 'cause'],
    meaning:
      'The connection broke before the session had ended, and its command, if any, was ended. Check the network and the client.',
  },
  limitReached: {
    id: 'REXECD-204',
    level: 'warn',
    text: 'session limit reached',
    fields: ['session', 'peer', 'user', 'limit', 'seconds'],
    meaning:
      'The session ran, or was idle, for as long as the setting allows, so its command was ended by SIGHUP. Raise the setting if that is too short.',
  },
  handshakeFailed: {
    id: 'REXECD-205',
    level: 'error',
    text: 'TLS handshake failed',
    fields: ['peer', 'cause'],
    meaning:
      'The TLS connection was not established, and no request was read. The cause says why: for example a client without TLS, a TLS version that is too old, or a certificate not signed by an authority in tls.clientCa.',
  },

  loginRefused: {
    id: 'REXECD-300',
    level: 'error',
    text: 'login refused',
    fields: ['session', 'peer', 'user', 'cause'],
    meaning:
      'The peer was sent "Login incorrect." and no reason; the cause is logged only here. Correct the account or the rules. If it keeps happening, someone may be guessing passwords.',
  },
  loginAccepted: {
    id: 'REXECD-301',
    level: 'info',
    access: true,
    text: 'login accepted',
    fields: ['session', 'peer', 'user', 'localUser'],
    meaning: 'The peer logged in as the user; its command runs as the local user. No action needed.',
  },
  loginChecked: {
    id: 'REXECD-305',
    level: 'debug',
    text: 'login checked',
    fields: ['session', 'peer', 'user', 'result', 'ms'],
    meaning:
      'The login was checked in this many milliseconds, without the delay of a refusal. The result is "accepted", "refused", "locked_out", or "failed" if it could not be checked. No action needed.',
  },
  lockedOut: {
    id: 'REXECD-302',
    level: 'error',
    text: 'locked out',
    fields: ['subject', 'failures', 'seconds', 'scope'],
    meaning:
      'Too many logins of the subject failed, so it is refused for this many seconds. If it was a mistake, run "rexecd unlock"; if it was an attack, block the address.',
  },
  lockoutsNotKept: {
    id: 'REXECD-306',
    level: 'error',
    text: 'cannot keep lockouts',
    fields: ['cause'],
    meaning:
      'Lockouts work, but a restart of the daemon would end them. It tries again every 10 seconds, and reports the first failure. Fix the cause: for example a folder that others can enter, or a full disk.',
  },
  lockoutsNotRead: {
    id: 'REXECD-307',
    level: 'error',
    text: 'cannot read kept lockouts',
    fields: ['file', 'cause'],
    meaning:
      'The daemon has started without the lockouts that the one before kept in this file: nobody is locked out. The next change writes the file again. Find out who changed it.',
  },
  sharedLockoutsAway: {
    id: 'REXECD-308',
    level: 'error',
    text: 'shared lockouts are away',
    fields: ['server', 'cause'],
    meaning:
      'The server of lockout.sharedLockouts does not answer. Lockouts that this daemon knows hold; with lockout.sharedLockoutsAway "refuse" nobody can log in. It tries again by itself. Fix the cause: the server, the network, or the rights of its user.',
  },
  sharedLockoutsBack: {
    id: 'REXECD-309',
    level: 'info',
    text: 'shared lockouts are back',
    fields: ['server', 'seconds'],
    meaning:
      'The server of lockout.sharedLockouts answers again, after so many seconds, and lockouts hold for all daemons. No action needed.',
  },
  loginSessionBroken: {
    id: 'REXECD-303',
    level: 'error',
    text: 'cannot close the login session',
    fields: ['user', 'cause'],
    meaning:
      'PAM could not close the session it opened for this user, or Windows the profile. Look for leftovers, such as a mounted home directory or a profile that stays loaded.',
  },
  privilegeMissing: {
    id: 'REXECD-304',
    level: 'error',
    text: 'missing privilege',
    fields: ['privilege', 'purpose', 'grant'],
    whole: ['grant'],
    meaning:
      'The daemon did not start because its settings require a privilege that it does not have. Run it as root, or with the command in "grant".',
  },
} as const satisfies Record<string, EventDefinition>;
