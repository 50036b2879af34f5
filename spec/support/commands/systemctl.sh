#!/bin/sh
# systemctl and journalctl of a systemd that does not run: keeps what it is told, one line each. The daemon it starts
# fails where /tmp/broken is there.
echo "${0##*/} $*" >> /tmp/told
case "$*" in
  *is-active* | *is-enabled*) test -e /tmp/running ;;
  *'enable --now'*)
    if test -e /tmp/broken; then
      echo 'Job for rexecd.service failed.' >&2
      exit 1
    fi
    touch /tmp/running
    ;;
  *'disable --now'*) rm -f /tmp/running ;;
  'cat '*) test -e "/lib/systemd/system/$2" ;;
  *--identifier=rexecd*) echo 'cannot listen: EADDRINUSE' ;;
esac
