/* crowd COUNT: as many processes that do nothing, or as many as there may be; writes a line once they are there. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
  int left = count > 1 ? atoi(words[1]) : 0;
  for (; left > 0; left--) {
    pid_t pid = fork();
    if (pid < 0) break;
    if (pid == 0)
      for (;;) pause();
  }
  printf("%d missing\n", left);
  fflush(stdout);
  for (;;) pause();
}
