import { keyOf } from '../../settings/index.ts';
import { DAEMON_FLAGS, type Program, STOP_SECONDS } from './program.ts';

/** /etc/init.d/rexecd, for machines without systemd; on others it hands over to systemctl. */
export const initScript = ({ node, script }: Program): string => String.raw`#!/bin/sh
### BEGIN INIT INFO
# Provides:          rexecd
# Required-Start:    $remote_fs $network
# Required-Stop:     $remote_fs $network
# Should-Start:      $named $time nscd nslcd sssd winbind slapd
# Should-Stop:       nscd nslcd sssd winbind slapd
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: remote execution service
# Description:       runs commands for users who log in by the rexec protocol (TCP 512)
### END INIT INFO

# Settings are in /etc/rexecd/rexecd.toml. /etc/default/rexecd may set OPTIONS (more arguments for rexecd), variables
# REXECD_..., and those below.
NODE='${node}'
SCRIPT='${script}'
OPTIONS=
PIDFILE=/run/rexecd.pid
LOG=/var/log/rexecd/console.log
START_SECONDS=60
STOP_SECONDS=${STOP_SECONDS} # more than the settings ${keyOf('stopSeconds')} and ${keyOf('killSeconds')} together

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Variables that the caller's shell has for rexecd or node are not meant for the service.
for name in $(env | sed -nE 's/^((REXECD|NODE|LISTEN|WATCHDOG)_[A-Z0-9_]*|NOTIFY_SOCKET)=.*/\1/p'); do
  unset "$name"
done
if [ -r /etc/default/rexecd ]; then
  set -a
  . /etc/default/rexecd
  set +a
fi

if [ -r /lib/lsb/init-functions ]; then
  . /lib/lsb/init-functions
else
  log_daemon_msg() { printf '%s: %s' "$1" "$2"; }
  log_end_msg() {
    [ "$1" -eq 0 ] && echo '.' || echo ' failed.'
    return "$1"
  }
fi

# Sets pid. Fails when the daemon does not run: the number alone could be another process's by now.
runs() {
  pid=$(cat "$PIDFILE" 2> /dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  tr '\0' '\n' 2> /dev/null < "/proc/$pid/cmdline" | grep -qxFe "$SCRIPT"
}

# Is there a process pid that is not just waiting to be buried? In the moment it becomes the program it has no name.
lives() {
  grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" 2> /dev/null
}

# Does the daemon hold a TCP socket that listens, whatever the port?
listens() {
  open=$(ls -l "/proc/$pid/fd" 2> /dev/null)
  for inode in $(cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2> /dev/null | awk '$4 == "0A" { print $10 }'); do
    case $open in *"socket:[$inode]"*) return 0 ;; esac
  done
  return 1
}

start() {
  runs && return 0
  [ -x "$NODE" ] && [ -r "$SCRIPT" ] || { echo "$NODE or $SCRIPT is missing" > "$said"; return 5; }
  rm -f "$PIDFILE"
  [ -d "$(dirname "$LOG")" ] || mkdir -m 750 "$(dirname "$LOG")" || return 1
  before=$(wc -c 2> /dev/null < "$LOG") || before=0
  start-stop-daemon --start --quiet --background --make-pidfile --pidfile "$PIDFILE" --output "$LOG" \
    --startas "$NODE" -- ${DAEMON_FLAGS.join(' ')} "$SCRIPT" $OPTIONS || return 1
  pid=$(cat "$PIDFILE") || return 1
  tries=$((START_SECONDS * 10))
  while lives; do
    listens && return 0
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
      echo "not listening after $START_SECONDS s" > "$said"
      stop
      return 1
    fi
    sleep 0.1
  done
  rm -f "$PIDFILE"
  tail -c "+$((before + 1))" "$LOG" | tail -n 5 > "$said"
  return 1
}

# By its own stop commands end first.
stop() {
  runs || { rm -f "$PIDFILE"; return 0; }
  start-stop-daemon --stop --quiet --pidfile "$PIDFILE" --retry "TERM/$STOP_SECONDS/KILL/5" || return 1
  rm -f "$PIDFILE"
}

# Runs a function; why it failed goes to standard error.
report() {
  said=$(mktemp) || exit 1
  log_daemon_msg "$1" rexecd
  "$2"
  status=$?
  log_end_msg "$status"
  cat "$said" >&2
  rm -f "$said"
  [ "$status" -eq 0 ] || exit "$status"
}

case $1 in
  start | stop | restart | reload | force-reload)
    [ "$(id -u)" -eq 0 ] || { echo "rexecd: $1 requires root" >&2; exit 4; }
    ;;
esac
case $1 in
  start) report Starting start ;;
  stop) report Stopping stop ;;
  restart)
    report Stopping stop
    report Starting start
    ;;
  reload | force-reload)
    runs || { echo 'rexecd is not running' >&2; exit 7; }
    MAINPID=$pid "$NODE" "$SCRIPT" $OPTIONS reload || exit 1
    ;;
  status)
    runs && { echo "rexecd is running (pid $pid)"; exit 0; }
    echo 'rexecd is not running'
    [ -e "$PIDFILE" ] && exit 1
    exit 3
    ;;
  *)
    echo "usage: $0 {start|stop|restart|reload|force-reload|status}" >&2
    exit 2
    ;;
esac
`;
