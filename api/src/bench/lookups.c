/*
 * lookups PORT TOKEN RATE SECONDS CONNECTIONS PATHS: asks for the lines of the file PATHS, in turn, at RATE requests a
 * second over that many connections that are kept alive, and prints how long the answers took. A request is due at its
 * time whether the one before it is answered or not, and its latency counts from then: where all connections are busy it
 * waits here, and that is part of it. One thread, one epoll; a request is one write, an answer seldom more than one read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MOST_PATHS 100000
#define ANSWER 65536

struct connection {
	int fd, length, busy;
	long due;
	char answer[ANSWER + 1];
};

static char *requests[MOST_PATHS];
static int lengths[MOST_PATHS], paths;
static long *latencies, answered, wrong;

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void read_paths(const char *file, int port, const char *token)
{
	char line[1024], request[2048];
	FILE *in = fopen(file, "r");

	if (!in)
		fail(file);
	while (paths < MOST_PATHS && fgets(line, sizeof line, in)) {
		line[strcspn(line, "\n")] = 0;
		lengths[paths] = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			"Authorization: Bearer %s\r\nAccept: */*\r\n\r\n", line, port, token);
		requests[paths++] = strdup(request);
	}
	fclose(in);
}

static void ask(struct connection *to, long due)
{
	static int next;
	int which = next++ % paths;

	to->due = due;
	to->busy = 1;
	to->length = 0;
	if (write(to->fd, requests[which], lengths[which]) != lengths[which])
		fail("write");
}

/* Whether all of the answer is there. */
static int take(struct connection *from)
{
	char *body, *length;
	int got = read(from->fd, from->answer + from->length, ANSWER - from->length);

	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got <= 0)
		fail("the connection was closed");
	from->length += got;
	from->answer[from->length] = 0;
	body = strstr(from->answer, "\r\n\r\n");
	if (!body)
		return 0;
	length = strcasestr(from->answer, "\r\nContent-Length: ");
	if (!length || length > body) {
		fprintf(stderr, "no Content-Length: %s\n", from->answer);
		exit(1);
	}
	if (from->answer + from->length - body - 4 < atol(length + 18))
		return 0;
	wrong += memcmp(from->answer, "HTTP/1.1 200", 12) != 0;
	latencies[answered++] = now() - from->due;
	from->busy = 0;
	return 1;
}

static int compare(const void *a, const void *b)
{
	long one = *(const long *)a, other = *(const long *)b;

	return (one > other) - (one < other);
}

static double share(double part)
{
	long at = (long)(part * answered);

	return latencies[at < answered ? at : answered - 1] / 1e6;
}

int main(int argc, char **argv)
{
	int port = atoi(argv[1]), rate = atoi(argv[3]), seconds = atoi(argv[4]), count = atoi(argv[5]);
	long total = (long)rate * seconds, sent = 0, begun, interval = 1000000000L / rate;
	struct connection *all = calloc(count, sizeof *all);
	struct epoll_event event, events[64];
	int *idle = calloc(count, sizeof *idle), idles = 0, epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
	struct rusage usage;

	if (argc != 7)
		return 2;
	latencies = calloc(total + 1, sizeof *latencies);
	read_paths(argv[6], port, argv[2]);
	for (int i = 0; i < count; i++) {
		all[i].fd = dial(port);
		event.events = EPOLLIN;
		event.data.u32 = i;
		epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event);
		idle[idles++] = i;
	}
	event.events = EPOLLIN;
	event.data.u32 = count;
	epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
	begun = now();
	while (answered < total) {
		struct itimerspec at = {{0, 0}, {0, 0}};
		long due = begun + sent * interval, time = now();
		int ready;

		while (sent < total && idles && due <= time) {
			ask(&all[idle[--idles]], due);
			due = begun + ++sent * interval;
		}
		/* Nothing to wait for but answers where no connection is free, or all is sent. */
		if (sent < total && idles) {
			at.it_value.tv_sec = due / 1000000000L;
			at.it_value.tv_nsec = due % 1000000000L;
		}
		timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
		ready = epoll_wait(epoll, events, 64, 60000);
		if (ready <= 0)
			fail("no answer for a minute");
		for (int i = 0; i < ready; i++) {
			unsigned which = events[i].data.u32;

			if (which < (unsigned)count && take(&all[which]))
				idle[idles++] = which;
		}
	}
	qsort(latencies, answered, sizeof *latencies, compare);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"rate\":%.0f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"errors\":%ld,\"client_cpu\":%.3f}\n",
		answered / ((now() - begun) / 1e9), share(.5), share(.9), share(.99), share(.999), latencies[answered - 1] / 1e6,
		wrong, (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	return 0;
}
