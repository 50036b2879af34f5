/* hold-stdio write|read|touch: writes a byte to its stdout, then writes from, or reads into, a page that never comes; where
   stdio is a pipe, this holds the lock that both of its ends share. Or it touches that page itself. */
#include "unanswered.h"

int main(int count, char **words) {
  if (count != 2) return 64;
  char *page = unanswered_page(NULL);
  if (write(1, "x", 1) != 1) return 1;
  if (words[1][0] == 't') return *(volatile char *)page;
  return words[1][0] == 'w' ? write(1, page, 4096) < 0 : read(0, page, 4096) < 0;
}
