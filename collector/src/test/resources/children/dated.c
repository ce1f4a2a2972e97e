/*
 * dated NAME COUNT RECORD: starts and awaits a program COUNT times, one after the other, and each time by another of
 * ten names, NAME0 to NAME9, which are links to itself in /tmp. Each of these writes a line about itself into RECORD
 * while it lives, times in seconds, the first from before it was forked:
 *
 *   PID NAME FORK-MONOTONIC NOW-MONOTONIC NOW-REALTIME
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SPELL 3000000 /* nanoseconds before and after the line, as clocks are compared to a millisecond */

static void fail(const char *what)
{
	perror(what);
	_exit(9);
}

static void show(clockid_t clock, char *text, size_t size)
{
	struct timespec now;

	clock_gettime(clock, &now);
	snprintf(text, size, "%lld.%09ld", (long long) now.tv_sec, now.tv_nsec);
}

static int tell(const char *path, const char *forked, const char *record)
{
	const struct timespec spell = {0, SPELL};
	char monotonic[32], realtime[32], line[256];
	int fd = open(record, O_WRONLY | O_CREAT | O_APPEND, 0644);

	nanosleep(&spell, NULL);
	show(CLOCK_MONOTONIC, monotonic, sizeof monotonic);
	show(CLOCK_REALTIME, realtime, sizeof realtime);
	snprintf(line, sizeof line, "%d %s %s %s %s\n", getpid(), strrchr(path, '/') + 1, forked, monotonic, realtime);
	nanosleep(&spell, NULL);
	if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t) strlen(line))
		fail(record);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return tell(argv[0], argv[1], argv[2]);
	if (argc != 4)
		return 2;
	for (int i = 0; i < atoi(argv[2]); i++) {
		char path[64], forked[32];
		int status;
		pid_t child;

		snprintf(path, sizeof path, "/tmp/%s%d", argv[1], i % 10);
		if (i < 10 && symlink("/bin/dated", path))
			fail(path);
		show(CLOCK_MONOTONIC, forked, sizeof forked);
		child = fork();
		if (!child) {
			execl(path, path, forked, argv[3], NULL);
			fail(path);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0 || status)
			fail("child");
	}
	return 0;
}
