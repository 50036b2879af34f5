/* Preloaded, puts a file in the place of the first NOT_SOCKETS sockets that connect to PORT, so that the system says
   ENOTSOCK; appends a byte to the file CONNECTS for each that tries. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void replace_or_append(const char *path, int flags, int fd) {
  int file = open(path, flags | O_CLOEXEC, 0600);
  if (fd >= 0) dup2(file, fd);
  else if (write(file, "x", 1) != 1) abort();
  close(file);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  static int calls;
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
  const struct sockaddr_in *to = (const struct sockaddr_in *)address;
  if (address->sa_family == AF_INET && ntohs(to->sin_port) == atoi(getenv("PORT"))) {
    replace_or_append(getenv("CONNECTS"), O_WRONLY | O_CREAT | O_APPEND, -1);
    if (calls++ < atoi(getenv("NOT_SOCKETS"))) replace_or_append("/dev/null", O_RDWR, fd);
  }
  return real(fd, address, length);
}
