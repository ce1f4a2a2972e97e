/*
 * bustle SEED BUDGET DEEDS: does about BUDGET things at random, its descendants' included, most of which make a
 * process, and ends. It runs itself by the names in the environment's NAMES, paths separated by colons. DEEDS is which
 * things, a letter each, as often as it is to be likely:
 *
 *   f  fork, and wait for the child           v  vfork and exec, and wait
 *   o  fork, and leave the child behind       s  posix_spawn, and wait
 *   d  a daemon: fork, setsid, fork           p  a child that is the caller's sibling (CLONE_PARENT)
 *   t  threads that fork, side by side        w  threads that vfork and exec, side by side
 *   x  exec, and go on in the new image       y  exec from a thread, beside others that do nothing
 *   l  the main thread leaves, another goes on and calls exec
 *   r  rename                                 n  an exec that fails
 *
 * Orphans are for the keeper to wait for.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, MOST_NAMES = 16 };

extern char **environ;

static char *names[MOST_NAMES], *deeds;
static int name_count;

/* What one line of execution has still to do, and its own randomness. */
struct task {
	uint64_t random;
	int budget;
	char deed;
};

/* xorshift64* of Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static unsigned below(struct task *task, unsigned limit)
{
	task->random ^= task->random >> 12;
	task->random ^= task->random << 25;
	task->random ^= task->random >> 27;
	return (task->random * 0x2545F4914F6CDD1D >> 33) % limit;
}

/* A share of the budget, at least the one process that does it. */
static struct task share(struct task *task)
{
	int most = task->budget < 40 ? task->budget : 40;
	int budget = 1 + below(task, most);

	task->budget -= budget;
	return (struct task){.random = task->random * 6364136223846793005 + 1442695040888963407, .budget = budget - 1};
}

/* Arguments for another image; the memory is the caller's, since between vfork and exec none may be allocated. */
struct image {
	char seed[24], budget[12];
	char *path, *argv[5];
};

static void prepare(struct image *image, struct task *task)
{
	snprintf(image->seed, sizeof image->seed, "%llu", (unsigned long long)(task->random | 1));
	snprintf(image->budget, sizeof image->budget, "%d", task->budget);
	image->path = names[below(task, name_count)];
	image->argv[0] = image->path;
	image->argv[1] = image->seed;
	image->argv[2] = image->budget;
	image->argv[3] = deeds;
	image->argv[4] = NULL;
}

static void work(struct task *task);

static void run(struct task task)
{
	work(&task);
	_exit(0);
}

static void await(pid_t child)
{
	if (child > 0)
		waitpid(child, NULL, 0);
}

static pid_t start(unsigned long flags)
{
	struct clone_args args = {.flags = flags, .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD};

	return syscall(SYS_clone3, &args, sizeof args);
}

static void vfork_and_exec(struct task *task)
{
	struct task theirs = share(task);
	struct image image;

	prepare(&image, &theirs);
	pid_t child = vfork();
	if (!child) {
		execv(image.path, image.argv);
		_exit(127);
	}
	await(child);
}

static void spawn(struct task *task)
{
	struct task theirs = share(task);
	struct image image;
	pid_t child;

	prepare(&image, &theirs);
	if (!posix_spawn(&child, image.path, NULL, NULL, image.argv, environ))
		await(child);
}

static void daemonise(struct task *task)
{
	struct task theirs = share(task);
	pid_t child = fork();

	if (!child) {
		setsid();
		if (!fork())
			run(theirs);
		_exit(0);
	}
	await(child);
}

static void exec(struct task *task)
{
	struct image image;

	prepare(&image, task);
	execv(image.path, image.argv);
	_exit(127);
}

static void *in_thread(void *of)
{
	struct task *task = of;
	char deed = task->deed;

	if (deed == 'i')
		for (;;)
			pause();
	if (deed == 'y' || deed == 'l')
		exec(task);
	while (task->budget > 0) {
		if (deed == 'w') {
			vfork_and_exec(task);
		} else {
			struct task theirs = share(task);
			pid_t child = fork();

			if (!child)
				run(theirs);
			await(child);
		}
	}
	return NULL;
}

/* Threads that each have a share of what is to be done. */
static void pool(struct task *task, char deed)
{
	struct task theirs[THREADS];
	pthread_t threads[THREADS];
	int count = 0;

	for (; count < THREADS && task->budget > 0; count++) {
		theirs[count] = share(task);
		theirs[count].budget++;
		theirs[count].deed = deed;
		pthread_create(&threads[count], NULL, in_thread, &theirs[count]);
	}
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* Another thread calls exec; this one waits for that to end it, or leaves. */
static void exec_elsewhere(struct task *task, char deed)
{
	static struct task rest, idle = {.deed = 'i'};
	pthread_t other;

	if (deed == 'y')
		pthread_create(&other, NULL, in_thread, &idle);
	rest = *task;
	rest.deed = deed;
	pthread_create(&other, NULL, in_thread, &rest);
	if (deed == 'l')
		syscall(SYS_exit, 0);
	for (;;)
		pause();
}

static void child_process(struct task *task, char deed)
{
	struct task theirs = share(task);
	pid_t child = start(deed == 'p' ? CLONE_PARENT : 0);

	if (!child)
		run(theirs);
	if (deed == 'f')
		await(child);
}

static void rename_self(struct task *task)
{
	char name[16];

	snprintf(name, sizeof name, "name-%u", below(task, 1000));
	prctl(PR_SET_NAME, name);
}

static void work(struct task *task)
{
	char *none[] = {"none", NULL};

	while (task->budget > 0) {
		char deed = deeds[below(task, strlen(deeds))];

		task->budget -= strchr("xylrn", deed) != NULL;
		switch (deed) {
		case 'v': vfork_and_exec(task); break;
		case 's': spawn(task); break;
		case 'd': daemonise(task); break;
		case 't':
		case 'w': pool(task, deed); break;
		case 'x': exec(task); break;
		case 'y':
		case 'l': exec_elsewhere(task, deed); break;
		case 'r': rename_self(task); break;
		case 'n': execv("/nowhere", none); break;
		default: child_process(task, deed);
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	char *list = getenv("NAMES");
	struct task task;

	if (argc != 4 || !list)
		return 2;
	list = strdup(list);
	for (char *at = strtok(list, ":"); at && name_count < MOST_NAMES; at = strtok(NULL, ":"))
		names[name_count++] = at;
	task = (struct task){.random = strtoull(argv[1], NULL, 10) | 1, .budget = atoi(argv[2])};
	deeds = argv[3];
	if (!name_count || !*deeds)
		return 2;
	work(&task);
	return 0;
}
