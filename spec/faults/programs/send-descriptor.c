/* send-descriptor FD: sends a descriptor over FD, as unix sockets can, and keeps no copy; then writes a word. It is a TCP
   connection with bytes that its other end does not read, whose close waits for them for a day: a process that takes it off
   the stream unwanted has to close it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int full_connection(void) {
  static char zeros[65536];
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  struct linger linger = {1, 86400};
  int server = socket(AF_INET, SOCK_STREAM, 0), fd;
  if (bind(server, (void *)&at, size) || listen(server, 1) || getsockname(server, (void *)&at, &size)) exit(1);
  if (fork() == 0) { /* the other end, which holds neither stdio nor this one */
    setsid();
    close(0), close(1), close(2);
    accept(server, 0, 0);
    sleep(110);
    exit(0);
  }
  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)&at, size)) exit(1);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  for (int full = 0; full < 20; usleep(10000))
    if (write(fd, zeros, sizeof zeros) < 0) full++;
  return fd;
}

int main(int count, char **words) {
  int over = count > 1 ? atoi(words[1]) : 1, sent = full_connection();
  char room[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec data = {"sent\n", 5};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &sent, sizeof(int));
  if (sendmsg(over, &message, 0) > 0) close(sent);
  _exit(write(over, "word\n", 5) != 5);
}
