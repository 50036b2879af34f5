/*
 * Makes system calls as code of an attacker would, and writes "name errno" a line, 0 for one that succeeded.
 *
 *   raw-calls try PARENT VICTIM   a list of calls, each aimed so that it harms nothing where it is allowed
 *   raw-calls sweep NUMBER...     every number except these, with arguments that no call takes
 *   raw-calls foreign             one call of the 32-bit kind, if the processor has it
 *
 * Descriptor 3 is a connected TCP socket.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET 3
#define LAST 500
#define X32 0x40000000L

static void say(const char *name, long result) {
  printf("%s %d\n", name, result == -1 ? errno : 0);
  fflush(stdout);
}

/* A call that makes a process: the new one ends without a word. */
static void say_fork(const char *name, long result) {
  if (result == 0) _exit(0);
  say(name, result);
}

#define TRY(name, ...) say(name, syscall(__VA_ARGS__))

static void try_all(pid_t parent, pid_t victim) {
  char *const none[] = {NULL};
  char byte;
  struct sched_param param = {0};
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  struct clone_args thread = {.flags = 0, .exit_signal = SIGCHLD};
  struct sock_filter pass = {BPF_RET | BPF_K, 0, 0, 0xffffffff};
  struct sock_fprog filter = {1, &pass};
  struct sockaddr_in nowhere = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_name = &nowhere, .msg_namelen = sizeof nowhere, .msg_iov = &bytes, .msg_iovlen = 1};
  sigaction(SIGPIPE, &ignore, NULL);

  /* Files: what Landlock refuses, and what only the filter does. */
  TRY("openat", SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
  TRY("openat-to-write", SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY);
  TRY("openat-to-truncate", SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_TRUNC);
  TRY("openat2", SYS_openat2, AT_FDCWD, "/", NULL, 0);
  TRY("memfd_create", SYS_memfd_create, "memory", 0);
  TRY("mkdirat", SYS_mkdirat, AT_FDCWD, "/proc/none", 0700);
  TRY("unlinkat", SYS_unlinkat, AT_FDCWD, "/proc/none", 0);
  TRY("renameat2", SYS_renameat2, AT_FDCWD, "/proc/none", AT_FDCWD, "/proc/no", 0);
  TRY("linkat", SYS_linkat, AT_FDCWD, "/proc/none", AT_FDCWD, "/proc/no", 0);
  TRY("fchmodat", SYS_fchmodat, AT_FDCWD, "/proc/none", 0);
  TRY("fchownat", SYS_fchownat, AT_FDCWD, "/proc/none", 0, 0, 0);
  TRY("utimensat", SYS_utimensat, AT_FDCWD, "/proc/none", NULL, 0);
  TRY("setxattr", SYS_setxattr, "/proc/none", "user.a", "", 0, 0);
  TRY("chdir", SYS_chdir, "/proc/none");
  TRY("chroot", SYS_chroot, "/proc/none");
  TRY("mount", SYS_mount, "none", "/proc/none", "tmpfs", 0, NULL);
  TRY("open_tree", SYS_open_tree, -1, "none", 0);
  TRY("inotify_init1", SYS_inotify_init1, 0);
  TRY("open_by_handle_at", SYS_open_by_handle_at, -1, NULL, 0);

  /* Sockets. */
  TRY("socket-inet", SYS_socket, AF_INET, SOCK_STREAM, 0);
  TRY("socket-unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0);
  TRY("socket-netlink", SYS_socket, AF_NETLINK, SOCK_RAW, 0);
  TRY("socket-packet", SYS_socket, AF_PACKET, SOCK_RAW, 0);
  int pair[2];
  TRY("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
  TRY("bind", SYS_bind, -1, NULL, 0);
  TRY("connect", SYS_connect, -1, NULL, 0);
  TRY("listen", SYS_listen, -1, 0);
  TRY("accept4", SYS_accept4, -1, NULL, NULL, 0);
  TRY("sendto", SYS_sendto, -1, &byte, 1, 0, NULL, 0);
  TRY("sendmmsg", SYS_sendmmsg, -1, NULL, 1, 0);
  TRY("sendmsg-that-connects", SYS_sendmsg, -1, &message, MSG_FASTOPEN);
  TRY("setsockopt-filter", SYS_setsockopt, SOCKET, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
  TRY("setsockopt-ulp", SYS_setsockopt, SOCKET, IPPROTO_TCP, TCP_ULP, "none", 4);
  TRY("fcntl-owner", SYS_fcntl, SOCKET, F_SETOWN, getpid());
  TRY("ioctl-owner", SYS_ioctl, SOCKET, 0x8901 /* FIOSETOWN */, &victim);
  TRY("ioctl-interfaces", SYS_ioctl, SOCKET, 0x8912 /* SIOCGIFCONF */, NULL);

  /* Other processes. */
  TRY("kill-parent", SYS_kill, parent, 0);
  TRY("kill", SYS_kill, victim, 0);
  TRY("kill-all", SYS_kill, 0, 0);
  TRY("tkill", SYS_tkill, victim, 0);
  TRY("tgkill", SYS_tgkill, victim, victim, 0);
  TRY("rt_sigqueueinfo", SYS_rt_sigqueueinfo, victim, 0, NULL);
  TRY("pidfd_open", SYS_pidfd_open, victim, 0);
  TRY("pidfd_getfd", SYS_pidfd_getfd, -1, 0, 0);
  TRY("pidfd_send_signal", SYS_pidfd_send_signal, -1, 0, NULL, 0);
  TRY("ptrace", SYS_ptrace, PTRACE_SEIZE, victim, 0, 0);
  TRY("process_vm_readv", SYS_process_vm_readv, victim, &bytes, 1, &bytes, 1, 0);
  TRY("process_vm_writev", SYS_process_vm_writev, victim, &bytes, 0, &bytes, 0, 0);
  TRY("prlimit-of-another", SYS_prlimit64, parent, 7, NULL, NULL);
  TRY("kcmp", SYS_kcmp, victim, victim, 0, 0, 0);
  TRY("setpriority", SYS_setpriority, 0, victim, 0);
  TRY("sched_setscheduler", SYS_sched_setscheduler, victim, SCHED_OTHER, &param);

  /* New processes and programs. */
  say_fork("clone", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  say_fork("clone3", syscall(SYS_clone3, &thread, sizeof thread));
#ifdef SYS_fork
  say_fork("fork", syscall(SYS_fork));
#endif
  TRY("execve", SYS_execve, "/proc/none", none, none);
  TRY("execve-of-null", SYS_execve, NULL, none, none);
  TRY("execveat", SYS_execveat, AT_FDCWD, "/proc/none", none, none, 0);
  TRY("execve-where-the-program-was", SYS_execve, (char *)64, none, none);
  say("map-where-the-program-was",
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TRY("mremap-fixed", SYS_mremap, page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)page + (1 << 20));

  /* Privileges, namespaces, the kernel. */
  TRY("setuid", SYS_setuid, 0);
  TRY("setresuid", SYS_setresuid, 0, 0, 0);
  TRY("setresgid", SYS_setresgid, 0, 0, 0);
  TRY("setgroups", SYS_setgroups, 0, NULL);
  TRY("capset", SYS_capset, NULL, NULL);
  TRY("unshare", SYS_unshare, CLONE_FS);
  TRY("setns", SYS_setns, -1, 0);
  TRY("prctl-dumpable", SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
  TRY("personality", SYS_personality, 0xffffffff);
  TRY("seccomp", SYS_seccomp, 2, 0, &(uint32_t){0x7fff0000});
  TRY("landlock_create_ruleset", SYS_landlock_create_ruleset, NULL, 0, 1);
  TRY("keyctl", SYS_keyctl, -1, 0, 0, 0, 0);
  TRY("add_key", SYS_add_key, NULL, NULL, NULL, 0, 0);
  TRY("request_key", SYS_request_key, NULL, NULL, NULL, 0);
  TRY("bpf", SYS_bpf, -1, NULL, 0);
  TRY("userfaultfd", SYS_userfaultfd, -1);
  TRY("perf_event_open", SYS_perf_event_open, NULL, 0, 0, 0, 0);
  TRY("io_uring_setup", SYS_io_uring_setup, 0, NULL);
  TRY("init_module", SYS_init_module, NULL, 0, NULL);
  TRY("reboot", SYS_reboot, 0, 0, 0, NULL);
  TRY("shmget", SYS_shmget, 0 /* IPC_PRIVATE */, 0, 0);
  TRY("timer_create", SYS_timer_create, -1, NULL, NULL);

  /* What has to work (control). */
  TRY("getpid", SYS_getpid);
  TRY("write", SYS_write, SOCKET, "x", 1);
  TRY("tgkill-of-its-own", SYS_tgkill, getpid(), getpid(), 0);
  TRY("setsockopt-keepalive", SYS_setsockopt, SOCKET, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
}

static void sweep(int count, char **skipped) {
  for (long number = 0; number <= LAST; number++) {
    int skip = 0;
    for (int index = 0; index < count; index++) skip |= atol(skipped[index]) == number;
    char name[32];
    snprintf(name, sizeof name, "%ld", number);
    if (!skip) TRY(name, number, -1, -1, -1, -1, -1, -1);
#ifdef __x86_64__
    snprintf(name, sizeof name, "x32:%ld", number);
    TRY(name, X32 | number, -1, -1, -1, -1, -1, -1);
#endif
  }
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "try")) try_all(atoi(words[2]), atoi(words[3]));
  else if (count > 1 && !strcmp(words[1], "sweep")) sweep(count - 2, words + 2);
#ifdef __x86_64__
  else if (count == 2 && !strcmp(words[1], "foreign")) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); /* getpid of the 32-bit kind */
    printf("foreign %ld\n", result > 0 ? 0 : -result);
  }
#endif
  return 0;
}
