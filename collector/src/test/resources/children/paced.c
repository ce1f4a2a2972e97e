/*
 * paced RATE WORKERS PROGRAM LOG: starts and awaits PROGRAM about RATE times a second, by WORKERS processes side by
 * side, until standard input is closed. Of each child it writes a line "WORKER PID BEFORE AFTER" to LOG.N, in worker N:
 * the worker's and the child's pid, and the monotonic clock in nanoseconds right before the child was started and right
 * after it was awaited. Between the two the pid was the child's. Writes "worker PID" for each worker, and in the end
 * "started COUNT".
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void sleep_until(long time)
{
	struct timespec at = {.tv_sec = time / 1000000000L, .tv_nsec = time % 1000000000L};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* Keeps the pace on the whole: what was late is made up for, for at most a second. */
static void work(long interval, char *program, char *log, int number, long *started, volatile int *stop)
{
	char *argv[] = {program, NULL}, path[4096];
	long due = now();
	FILE *file;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof path, "%s.%d", log, number);
	file = fopen(path, "w");
	if (!file)
		_exit(1);
	for (long before = now(); !*stop; before = now()) {
		pid_t child;

		if (posix_spawn(&child, program, NULL, NULL, argv, environ))
			_exit(1);
		waitpid(child, NULL, 0);
		fprintf(file, "%d %d %ld %ld\n", getpid(), child, before, now());
		++*started;
		due += interval;
		if (now() < due)
			sleep_until(due);
		else if (now() - due > 1000000000L)
			due = now() - 1000000000L;
	}
	_exit(fclose(file) != 0);
}

int main(int argc, char **argv)
{
	int failed = 0, status, workers;
	long count = 0, interval, *started;
	volatile int *stop;
	char byte;

	if (argc != 5)
		return 2;
	workers = atoi(argv[2]);
	interval = 1000000000L * workers / atol(argv[1]);
	started = mmap(NULL, (workers + 1) * sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (started == MAP_FAILED)
		return 1;
	stop = (volatile int *)&started[workers];
	for (int i = 0; i < workers; i++) {
		pid_t worker = fork();

		if (!worker)
			work(interval, argv[3], argv[4], i, &started[i], stop);
		printf("worker %d\n", worker);
		fflush(stdout);
	}
	while (read(0, &byte, 1) > 0)
		;
	*stop = 1;
	while (wait(&status) > 0)
		failed |= status;
	for (int i = 0; i < workers; i++)
		count += started[i];
	printf("started %ld\n", count);
	return failed != 0;
}
