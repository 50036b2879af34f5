/* stop-all SECONDS: stops all processes that it may, again and again. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words) {
  time_t end = time(0) + (count > 1 ? atoi(words[1]) : 0);
  setsid();
  while (time(0) < end) kill(-1, SIGSTOP);
}
