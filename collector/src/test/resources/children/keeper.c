/*
 * keeper PROGRAM ARG...: runs PROGRAM and ends when all that it started has ended, orphans and daemons included, with
 * the exit code of PROGRAM, or 128 and the signal that ended it.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int status, code = 0;
	pid_t first, ended;

	if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return 126;
	first = fork();
	if (!first) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while ((ended = wait(&status)) > 0)
		if (ended == first)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return code;
}
