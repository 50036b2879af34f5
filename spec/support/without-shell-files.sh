#!/bin/sh
# Runs a command where this account's own shell files are empty, if it is root's to arrange that: bash reads its user's
# ~/.bashrc when its input is a connection, and what stands there must not decide whether a spec passes.
if [ "$(id -u)" != 0 ] || ! unshare --mount mount --bind /dev/null /dev/null 2> /dev/null; then exec "$@"; fi
exec unshare --mount sh -ec '
  for file in ~/.bashrc ~/.profile ~/.bash_profile ~/.bash_login; do
    if [ -e "$file" ]; then mount --bind /dev/null "$file"; fi
  done
  exec "$@"' sh "$@"
