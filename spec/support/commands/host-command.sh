# What a host of fake-hosts.ts of the first kind does, for clients that start a program per host: sh host-command.sh HOST
case $1 in
  *.13) echo other; echo err >&2; exit 3 ;;
  127.2.4.*) exec sleep 600 ;;
  *) echo same; echo err >&2 ;;
esac
