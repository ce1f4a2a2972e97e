/*
 * storm COUNTS MICROS: processes that fork, call exec and end without any restraint but the cgroup that they are in,
 * until the first word of the file COUNTS is no longer 0. Whoever forks rests for MICROS microseconds before the next.
 *
 *    0        8         16        24        32
 *   +--------+---------+---------+---------+
 *   | stop   | forks   | execs   | refused |   64 bits each, of the machine's own order
 *   +--------+---------+---------+---------+
 *
 * forks, execs: how many there were; refused: how many forks the kernel refused.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct counts {
	_Atomic int64_t stop, forks, execs, refused;
} *counts;

static uint64_t seed;

static unsigned below(unsigned limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % limit;
}

static void sow(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seed = (uint64_t)getpid() << 32 ^ now.tv_nsec ^ 0x9E3779B97F4A7C15;
}

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open(argv[1], O_RDWR) : -1, is_first = argc == 3;
	unsigned rest = argc > 2 ? atoi(argv[2]) : 0;

	counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counts == MAP_FAILED)
		return 2;
	close(fd);
	signal(SIGCHLD, SIG_IGN);
	sow();
	while (!counts->stop) {
		pid_t child = fork();

		if (child < 0) {
			counts->refused++;
			if (!is_first && !below(4))
				_exit(0);
			usleep(rest + 100);
		} else if (child) {
			counts->forks++;
			if (!is_first && !below(6))
				_exit(0);
			if (rest)
				usleep(below(2 * rest));
		} else {
			char *again[] = {argv[0], argv[1], argv[2], "again", NULL};

			is_first = 0;
			sow();
			switch (below(4)) {
			case 0:
				_exit(0);
			case 1:
				counts->execs++;
				execv(argv[0], again);
				counts->execs--;
				_exit(1);
			}
		}
	}
	return 0;
}
