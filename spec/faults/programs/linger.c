/* linger SECONDS: asks that closing its stdout waits so long for the peer, fills it, and ends. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **words) {
  static char zeros[65536];
  struct linger linger = {1, count > 1 ? atoi(words[1]) : 0};
  setsockopt(1, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
  for (int full = 0; full < 20; usleep(10000))
    if (write(1, zeros, sizeof zeros) < 0) full++;
}
