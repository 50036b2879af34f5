/* exchange A B SECONDS: lets two names change places, again and again. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char **words) {
  if (count != 4) return 64;
  time_t end = time(0) + atoi(words[3]);
  while (time(0) < end)
    if (renameat2(AT_FDCWD, words[1], AT_FDCWD, words[2], RENAME_EXCHANGE)) return perror("exchange"), 1;
}
