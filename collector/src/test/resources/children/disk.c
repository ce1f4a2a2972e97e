/*
 * A disk with faults, for LD_PRELOAD: what changes files below the directory FAULTY_DIRECTORY is made to wait or to
 * fail, as the first words of the file FAULTY_CONTROL say, which is mapped by whoever wants it so:
 *
 *    0        8        16      24      32        40
 *   +--------+--------+-------+-------+---------+
 *   | mode   | value  | hits  | hurt  | waiting |   64 bits each, of the machine's own order
 *   +--------+--------+-------+-------+---------+
 *
 * mode: 0 nothing, 1 every call waits until the mode is another, 2 every call takes value milliseconds longer, 3 every
 * call fails with the errno value. hits: how many calls there were; hurt: how many of them were made to wait or to fail;
 * waiting: how many wait now.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NOTHING, STALL, SLOW, FAIL };

struct control {
	_Atomic int64_t mode, value, hits, hurt, waiting;
};

static struct control *control;
static const char *directory;

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("FAULTY_CONTROL");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	directory = getenv("FAULTY_DIRECTORY");
	if (fd >= 0 && directory)
		control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!control || control == MAP_FAILED) {
		fprintf(stderr, "faulty disk: FAULTY_CONTROL and FAULTY_DIRECTORY have to be set\n");
		_exit(126);
	}
	close(fd);
}

static void sleep_milliseconds(long milliseconds)
{
	struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* Whether the call is to fail, with errno set; first it waits as long as it has to. */
static int fails(void)
{
	int64_t mode = control->mode;

	control->hits++;
	if (mode == NOTHING)
		return 0;
	control->hurt++;
	if (mode == STALL) {
		control->waiting++;
		while (control->mode == STALL)
			sleep_milliseconds(5);
		control->waiting--;
	} else if (mode == SLOW) {
		sleep_milliseconds(control->value);
	}
	if (control->mode != FAIL)
		return 0;
	errno = (int)control->value;
	return 1;
}

static int is_below(const char *path)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (path[length] == '/' || !path[length]);
}

/* As fails(), of the file that is open as fd; that of another directory never does. */
static int fails_on(int fd)
{
	char link[40], path[PATH_MAX];
	ssize_t length;
	int before = errno;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	errno = before;
	if (length < 1)
		return 0;
	path[length] = 0;
	return is_below(path) && fails();
}

static int fails_at(const char *path)
{
	return path && is_below(path) && fails();
}

#define REAL(name) \
	static __typeof__(&name) real; \
	if (!real) \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define ON_FILE(type, name, parameters, ...) \
	type name parameters \
	{ \
		REAL(name); \
		return fails_on(fd) ? -1 : real(__VA_ARGS__); \
	}

#define AT_PATH(type, name, path, parameters, ...) \
	type name parameters \
	{ \
		REAL(name); \
		return fails_at(path) ? -1 : real(__VA_ARGS__); \
	}

ON_FILE(ssize_t, write, (int fd, const void *bytes, size_t count), fd, bytes, count)
ON_FILE(ssize_t, writev, (int fd, const struct iovec *parts, int count), fd, parts, count)
ON_FILE(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), fd, bytes, count, at)
ON_FILE(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), fd, bytes, count, at)
ON_FILE(int, fsync, (int fd), fd)
ON_FILE(int, fdatasync, (int fd), fd)
ON_FILE(int, sync_file_range, (int fd, off64_t from, off64_t count, unsigned flags), fd, from, count, flags)
ON_FILE(int, ftruncate, (int fd, off_t length), fd, length)
ON_FILE(int, ftruncate64, (int fd, off64_t length), fd, length)
AT_PATH(int, rename, from, (const char *from, const char *to), from, to)
AT_PATH(int, mkdir, path, (const char *path, mode_t mode), path, mode)

/* Only those that make a file change anything. */
#define OPENING(name, fails_here, parameters, ...) \
	int name parameters \
	{ \
		mode_t mode = 0; \
		va_list more; \
		REAL(name); \
		if (flags & O_CREAT) { \
			va_start(more, flags); \
			mode = va_arg(more, mode_t); \
			va_end(more); \
		} \
		if (flags & O_CREAT && fails_here) \
			return -1; \
		return real(__VA_ARGS__, flags, mode); \
	}

OPENING(open, fails_at(path), (const char *path, int flags, ...), path)
OPENING(open64, fails_at(path), (const char *path, int flags, ...), path)
OPENING(openat, fails_at(path), (int at, const char *path, int flags, ...), at, path)
OPENING(openat64, fails_at(path), (int at, const char *path, int flags, ...), at, path)
