/*
 * actor STEP...: does what its arguments say, in order, and writes what happened to standard output, a line each.
 *
 *   say WORD          "WORD pid tid ppid"
 *   clock WORD        "WORD seconds nanos seconds nanos" of the monotonic clock and of the wall clock
 *   wait              until one byte comes on standard input; ends where that is closed
 *   pause             until standard input is closed
 *   fork { STEP... }  a child does those; the parent goes on: "fork CHILD"
 *   sibling { ... }   as fork, with CLONE_PARENT
 *   withtid N { ... } as fork, with the tid N (clone3, set_tid); "failed ERRNO" where that is refused
 *   thread { ... }    another thread does those
 *   reap              waits for the last child: "reaped CHILD STATUS"
 *   join              waits for the last thread
 *   exec PATH ARG...  the rest of the block is the arguments, the first of them argv[0]; "failed ERRNO"
 *   try PATH          exec without arguments, and goes on where it fails: "failed ERRNO"
 *   relay N A B       execs A, which execs B, which execs A, N times in all; with a big environment where N - 1 is odd
 *   execfd PATH       exec by a descriptor (fexecve)
 *   name TEXT, chdir PATH, chroot PATH, setsid, setuid N, setgid N, exit N, kill N, leave (ends this thread alone)
 *   norandom          places the stacks of images to come at one address
 *   trace             attaches to the last child and detaches: "traced CHILD"
 *
 * Of all that share one standard input only one should wait at a time: the byte is whose read comes first.
 * In arguments of steps \ooo stands for a byte. Standard input that is closed ends whoever waits, so closing it is
 * enough to clean up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void act(char **step);

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (write(1, line, length) != length)
		_exit(3);
}

static char *text(const char *escaped)
{
	char *out = malloc(strlen(escaped) + 1), *at = out;

	for (; *escaped; at++) {
		if (*escaped == '\\' && strlen(escaped) > 3) {
			char digits[4] = {escaped[1], escaped[2], escaped[3], 0};

			*at = strtol(digits, NULL, 8);
			escaped += 4;
		} else {
			*at = *escaped++;
		}
	}
	*at = 0;
	return out;
}

/* The step after the block that starts at "{". */
static char **after(char **step)
{
	int depth = 0;

	do {
		if (!strcmp(*step, "{"))
			depth++;
		if (!strcmp(*step, "}"))
			depth--;
		step++;
	} while (depth);
	return step;
}

static void receive(int until_closed)
{
	char byte;
	ssize_t got;

	do {
		got = read(0, &byte, 1);
		if (!got || (got < 0 && errno != EINTR))
			exit(0);
	} while (until_closed || got < 0);
}

static pid_t start(unsigned long flags, pid_t tid)
{
	struct clone_args args = {.flags = flags, .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD};

	if (tid) {
		args.set_tid = (uintptr_t)&tid;
		args.set_tid_size = 1;
	}
	return syscall(SYS_clone3, &args, sizeof args);
}

static void tell_clock(const char *word)
{
	struct timespec monotonic, wall;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &wall);
	say("%s %ld %ld %ld %ld\n", word, monotonic.tv_sec, monotonic.tv_nsec, wall.tv_sec, wall.tv_nsec);
}

static void *thread(void *block)
{
	act(block);
	return NULL;
}

static void exec(char **step)
{
	static char *argv[4096];
	int count = 0;

	for (char **at = step + 1; *at && strcmp(*at, "}") && count < 4095; at++)
		argv[count++] = text(*at);
	argv[count] = NULL;
	execv(text(*step), argv);
	say("failed %d\n", errno);
}

static void relay(char **step)
{
	static char big[100000] = "BIG=";
	char number[16], *none[] = {NULL}, *one[] = {big, NULL};
	char *argv[] = {step[1], "relay", number, step[2], step[1], NULL};
	int left = atoi(step[0]) - 1;

	if (left < 0)
		exit(0);
	memset(big + 4, 'x', sizeof big - 5);
	snprintf(number, sizeof number, "%d", left);
	execve(step[1], argv, left % 2 ? one : none);
	say("failed %d\n", errno);
	exit(1);
}

static void act(char **step)
{
	static pid_t child;
	static pthread_t last;
	int status;

	while (*step && strcmp(*step, "}")) {
		char *what = *step++;

		if (!strcmp(what, "say")) {
			say("%s %d %ld %d\n", *step++, getpid(), syscall(SYS_gettid), getppid());
		} else if (!strcmp(what, "clock")) {
			tell_clock(*step++);
		} else if (!strcmp(what, "wait")) {
			receive(0);
		} else if (!strcmp(what, "pause")) {
			receive(1);
		} else if (!strcmp(what, "fork") || !strcmp(what, "sibling") || !strcmp(what, "withtid")) {
			pid_t tid = !strcmp(what, "withtid") ? atoi(*step++) : 0;
			/* A block's child inherits what is unread of the standard input, so nothing may be buffered. */
			pid_t got = start(!strcmp(what, "sibling") ? CLONE_PARENT : 0, tid);

			if (!got) {
				act(step + 1);
				_exit(0);
			}
			if (got < 0)
				say("failed %d\n", errno);
			else
				say("fork %d\n", child = got);
			step = after(step);
		} else if (!strcmp(what, "thread")) {
			pthread_create(&last, NULL, thread, step + 1);
			step = after(step);
		} else if (!strcmp(what, "join")) {
			pthread_join(last, NULL);
		} else if (!strcmp(what, "reap")) {
			pid_t reaped = waitpid(child, &status, 0);

			say("reaped %d %d\n", reaped, status);
		} else if (!strcmp(what, "exec")) {
			exec(step);
			_exit(127);
		} else if (!strcmp(what, "try")) {
			char *argv[] = {text(*step++), NULL};

			execv(argv[0], argv);
			say("failed %d\n", errno);
		} else if (!strcmp(what, "relay")) {
			relay(step);
		} else if (!strcmp(what, "execfd")) {
			char *argv[] = {"by-descriptor", "pause", NULL};

			fexecve(open(text(*step++), O_RDONLY), argv, environ);
			say("failed %d\n", errno);
		} else if (!strcmp(what, "name")) {
			prctl(PR_SET_NAME, text(*step++));
		} else if (!strcmp(what, "chdir")) {
			if (chdir(text(*step++)))
				say("failed %d\n", errno);
		} else if (!strcmp(what, "chroot")) {
			if (chroot(text(*step++)) || chdir("/"))
				say("failed %d\n", errno);
		} else if (!strcmp(what, "setsid")) {
			setsid();
		} else if (!strcmp(what, "setuid")) {
			if (setuid(atoi(*step++)))
				say("failed %d\n", errno);
		} else if (!strcmp(what, "setgid")) {
			if (setgid(atoi(*step++)))
				say("failed %d\n", errno);
		} else if (!strcmp(what, "norandom")) {
			personality(ADDR_NO_RANDOMIZE);
		} else if (!strcmp(what, "trace")) {
			ptrace(PTRACE_ATTACH, child, NULL, NULL);
			waitpid(child, &status, 0);
			ptrace(PTRACE_DETACH, child, NULL, NULL);
			say("traced %d\n", child);
		} else if (!strcmp(what, "leave")) {
			syscall(SYS_exit, 0);
		} else if (!strcmp(what, "exit")) {
			_exit(atoi(*step));
		} else if (!strcmp(what, "kill")) {
			struct rlimit none = {0, 0};

			setrlimit(RLIMIT_CORE, &none);
			raise(atoi(*step++));
		} else {
			say("unknown %s\n", what);
			_exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	act(argv + 1);
	return 0;
}
