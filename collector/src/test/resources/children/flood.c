/*
 * flood COUNT WORKERS PROGRAM [STAY]: starts and awaits PROGRAM, COUNT times in all, by WORKERS processes side by side.
 * A COUNT that ends in "s" is for how many seconds instead. Writes "worker PID" for each worker, and in the end
 * "started COUNT SUM": how many times, and the sum of the pids modulo 1,000,000,007. With STAY, whatever it is, it then
 * waits for a line on its standard input, or the end of that: however short it was, somebody can still look at it.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct started {
	long count, sum;
};

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void work(long count, long until, char *program, struct started *started)
{
	char *argv[] = {program, NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (until ? milliseconds() < until : started->count < count) {
		pid_t child;

		if (posix_spawn(&child, program, NULL, NULL, argv, environ))
			_exit(1);
		started->count++;
		started->sum += child;
		waitpid(child, NULL, 0);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int failed = 0, status, workers;
	long count, until, sum = 0;
	struct started *started;

	if (argc != 4 && argc != 5)
		return 2;
	count = atol(argv[1]);
	workers = atoi(argv[2]);
	until = strchr(argv[1], 's') ? milliseconds() + count * 1000 : 0;
	started = mmap(NULL, workers * sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (started == MAP_FAILED)
		return 1;
	for (int i = 0; i < workers; i++) {
		pid_t worker = fork();

		if (!worker)
			work(count / workers, until, argv[3], &started[i]);
		printf("worker %d\n", worker);
		fflush(stdout);
	}
	while (wait(&status) > 0)
		failed |= status;
	count = 0;
	for (int i = 0; i < workers; i++) {
		count += started[i].count;
		sum += started[i].sum;
	}
	printf("started %ld %ld\n", count, sum % 1000000007);
	fflush(stdout);
	if (argc == 5)
		while ((status = getchar()) != '\n' && status != EOF)
			;
	return failed != 0;
}
