/*
 * Preloaded into a process (LD_PRELOAD), counts its calls that change files, and at the FAULT_AT-th of them either
 * kills the process (FAULT_KIND=kill: as kill -9 at that very instant) or lets that call fail (FAULT_KIND=ENOSPC, EIO,
 * EACCES; FAULT_TIMES calls in a row, 0 for all from there on). With FAULT_COUNT=path the number of calls is written there at
 * the end. Children do not inherit it: the variables are taken out of the environment at the start.
 *
 * A write that is to be killed writes its first half, so that torn files are tried, too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long fault_at = -1;
static long fault_times = 1;
static int fault_errno;
static char count_path[4096];
static char log_path[4096];
static pid_t owner;

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND"), *times = getenv("FAULT_TIMES");
  const char *count = getenv("FAULT_COUNT"), *log = getenv("FAULT_LOG");
  owner = getpid();
  if (at) fault_at = atol(at);
  if (times) fault_times = atol(times);
  if (kind && !strcmp(kind, "ENOSPC")) fault_errno = ENOSPC;
  if (kind && !strcmp(kind, "EIO")) fault_errno = EIO;
  if (kind && !strcmp(kind, "EACCES")) fault_errno = EACCES;
  if (count) snprintf(count_path, sizeof count_path, "%s", count);
  if (log) snprintf(log_path, sizeof log_path, "%s", log);
  unsetenv("LD_PRELOAD");
  unsetenv("FAULT_AT");
  unsetenv("FAULT_KIND");
  unsetenv("FAULT_TIMES");
  unsetenv("FAULT_COUNT");
  unsetenv("FAULT_LOG");
}

__attribute__((destructor)) static void end(void) {
  if (getpid() != owner || count_path[0] == 0) return;
  FILE *file = fopen(count_path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", (long)calls);
  fclose(file);
}

/* A child between fork and exec shares the counter's page copy; its calls are not ours. */
static int is_hit(const char *what, const char *path) {
  if (getpid() != owner) return 0;
  long n = atomic_fetch_add(&calls, 1) + 1;
  if (log_path[0]) {
    int fd = NEXT(open64)(log_path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd >= 0) {
      char line[5000];
      int length = snprintf(line, sizeof line, "%ld %s %s\n", n, what, path ? path : "");
      if (NEXT(write)(fd, line, length) < 0) { /* the log is a help only */
      }
      close(fd);
    }
  }
  if (fault_at < 0 || n < fault_at) return 0;
  return fault_times == 0 || n < fault_at + fault_times;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* A full disk refuses what needs room, and only that. */
static int needs_no_room(const char *what) {
  static const char *const freeing[] = {"unlink", "unlinkat", "rmdir", "chmod", "fchmod", "ftruncate", "ftruncate64"};
  for (size_t i = 0; i < sizeof freeing / sizeof *freeing; i++)
    if (!strcmp(what, freeing[i])) return 1;
  return !strncmp(what, "rename", 6);
}

/* Kills, or returns 1 when the call is to fail with errno set. */
static int fault(const char *what, const char *path) {
  if (!is_hit(what, path)) return 0;
  if (fault_errno == ENOSPC && needs_no_room(what)) return 0;
  if (fault_errno == 0) die();
  errno = fault_errno;
  return 1;
}

static int is_file(int fd) {
  struct stat status;
  return fd > 2 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

#define CHANGES(flags) ((flags) & (O_CREAT | O_TRUNC))

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    mode_t mode = 0;                                            \
    if (flags & (O_CREAT | O_TMPFILE)) {                        \
      va_list list;                                             \
      va_start(list, flags);                                    \
      mode = va_arg(list, mode_t);                              \
      va_end(list);                                             \
    }                                                           \
    if (CHANGES(flags) && fault("open", path)) return -1;       \
    return NEXT(name)(path, flags, mode);                       \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                            \
  int name(int dir, const char *path, int flags, ...) {         \
    mode_t mode = 0;                                            \
    if (flags & (O_CREAT | O_TMPFILE)) {                        \
      va_list list;                                             \
      va_start(list, flags);                                    \
      mode = va_arg(list, mode_t);                              \
      va_end(list);                                             \
    }                                                           \
    if (CHANGES(flags) && fault("openat", path)) return -1;     \
    return NEXT(name)(dir, path, flags, mode);                  \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *bytes, size_t length) {
  if (is_file(fd) && is_hit("write", NULL)) {
    if (fault_errno == 0) {
      if (length > 1 && NEXT(write)(fd, bytes, length / 2) < 0) die();
      die();
    }
    errno = fault_errno;
    return -1;
  }
  return NEXT(write)(fd, bytes, length);
}

#define PWRITE(name, offset_type)                                            \
  ssize_t name(int fd, const void *bytes, size_t length, offset_type at) {   \
    if (is_file(fd) && is_hit("pwrite", NULL)) {                             \
      if (fault_errno == 0) {                                                \
        if (length > 1 && NEXT(name)(fd, bytes, length / 2, at) < 0) die();  \
        die();                                                               \
      }                                                                      \
      errno = fault_errno;                                                   \
      return -1;                                                             \
    }                                                                        \
    return NEXT(name)(fd, bytes, length, at);                                \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_file(fd) && fault("writev", NULL)) return -1;
  return NEXT(writev)(fd, parts, count);
}

#define PWRITEV(name, offset_type)                                                   \
  ssize_t name(int fd, const struct iovec *parts, int count, offset_type at) {       \
    if (is_file(fd) && fault("pwritev", NULL)) return -1;                            \
    return NEXT(name)(fd, parts, count, at);                                         \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  if (fault("copy_file_range", NULL)) return -1;
  return NEXT(copy_file_range)(from, from_at, to, to_at, length, flags);
}

#define SENDFILE(name, offset_type)                                     \
  ssize_t name(int to, int from, offset_type *at, size_t length) {      \
    if (is_file(to) && fault("sendfile", NULL)) return -1;              \
    return NEXT(name)(to, from, at, length);                            \
  }
SENDFILE(sendfile, off_t)
SENDFILE(sendfile64, off64_t)

#define ON_PATH(name, parameters, arguments, path)   \
  int name parameters {                              \
    if (fault(#name, path)) return -1;               \
    return NEXT(name) arguments;                     \
  }
ON_PATH(rename, (const char *from, const char *to), (from, to), to)
ON_PATH(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), to)
ON_PATH(unlink, (const char *path), (path), path)
ON_PATH(unlinkat, (int dir, const char *path, int flags), (dir, path, flags), path)
ON_PATH(rmdir, (const char *path), (path), path)
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), path)
ON_PATH(link, (const char *from, const char *to), (from, to), to)
ON_PATH(symlink, (const char *from, const char *to), (from, to), to)
ON_PATH(chmod, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(fchmod, (int fd, mode_t mode), (fd, mode), NULL)
ON_PATH(ftruncate, (int fd, off_t length), (fd, length), NULL)
ON_PATH(ftruncate64, (int fd, off64_t length), (fd, length), NULL)
ON_PATH(fsync, (int fd), (fd), NULL)
ON_PATH(fdatasync, (int fd), (fd), NULL)
ON_PATH(futimens, (int fd, const struct timespec times[2]), (fd, times), NULL)
