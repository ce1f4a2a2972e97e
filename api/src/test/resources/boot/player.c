/*
 * player ACT: the user space of the guest. It starts processes in all the ways in which a process can come to be, and
 * each of them writes into WITNESS, a line each time, who it is and how it came to be:
 *
 *   PID swapper/0(1)=>init(1)=>player(57)=>daemon(61)
 *
 * That is the truth by construction: a program that is started finds the lineage of its process in its environment and
 * appends itself; what is forked inherits it in memory; what the kernel starts finds none, and begins with the root.
 * One file is all the programs: a link's name is a program's name.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAGE "/play/"
#define WITNESS "/run/witness"
#define COMM 15 /* TASK_COMM_LEN - 1 of include/linux/sched.h */
#define PATIENCE 30000 /* milliseconds */

static char lineage[16384];

static void fail(const char *what)
{
	perror(what);
	_exit(9);
}

static void write_file(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0755);

	/* One write: lines of several processes must not mix. */
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t) strlen(text) || close(fd))
		fail(path);
}

static void tell(void)
{
	char line[sizeof lineage + 32];

	snprintf(line, sizeof line, "%d %s\n", getpid(), lineage);
	write_file(WITNESS, line, O_APPEND);
}

/* This process has been made to run what is at path. */
static void become(const char *path)
{
	const char *known = getenv("LINEAGE"), *name = strrchr(path, '/') + 1;
	char *out = lineage + sprintf(lineage, "%s=>", known ? known : "swapper/0(1)");

	for (int i = 0; name[i] && i < COMM; i++)
		out += sprintf(out, strspn(name + i, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/")
			? "%c" : "\\%03o", (unsigned char) name[i]);
	sprintf(out, "(%d)", getpid());
	tell();
}

static void run(const char *name, const char *role, int number)
{
	char path[4096], digits[16];

	snprintf(path, sizeof path, STAGE "%s", name);
	snprintf(digits, sizeof digits, "%d", number);
	if (symlink(STAGE "player", path) && access(path, X_OK))
		fail(path);
	if (setenv("LINEAGE", lineage, 1))
		fail("setenv");
	execl(path, path, role, digits, NULL);
	fail(path);
}

static void stay(void)
{
	for (;;)
		pause();
}

/* A child that stays as it is. */
static void fork_staying(void)
{
	if (fork() == 0) {
		tell();
		stay();
	}
}

/* A child that runs a program. */
static pid_t start(const char *name, const char *role, int number)
{
	pid_t child = fork();

	if (child == 0)
		run(name, role, number);
	return child;
}

static void await(pid_t child)
{
	if (waitpid(child, NULL, 0) != child)
		fail("waitpid");
}

static void in_thread(void *(*what)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, NULL))
		fail("pthread_create");
}

static void *thread_runs(void *unused)
{
	run("of-a-thread", "stay", 0);
	return unused;
}

static void *thread_forks(void *unused)
{
	fork_staying();
	start("thread-s-child", "stay", 0);
	return unused;
}

static void vfork_and_run(void)
{
	if (vfork() == 0)
		run("vforked", "stay", 0);
}

static pid_t clone_sibling(void)
{
	return syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
}

/* What a program does, by its role. */
static void perform(const char *role, int number)
{
	char name[32];

	if (!strcmp(role, "brief"))
		_exit(0);
	if (!strcmp(role, "chain")) {
		snprintf(name, sizeof name, "chain-%d", number);
		if (number > 0)
			start(name, role, number - 1);
	}
	if (!strcmp(role, "relay") && number > 0) {
		snprintf(name, sizeof name, "relay-%d", number);
		run(name, role, number - 1);
	}
	if (!strcmp(role, "thread-runs"))
		in_thread(thread_runs);
	if (!strcmp(role, "thread-outlives")) {
		in_thread(thread_runs);
		pthread_exit(NULL);
	}
	if (!strcmp(role, "thread-forks"))
		in_thread(thread_forks);
	if (!strcmp(role, "daemonise")) {
		pid_t child = fork();

		if (child == 0) {
			setsid();
			fork_staying();
			start("server", "stay", 0);
			_exit(0);
		}
		await(child);
		_exit(0);
	}
	if (!strcmp(role, "siblings")) {
		if (clone_sibling() == 0) {
			tell();
			stay();
		}
		if (clone_sibling() == 0)
			run("sibling", "stay", 0);
		/* It is no ancestor of theirs any more by what it is now. */
		run("changed", "stay", 0);
	}
	if (!strcmp(role, "orphans")) {
		fork_staying();
		fork_staying();
		run("leaver", "brief", 0);
	}
	if (!strcmp(role, "vfork"))
		vfork_and_run();
	if (!strcmp(role, "rename")) {
		prctl(PR_SET_NAME, "disguise");
		fork_staying();
		start("undisguised", "stay", 0);
	}
	if (!strcmp(role, "fail-to-run")) {
		execl("/nowhere", "/nowhere", NULL);
		execl(STAGE, STAGE, NULL);
		fork_staying();
	}
	if (!strcmp(role, "busy"))
		while (number-- > 0)
			await(start("brief", "brief", 0));
	/* net-pf-9, X.25, is a module: __sock_create() in net/socket.c asks for it. */
	if (!strcmp(role, "need-module"))
		socket(AF_X25, SOCK_SEQPACKET, 0);
	if (!strcmp(role, "crash"))
		kill(getpid(), SIGSEGV);
	stay();
}

