/*
 * spawn COUNT URI PROGRAM… - runs each PROGRAM in turn, COUNT times, as a web server runs a CGI program: the request's
 * environment, a fresh notification on standard input, the answer on a pipe. Prints, a line a PROGRAM, the time from
 * spawn to exit in microseconds and how many runs answered "200".
 */
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/lat.h"
#include "bench/notice.h"

enum { PROGRAMS = 8 };

struct program {
	const char *path;
	struct lat lat;
	int answers, failed;
};

static void or_die(int bad, const char *what)
{
	if (bad) {
		perror(what);
		exit(1);
	}
}

static void run(struct program *p, const char *uri, uint64_t serial)
{
	static char var[6][2304];
	char *argv[] = { (char *)p->path, NULL }, body[NOTICE_MAX], reply[1024];
	size_t len = notice_write(body, serial, time(NULL), false);
	const char *query = strchr(uri, '?');
	const char *envp[] = {
		"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=POST", "SERVER_PROTOCOL=HTTP/1.1", "SERVER_SOFTWARE=bench", "SERVER_NAME=localhost",
		"SERVER_ADDR=127.0.0.1", "SERVER_PORT=80", "REMOTE_ADDR=127.0.0.1", "REMOTE_PORT=40000", "CONTENT_TYPE=application/json",
		"HTTP_HOST=localhost", "HTTP_ACCEPT=*/*", "SCRIPT_NAME=/pix", "PATH=/usr/local/bin:/usr/bin:/bin", var[0], var[1], var[2], var[3], NULL
	};
	int in[2], out[2], status = -1;
	posix_spawn_file_actions_t act;
	uint64_t start;
	ssize_t got;
	pid_t pid;

	snprintf(var[0], sizeof(var[0]), "REQUEST_URI=%s", uri);
	snprintf(var[1], sizeof(var[1]), "QUERY_STRING=%s", query ? query + 1 : "");
	snprintf(var[2], sizeof(var[2]), "CONTENT_LENGTH=%zu", len);
	snprintf(var[3], sizeof(var[3]), "SCRIPT_FILENAME=%s", p->path);
	or_die(pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC), "pipe");
	or_die(write(in[1], body, len) != (ssize_t)len, "pipe");
	close(in[1]);
	posix_spawn_file_actions_init(&act);
	posix_spawn_file_actions_adddup2(&act, in[0], 0);
	posix_spawn_file_actions_adddup2(&act, out[1], 1);

	start = lat_now();
	or_die(posix_spawn(&pid, p->path, &act, NULL, argv, (char **)envp) != 0, p->path);
	or_die(waitpid(pid, &status, 0) != pid, "waitpid");
	lat_add(&p->lat, lat_now() - start);

	posix_spawn_file_actions_destroy(&act);
	close(in[0]);
	close(out[1]);
	got = read(out[0], reply, sizeof(reply));
	if (got > 3 && !memcmp(reply + got - 3, "200", 3))
		p->answers++;
	if (status)
		p->failed++;
	close(out[0]);
}

int main(int argc, char **argv)
{
	struct program program[PROGRAMS] = {0};
	int count = argc > 3 ? atoi(argv[1]) : 0, programs = argc - 3;
	uint64_t serial = notice_first();

	if (count < 1 || programs > PROGRAMS)
		return fputs("usage: spawn COUNT URI PROGRAM...\n", stderr), 2;
	for (int i = 0; i < programs; i++)
		program[i].path = argv[3 + i];
	for (int n = 0; n < count; n++)
		for (int i = 0; i < programs; i++)
			run(&program[i], argv[2], serial++);
	for (int i = 0; i < programs; i++) {
		lat_print(&program[i].lat);
		printf(" answers=%d failed=%d\n", program[i].answers, program[i].failed);
		free(program[i].lat.ns);
	}
	return 0;
}
