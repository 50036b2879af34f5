# The shell ignores SIGTERM; what it left in the background names the one it gets.
trap '' 1
sh "$(dirname "$0")/report-signals.sh" &
wait
