/* reach-above trace|limit: tries to trace the processes above its own session, or to take their limits from them; writes
   a line for each that it could. Tracing is not ended until it ends itself. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>

static int parent_of(int pid) {
  char path[64], text[4096], *at;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[length] = 0;
  int parent = 0;
  if ((at = strstr(text, "\nPPid:"))) sscanf(at, "\nPPid: %d", &parent);
  return parent;
}

static int readable(int pid, const char *what) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
  int fd = open(path, O_RDONLY);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

int main(int count, char **words) {
  if (count != 2) return 64;
  int pid = getpid();
  while (pid > 1 && getsid(pid) == getsid(0)) pid = parent_of(pid);
  for (; pid > 1; pid = parent_of(pid)) {
    if (words[1][0] == 't') {
      if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) printf("traces %d\n", pid);
      if (readable(pid, "mem")) printf("reads the memory of %d\n", pid);
      if (readable(pid, "environ")) printf("reads the environment of %d\n", pid);
    } else {
      struct rlimit none = {0, 0};
      int kinds[] = {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_AS, RLIMIT_NPROC};
      for (int each = 0; each < 5; each++)
        if (prlimit(pid, kinds[each], &none, NULL) == 0) printf("limits %d\n", pid);
    }
  }
  puts("tried");
  fflush(stdout);
  if (words[1][0] == 't')
    for (;;) pause();
}
