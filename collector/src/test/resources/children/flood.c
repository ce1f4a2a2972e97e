/* flood COUNT WORKERS PROGRAM: starts and awaits PROGRAM, COUNT times in all, by WORKERS processes side by side. */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void work(int count, char *program)
{
	char *argv[] = {program, NULL};

	for (int i = 0; i < count; i++) {
		pid_t child;

		if (posix_spawn(&child, program, NULL, NULL, argv, environ))
			_exit(1);
		waitpid(child, NULL, 0);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int failed = 0, status;

	if (argc != 4)
		return 2;
	for (int i = 0; i < atoi(argv[2]); i++)
		if (!fork())
			work(atoi(argv[1]) / atoi(argv[2]), argv[3]);
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
