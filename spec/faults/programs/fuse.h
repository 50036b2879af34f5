/* A file system of one directory with one file, "page" of 4096 bytes, served over /dev/fuse: it answers what it is asked,
   except the operations that are to be left without an answer: those are read, noted by a byte at the end of
   /srv/shared/unanswered, and dropped. A process that waits for such an answer sleeps where no signal reaches it until
   this server ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct served {
  unsigned mode, uid, gid; /* of the directory */
  int denies_root;         /* root may look at it, but not enter: as NFS does to a root that it squashes */
  unsigned long long silent; /* bits of operations without an answer */
};
static const unsigned long long EVERY = ~(1ull << FUSE_INIT);

static int fuse_mount(const char *at, unsigned uid, unsigned gid, const char *more) {
  int dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  char options[200];
  if (dev < 0) return perror("/dev/fuse"), exit(1), -1;
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=%u%s", dev, uid, gid, more);
  if (mount("page", at, "fuse", MS_NOSUID | MS_NODEV, options)) return perror(at), exit(1), -1;
  return dev;
}

static void fuse_answer(int dev, unsigned long long unique, int error, const void *data, size_t size) {
  char reply[sizeof(struct fuse_out_header) + 8192];
  struct fuse_out_header head = {.len = sizeof head + size, .error = error, .unique = unique};
  memcpy(reply, &head, sizeof head);
  if (size) memcpy(reply + sizeof head, data, size);
  if (write(dev, reply, head.len) < 0 && errno != ENOENT) exit(1);
}

static struct fuse_attr attributes(const struct served *fs, unsigned long long node) {
  struct fuse_attr attr = {.ino = node, .nlink = 1, .uid = fs->uid, .gid = fs->gid, .blksize = 4096};
  if (node == FUSE_ROOT_ID) attr.mode = S_IFDIR | fs->mode;
  else attr.mode = S_IFREG | 0644, attr.size = 4096;
  return attr;
}

static void note_unanswered(void) {
  int fd = open("/srv/shared/unanswered", O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0 || write(fd, ".", 1) < 0) exit(1);
  close(fd);
}

static void fuse_serve(int dev, const struct served *fs) {
  static char asked[1 << 17], page[4096];
  for (;;) {
    ssize_t length = read(dev, asked, sizeof asked);
    if (length < 0 && (errno == EINTR || errno == ENOENT)) continue;
    if (length < 0) exit(0);
    const struct fuse_in_header *in = (const void *)asked;
    const char *body = asked + sizeof *in;
    if (in->opcode < 64 && fs->silent >> in->opcode & 1) {
      note_unanswered();
      continue;
    }
    struct fuse_attr_out attr = {.attr = attributes(fs, in->nodeid)};
    switch (in->opcode) {
    case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT:
      break;
    case FUSE_INIT: {
      struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096};
      fuse_answer(dev, in->unique, 0, &init, sizeof init);
      break;
    }
    case FUSE_GETATTR:
      fuse_answer(dev, in->unique, 0, &attr, sizeof attr);
      break;
    case FUSE_LOOKUP: {
      struct fuse_entry_out entry = {.nodeid = 2, .attr = attributes(fs, 2)};
      int found = strcmp(body, "page") == 0;
      fuse_answer(dev, in->unique, found ? 0 : -ENOENT, &entry, found ? sizeof entry : 0);
      break;
    }
    case FUSE_ACCESS:
      fuse_answer(dev, in->unique, fs->denies_root && in->uid == 0 ? -EACCES : 0, 0, 0);
      break;
    case FUSE_OPEN: case FUSE_OPENDIR: {
      struct fuse_open_out opened = {.fh = 1};
      fuse_answer(dev, in->unique, 0, &opened, sizeof opened);
      break;
    }
    case FUSE_READ:
      fuse_answer(dev, in->unique, 0, page, sizeof page);
      break;
    case FUSE_READDIR: case FUSE_RELEASE: case FUSE_RELEASEDIR: case FUSE_FLUSH:
      fuse_answer(dev, in->unique, 0, 0, 0);
      break;
    default:
      fuse_answer(dev, in->unique, -ENOSYS, 0, 0);
    }
  }
}
