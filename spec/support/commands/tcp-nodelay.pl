# Says whether the connection that is its stdout has TCP_NODELAY: 0 or 1.
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);
print unpack('i', getsockopt(STDOUT, IPPROTO_TCP, TCP_NODELAY)), "\n";
