/* clear-nonblock SECONDS: makes the open files of its stdin and stdout blocking, again and again. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char **words) {
  time_t end = time(0) + (count > 1 ? atoi(words[1]) : 0);
  while (time(0) < end)
    for (int fd = 0; fd < 2; fd++) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}
