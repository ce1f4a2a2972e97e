/*
 * ender STEP...: does what its arguments say, in order, until it ends.
 *
 *   exit N, raise N, kill N PID
 *   fault             reads where no memory is
 *   alarm             is killed by a timer, a second later
 *   eat               takes memory until there is none
 *   say WORD          "WORD pid" on standard output
 *   wait              until standard input is closed
 *   exec PATH STEP... another program, which does the rest
 *
 * Where core dumps are allowed it leaves one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void eat(void)
{
	for (;;) {
		char *more = malloc(1 << 20);

		if (!more)
			_exit(1);
		memset(more, 1, 1 << 20);
	}
}

int main(int argc, char **argv)
{
	char byte;

	(void)argc;
	for (char **step = argv + 1; *step; step++) {
		if (!strcmp(*step, "exit")) {
			_exit(atoi(step[1]));
		} else if (!strcmp(*step, "raise")) {
			raise(atoi(*++step));
		} else if (!strcmp(*step, "kill")) {
			kill(atoi(step[2]), atoi(step[1]));
			step += 2;
		} else if (!strcmp(*step, "fault")) {
			byte = *(volatile char *)16;
		} else if (!strcmp(*step, "alarm")) {
			alarm(1);
			pause();
		} else if (!strcmp(*step, "eat")) {
			eat();
		} else if (!strcmp(*step, "say")) {
			printf("%s %d\n", *++step, getpid());
			fflush(stdout);
		} else if (!strcmp(*step, "wait")) {
			while (read(0, &byte, 1) > 0)
				;
		} else if (!strcmp(*step, "exec")) {
			execv(step[1], step + 1);
			_exit(127);
		} else {
			_exit(2);
		}
	}
	return 0;
}
