# Survives SIGHUP, and says so: only SIGKILL ends it.
trap 'echo hup' 1
echo "ready $$"
while :; do
  sleep 600 >/dev/null 2>&1 &
  wait $!
done
