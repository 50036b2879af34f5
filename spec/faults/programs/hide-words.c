/* hide-words: lays a page that never comes over its own words, so that a process that reads /proc/PID/cmdline sleeps for ever. */
#include "unanswered.h"

int main(int count, char **words) {
  (void)count;
  unanswered_page((void *)((unsigned long)words[0] & ~4095ul));
  for (;;) pause();
}
