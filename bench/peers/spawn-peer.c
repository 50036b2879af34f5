/* The least that could serve rexec: accept, read the four fields, answer the NUL, posix_spawn the shell on the socket.
   No password, no limit in time, one request at a time. Usage: spawn-peer SHELL BACKLOG; prints the port it took. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The command, or NULL where the peer left or sent too much. Nothing is read past the command's NUL. */
static char *read_command(int fd) {
  static char request[9000];
  size_t held = 0, start = 0;
  int fields = 0;
  while (held < sizeof request) {
    ssize_t seen = recv(fd, request + held, sizeof request - held, MSG_PEEK);
    if (seen <= 0) return NULL;
    size_t wanted = 0;
    while (wanted < (size_t)seen && fields < 4)
      if (request[held + wanted++] == 0 && ++fields == 3) start = held + wanted;
    held += recv(fd, request + held, wanted, 0);
    if (fields == 4) return request + start;
  }
  return NULL;
}

int main(int count, char **words) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (count != 3 || bind(listener, (struct sockaddr *)&here, size) || listen(listener, atoi(words[2]))) return 1;
  getsockname(listener, (struct sockaddr *)&here, &size);
  printf("listens on 127.0.0.1 port %d\n", ntohs(here.sin_port));
  fflush(stdout);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    if (fd < 0) continue;
    char *command = read_command(fd);
    if (command && send(fd, "", 1, MSG_NOSIGNAL) == 1) {
      char *arguments[] = {"sh", "-c", command, NULL};
      posix_spawn_file_actions_t actions;
      posix_spawn_file_actions_init(&actions);
      for (int each = 0; each < 3; each++) posix_spawn_file_actions_adddup2(&actions, fd, each);
      pid_t child;
      posix_spawn(&child, words[1], &actions, &attributes, arguments, environ);
      posix_spawn_file_actions_destroy(&actions);
    }
    close(fd);
  }
}
