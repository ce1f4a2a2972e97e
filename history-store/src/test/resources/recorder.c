/*
 * Stands between a process and its file system, and writes down in order whatever it does to the files below $RECORD_DIR,
 * and what it says on standard output, into $RECORD_LOG:
 *
 *   | kind u8 | path length u32 | path | offset u64 | data length u32 | data |        numbers as the machine has them
 *
 *   O opened, made where it was not there    T cut to offset    W written    S synced    R renamed to data    U unlinked
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS 4096
#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *paths[FDS];
static int out = -1;
static const char *dir;

static void put(const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  const char *at = data;
  while (length > 0) {
    ssize_t n = real(out, at, length);
    if (n < 0) { if (errno == EINTR) continue; abort(); }
    at += n;
    length -= n;
  }
}

static void record(char kind, const char *path, uint64_t offset, const void *data, uint32_t length) {
  int before = errno;
  uint32_t chars = strlen(path);
  put(&kind, 1);
  put(&chars, 4);
  put(path, chars);
  put(&offset, 8);
  put(&length, 4);
  put(data, length);
  errno = before;
}

__attribute__((constructor)) static void begin(void) {
  REAL(int, "open", const char *, int, ...);
  dir = getenv("RECORD_DIR");
  const char *log = getenv("RECORD_LOG");
  if (dir && log) {
    out = real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    paths[1] = strdup("stdout");
  }
}

static int ours(const char *path) { return out >= 0 && path && strncmp(path, dir, strlen(dir)) == 0; }

static const char *of(int fd) { return out >= 0 && fd >= 0 && fd < FDS ? paths[fd] : NULL; }

static int opened(int fd, const char *path, int flags) {
  if (fd >= 0 && fd < FDS) {
    if (fd != 1) { free(paths[fd]); paths[fd] = NULL; }
    if (ours(path)) {
      paths[fd] = strdup(path);
      if (flags & O_CREAT) record('O', path, 0, "", 0);
      if (flags & O_TRUNC) record('T', path, 0, "", 0);
    }
  }
  return fd;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); \
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
    pthread_mutex_lock(&lock); \
    int fd = opened(real(path, flags, mode), path, flags); \
    pthread_mutex_unlock(&lock); \
    return fd; \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int at, const char *path, int flags, ...) { \
    REAL(int, #name, int, const char *, int, ...); \
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
    pthread_mutex_lock(&lock); \
    int fd = opened(real(at, path, flags, mode), path, flags); \
    pthread_mutex_unlock(&lock); \
    return fd; \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  REAL(int, "close", int);
  pthread_mutex_lock(&lock);
  if (fd > 2 && fd < FDS) { free(paths[fd]); paths[fd] = NULL; }
  int r = real(fd);
  pthread_mutex_unlock(&lock);
  return r;
}

ssize_t write(int fd, const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  const char *path = of(fd);
  if (!path) return real(fd, data, length);
  pthread_mutex_lock(&lock);
  off_t at = fd == 1 ? 0 : lseek(fd, 0, SEEK_CUR);
  ssize_t n = real(fd, data, length);
  if (n > 0) record('W', path, at, data, n);
  pthread_mutex_unlock(&lock);
  return n;
}

#define PWRITE(name) \
  ssize_t name(int fd, const void *data, size_t length, off_t at) { \
    REAL(ssize_t, #name, int, const void *, size_t, off_t); \
    const char *path = of(fd); \
    if (!path) return real(fd, data, length, at); \
    pthread_mutex_lock(&lock); \
    ssize_t n = real(fd, data, length, at); \
    if (n > 0) record('W', path, at, data, n); \
    pthread_mutex_unlock(&lock); \
    return n; \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define SYNC(name) \
  int name(int fd) { \
    REAL(int, #name, int); \
    const char *path = of(fd); \
    if (!path) return real(fd); \
    pthread_mutex_lock(&lock); \
    int r = real(fd); \
    if (r == 0) record('S', path, 0, "", 0); \
    pthread_mutex_unlock(&lock); \
    return r; \
  }
SYNC(fsync)
SYNC(fdatasync)

#define CUT(name) \
  int name(int fd, off_t size) { \
    REAL(int, #name, int, off_t); \
    const char *path = of(fd); \
    pthread_mutex_lock(&lock); \
    int r = real(fd, size); \
    if (path && r == 0) record('T', path, size, "", 0); \
    pthread_mutex_unlock(&lock); \
    return r; \
  }
CUT(ftruncate)
CUT(ftruncate64)

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  pthread_mutex_lock(&lock);
  int r = real(from, to);
  if (ours(from) && r == 0) record('R', from, 0, to, strlen(to));
  pthread_mutex_unlock(&lock);
  return r;
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  pthread_mutex_lock(&lock);
  int r = real(path);
  if (ours(path) && r == 0) record('U', path, 0, "", 0);
  pthread_mutex_unlock(&lock);
  return r;
}