/* A program that the kernel starts: it ends, as it should, and leaves one behind. */
static void help_kernel(void)
{
	if (fork() == 0) {
		setsid();
		fork_staying();
		_exit(0);
	}
	wait(NULL);
	_exit(1);
}

static int lines(void)
{
	static char text[1 << 20];
	int fd = open(WITNESS, O_RDONLY), count = 0;
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text);

	for (ssize_t i = 0; i < length; i++)
		count += text[i] == '\n';
	close(fd);
	return count;
}

/* Waits until all that were started have told of themselves: with that they have become what they stay. */
static void await_lines(int expected)
{
	struct timespec millisecond = {0, 1000000};

	for (int waited = 0; lines() != expected; waited++) {
		if (waited == PATIENCE) {
			fprintf(stderr, "%d lines of %d\n", lines(), expected);
			_exit(8);
		}
		nanosleep(&millisecond, NULL);
	}
}

static void start_script(void)
{
	write_file(STAGE "script.sh", "#!" STAGE "player script\n", O_TRUNC);
	if (fork() == 0) {
		setenv("LINEAGE", lineage, 1);
		execl(STAGE "script.sh", STAGE "script.sh", NULL);
		fail("script.sh");
	}
}

/* The kernel has helpers during the play only: nothing else that it may want is part of it. */
static void let_kernel_start(void)
{
	write_file("/proc/sys/kernel/modprobe", STAGE "modprobe", 0);
	write_file("/proc/sys/kernel/core_pattern", "|" STAGE "dumper", 0);
	symlink(STAGE "player", STAGE "modprobe");
	symlink(STAGE "player", STAGE "dumper");
	int known = lines();

	start("needy", "need-module", 0);
	start("crasher", "crash", 0);
	await_lines(known + 6);
	write_file("/proc/sys/kernel/modprobe", "\n", 0);
	write_file("/proc/sys/kernel/core_pattern", "core", 0);
}

/* Each scene adds as many lines as its programs are started and its children stay. */
static int play(void)
{
	int expected = lines();

	start("chain", "chain", 4), expected += 5;
	start("relay", "relay", 5), expected += 6;
	start("threaded", "thread-runs", 0), expected += 2;
	start("leaderless", "thread-outlives", 0), expected += 2;
	start("forker", "thread-forks", 0), expected += 3;
	start("daemon", "daemonise", 0), expected += 3;
	start("elder", "siblings", 0), expected += 4;
	start("parent", "orphans", 0), expected += 4;
	start("vforker", "vfork", 0), expected += 2;
	start("to-rename", "rename", 0), expected += 3;
	start("fails", "fail-to-run", 0), expected += 2;
	start("a=>b (c) 1\n\\\t\303\244", "stay", 0), expected += 1;
	start("longer-than-the-kernel-keeps", "stay", 0), expected += 1;
	start_script(), expected += 1;
	for (int i = 0; i < 4; i++)
		start("worker", "busy", 40), expected += 41;
	await_lines(expected);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "script")) {
		become(argv[2]);
		stay();
	}
	become(argv[0]);
	if (!strcmp(argv[0], STAGE "modprobe") || !strcmp(argv[0], STAGE "dumper"))
		help_kernel();
	if (argc == 3)
		perform(argv[1], atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "first"))
		let_kernel_start();
	return play();
}
