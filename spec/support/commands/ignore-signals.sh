# Survives SIGHUP and SIGTERM, its child too: only SIGKILL ends it.
trap '' 1 15
echo "ready $$"
while :; do
  sleep 600
done
