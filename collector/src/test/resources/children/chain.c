/*
 * chain LEFT MICROS SIZE: calls exec LEFT times, one after the other, resting for MICROS microseconds before each, with
 * a further argument of SIZE bytes; in the end it writes "chained PID" and waits until standard input is closed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int left = argc > 3 ? atoi(argv[1]) : 0, size = argc > 3 ? atoi(argv[3]) : 0;
	char number[16], *filler = malloc(size + 1);
	char *more[] = {argv[0], number, argv[2], argv[3], filler, NULL};

	if (left > 0) {
		usleep(atoi(argv[2]));
		snprintf(number, sizeof number, "%d", left - 1);
		memset(filler, 'x', size);
		filler[size] = 0;
		execv(argv[0], more);
		perror("exec");
		return 1;
	}
	printf("chained %d\n", getpid());
	fflush(stdout);
	while (read(0, number, 1) > 0)
		;
	return 0;
}
