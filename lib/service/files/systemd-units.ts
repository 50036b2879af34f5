import { DEFAULT_PORT } from '../../../codec/index.ts';
import { keyOf, SETTINGS } from '../../settings/index.ts';
import { DAEMON_FLAGS, type Program, STOP_SECONDS } from './program.ts';

const quoted = (path: string): string => (path.includes(' ') ? `"${path}"` : path);

/** rexecd.service */
export const serviceUnit = ({ node, script }: Program): string => `[Unit]
Description=Remote execution service (rexec, TCP 512)
Documentation=man:rexecd(8) man:rexecd.toml(5)
After=network.target nss-user-lookup.target
# What is missing at boot, a name server or a disk, may come later.
StartLimitIntervalSec=0

[Service]
# The daemon reports when it listens, reloads and stops, and that its event loop is alive.
Type=notify
NotifyAccess=main
WatchdogSec=30s

# Settings are in /etc/rexecd/rexecd.toml; /etc/default/rexecd may set OPTIONS and REXECD_... variables.
Environment=OPTIONS=
EnvironmentFile=-/etc/default/rexecd
ExecStart=${quoted(node)} ${DAEMON_FLAGS.join(' ')} ${quoted(script)} $OPTIONS
ExecReload=${quoted(node)} ${quoted(script)} $OPTIONS reload
SyslogIdentifier=rexecd
Restart=on-failure
RestartSec=3s

# As with cron and ssh, only the daemon gets SIGTERM. It waits for the commands of its sessions to end
# (${keyOf('stopSeconds')}), then ends them (${keyOf('killSeconds')}). What users left running in the background when their
# sessions ended is theirs, and stays. The daemon asks for more time than this if its settings require it.
KillMode=process
TimeoutStopSec=${STOP_SECONDS}s

RuntimeDirectory=rexecd
RuntimeDirectoryMode=0700
# Lockouts and sessions of the panel are kept in it, for the next start.
RuntimeDirectoryPreserve=yes
StateDirectory=rexecd
StateDirectoryMode=0700
LogsDirectory=rexecd
LogsDirectoryMode=0750

# If a command runs out of memory, only that command is killed.
OOMPolicy=continue
# The commands of all users are tasks of this unit, so the default limit, meant for one program, is too low.
TasksMax=33%
# No core dumps of the daemon: they may contain passwords. Commands may raise the limit for themselves.
LimitCORE=0:infinity

# Why the usual hardening is missing: commands would inherit it, and their users are logged in and may
# become root with sudo, as with ssh. sshd.service has none of it either.
# - NoNewPrivileges=, RestrictSUIDSGID=: sudo, su, ping and unix_chkpwd (which PAM runs) would fail.
# - CapabilityBoundingSet=: would also limit root in a command's sudo. The daemon itself needs CAP_SETUID, CAP_SETGID,
#   CAP_KILL, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE, CAP_SYS_RESOURCE (limits), CAP_SETPCAP and CAP_SYS_RAWIO (to take
#   more from readers) and what PAM modules need.
# - ProtectSystem=, ProtectHome=, ReadOnlyPaths=, ProtectKernelTunables= and the like: commands write to homes, and
#   "sudo apt-get" to /usr.
# - PrivateTmp=: users expect the same /tmp as with ssh. Each of these also gives the unit a mount namespace, in which
#   a command's "sudo mount" would stay unseen.
# - PrivateDevices=, DeviceAllow=: commands use tapes, disks and terminals.
# - MemoryDenyWriteExecute=: the JIT compiler of V8, koffi's callbacks and the users' own JITs write code and run it.
# - RestrictAddressFamilies=, SystemCallFilter=, SystemCallArchitectures=, RestrictNamespaces=, RestrictRealtime=,
#   LockPersonality=: packet sockets, containers, 32-bit programs, setarch and gdb are the users' business.
# What reads the network is hardened more than a unit could do it: a process without privilege, in a sandbox of its own.
# Who may log in and what for is bounded by PAM, pam_limits and the settings (${keyOf('allowUsers')},
# ${keyOf('allowGroups')}, ${keyOf('minimumUid')}).

[Install]
WantedBy=multi-user.target
`;

/** rexecd.socket, which is installed and not enabled. */
export const socketUnit = (): string => `[Unit]
Description=Socket of the remote execution service (rexec, TCP 512)
Documentation=man:rexecd(8)

# To start the daemon on demand instead: "systemctl disable --now rexecd.service", then
# "systemctl enable --now rexecd.socket". The daemon starts at the first connection and takes over this socket: the
# first address of the setting listen, and limits.backlog, then have no effect.

[Socket]
# Everything is sent in clear text: listen beyond loopback only on a network that you trust. "systemctl edit
# rexecd.socket" changes the address: add an empty ListenStream=, then one with the new address.
ListenStream=127.0.0.1:${DEFAULT_PORT}
Backlog=${SETTINGS.backlog.parse(undefined)}

[Install]
WantedBy=sockets.target
`;
