/* home-on-fuse DIRECTORY UID GID KIND: mounts a home there and serves it. KIND is "dead": nothing is answered;
   "no-entry": all but the question whether a process may enter; "own": for processes of UID alone, as a user mounts
   it; "squashed": mode 0700, and root may not enter. Writes a line once it is mounted. */
#include "fuse.h"

int main(int count, char **words) {
  if (count != 5) return 64;
  const char *kind = words[4];
  struct served fs = {.mode = 0700, .uid = atoi(words[2]), .gid = atoi(words[3])};
  if (strcmp(kind, "dead") == 0) fs.silent = EVERY;
  if (strcmp(kind, "no-entry") == 0) fs.silent = 1ull << FUSE_ACCESS;
  fs.denies_root = strcmp(kind, "squashed") == 0;
  int dev = fuse_mount(words[1], fs.uid, fs.gid, strcmp(kind, "own") == 0 ? "" : ",allow_other");
  puts("mounted");
  fflush(stdout);
  fuse_serve(dev, &fs);
}
