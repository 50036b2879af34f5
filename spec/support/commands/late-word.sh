# Tells its process id, and says a word when SIGTERM comes.
trap 'kill $!; echo late word; exit' 15
sleep 600 >/dev/null 2>&1 3<&- &
echo "ready $$"
wait $!
