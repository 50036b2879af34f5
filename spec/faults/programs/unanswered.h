/* A page of memory that belongs to a file on a file system of this process's own, whose server reads the question for it
   and never answers: this process sleeps for ever when it touches it, or the kernel does on its behalf. No privilege needed. */
#include "fuse.h"
#include <sched.h>
#include <sys/mman.h>

static void set(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(path), exit(1);
  close(fd);
}

static char *unanswered_page(void *place) {
  char map[64];
  unsigned uid = getuid(), gid = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) return perror("unshare"), exit(1), NULL;
  set("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid), set("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "0 %u 1", gid), set("/proc/self/gid_map", map);
  int dev = fuse_mount("/mnt", 0, 0, "");
  if (fork() == 0) {
    struct served fs = {.mode = 0755, .silent = 1ull << FUSE_READ};
    setsid(); /* the signals that end the command's process group do not end it */
    close(0), close(1), close(2);
    fuse_serve(dev, &fs);
  }
  close(dev);
  int fd = open("/mnt/page", O_RDONLY | O_CLOEXEC);
  char *page = mmap(place, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | (place ? MAP_FIXED : 0), fd, 0);
  if (fd < 0 || page == MAP_FAILED) return perror("/mnt/page"), exit(1), NULL;
  return page;
}
