/* What a service manager does with a socket (sd_listen_fds(3)): activate PATH PROGRAM [ARGUMENT…] listens at PATH and
 * runs the program with the socket as descriptor 3, LISTEN_FDS=1 and LISTEN_PID. With "stdin:PATH" the socket is
 * descriptor 0 instead, as spawn-fcgi and StandardInput=socket do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int at = 3, fd;
	const char *path;
	char pid[16];

	if (argc < 3)
		return 2;
	path = argv[1];
	if (strncmp(path, "stdin:", 6) == 0) {
		path += 6;
		at = 0;
	}
	if (strlen(path) >= sizeof a.sun_path)
		return 2;
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 128) != 0) {
		perror(path);
		return 3;
	}
	if (fd != at) {
		dup2(fd, at);
		close(fd);
	}
	if (at == 3) {
		snprintf(pid, sizeof pid, "%d", (int)getpid());
		setenv("LISTEN_FDS", "1", 1);
		setenv("LISTEN_PID", pid, 1);
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 3;
}
