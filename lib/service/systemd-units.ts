import { SETTINGS } from '../settings/index.ts';
import { type Program, STOP_SECONDS } from './program.ts';

const quoted = (path: string): string => (path.includes(' ') ? `"${path}"` : path);

/** rexecd.service */
export const serviceUnit = ({ node, script }: Program): string => `[Unit]
Description=Remote execution service (rexec, TCP 512)
Documentation=man:rexecd(8) man:rexecd.toml(5)
After=network.target nss-user-lookup.target
StartLimitIntervalSec=60s
StartLimitBurst=10

[Service]
# The daemon says itself when it listens, reloads and stops, and that its event loop still turns.
Type=notify
NotifyAccess=main
WatchdogSec=30s

# Settings are in /etc/rexecd/rexecd.toml; /etc/default/rexecd may have OPTIONS and REXECD_... variables.
Environment=OPTIONS=
EnvironmentFile=-/etc/default/rexecd
ExecStart=${quoted(node)} ${quoted(script)} $OPTIONS
ExecReload=/bin/kill -HUP $MAINPID
SyslogIdentifier=rexecd
Restart=on-failure
RestartSec=3s

# SIGTERM goes to the daemon alone, which lets commands end (stopSeconds), then hangs them up (killSeconds). What is
# left when it is gone, or when the time is over, is killed. The daemon asks for more time than this where its settings
# take more.
KillMode=mixed
TimeoutStopSec=${STOP_SECONDS}s

RuntimeDirectory=rexecd
RuntimeDirectoryMode=0700
StateDirectory=rexecd
StateDirectoryMode=0700
LogsDirectory=rexecd
LogsDirectoryMode=0750

# One command that takes all memory is killed; the daemon and all others go on.
OOMPolicy=continue
# The commands of all users are tasks of this unit; by default it had as many as a unit of one program.
TasksMax=33%
# No core of the daemon: it may hold passwords. A command may ask for its own, up to the hard limit.
LimitCORE=0:infinity

# Why the usual hardening is not here. All of it is inherited: by the commands of the users, who are logged in, and may
# become root by sudo, as they would by ssh. sshd.service has none of it either.
# - NoNewPrivileges=, RestrictSUIDSGID=: sudo, su, ping and unix_chkpwd, which PAM itself calls, would fail.
# - CapabilityBoundingSet=: it bounds root in a command's sudo as well. The daemon itself needs CAP_SETUID, CAP_SETGID,
#   CAP_KILL, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE, CAP_SYS_RESOURCE (limits) and what PAM modules need.
# - ProtectSystem=, ProtectHome=, ReadOnlyPaths=, ProtectKernelTunables= and the like: commands write to homes, and
#   "sudo apt-get" to /usr.
# - PrivateTmp=: a user has one /tmp, by rexec and by ssh. Each of these also gives the unit a mount namespace, in which
#   a command's "sudo mount" would stay unseen.
# - PrivateDevices=, DeviceAllow=: commands use tapes, disks and terminals.
# - MemoryDenyWriteExecute=: the JIT compiler of V8, koffi's callbacks and the users' own JITs write code and run it.
# - RestrictAddressFamilies=, SystemCallFilter=, SystemCallArchitectures=, RestrictNamespaces=, RestrictRealtime=,
#   LockPersonality=: packet sockets, containers, 32-bit programs, setarch and gdb are the users' business.
# Who may log in and what for is bounded by PAM, pam_limits and the settings (allowUsers, allowGroups, minimumUid).

[Install]
WantedBy=multi-user.target
`;

/** rexecd.socket, which is installed and not enabled. */
export const socketUnit = (): string => `[Unit]
Description=Socket of the remote execution service (rexec, TCP 512)
Documentation=man:rexecd(8)

# Instead of a daemon that is always there: "systemctl disable --now rexecd.service", then
# "systemctl enable --now rexecd.socket". The daemon starts with the first connection, and listens here: its settings
# host, port and backlog do not count then.

[Socket]
# Everything is sent in clear text: listen beyond loopback only in a network that you trust. "systemctl edit
# rexecd.socket" changes it: an empty ListenStream=, then one with the address.
ListenStream=127.0.0.1:${SETTINGS.port.parse(undefined)}
Backlog=${SETTINGS.backlog.parse(undefined)}

[Install]
WantedBy=sockets.target
`;
