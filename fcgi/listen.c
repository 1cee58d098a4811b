#include "fcgi/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/net.h"

enum { BACKLOG = 1024, SD_LISTEN_FDS_START = 3 };

/* fgetgrent rather than getgrnam, for the same reason as in conf/find.c: a static program loads no modules. */
static bool group_id(const char *name, gid_t *gid, struct err *e)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *gr = NULL;
	char *end;
	long n = strtol(name, &end, 10);

	if (name[0] && !*end && n >= 0) {
		if (f)
			fclose(f);
		*gid = (gid_t)n;
		return true;
	}
	while (f && (gr = fgetgrent(f)))
		if (strcmp(gr->gr_name, name) == 0)
			break;
	if (gr)
		*gid = gr->gr_gid;
	if (f)
		fclose(f);
	return gr || fail(e, ERR_CONFIG, "--group %s: no such group", name);
}

static bool alive(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool open_unix(struct listener *l, const char *path, const char *group, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat st;
	gid_t gid = (gid_t)-1;
	mode_t mask;
	int rc;

	if (!path[0] || strlen(path) >= sizeof at.sun_path)
		return fail(e, ERR_CONFIG, "--listen unix:%s: expected a path of 1 to %zu bytes", path, sizeof at.sun_path - 1);
	if (group && !group_id(group, &gid, e))
		return false;
	strcpy(at.sun_path, path);
	if (lstat(path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode))
			return fail(e, ERR_CONFIG, "--listen unix:%s: is there and is no socket", path);
		if (alive(&at))
			return fail(e, ERR_STORE, "--listen unix:%s: another process listens there", path);
		unlink(path);
	}
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mask = umask(0117);
	rc = l->fd < 0 ? -1 : bind(l->fd, (struct sockaddr *)&at, sizeof at);
	umask(mask);
	if (rc == 0)
		strcpy(l->path, path);
	if (rc == 0 && group)
		rc = chown(path, (uid_t)-1, gid);
	if (rc == 0)
		rc = listen(l->fd, BACKLOG);
	if (rc == 0)
		return true;
	fail(e, ERR_STORE, "--listen unix:%s: %s", path, strerror(errno));
	listen_close(l);
	return false;
}

static bool loopback(const struct ip *ip)
{
	static const struct ip v6 = { { [15] = 1 } };
	struct cidr v4;

	return memcmp(ip, &v6, sizeof v6) == 0 || (cidr_parse("127.0.0.0/8", &v4) && cidr_has(&v4, ip));
}

static bool open_tcp(struct listener *l, const char *where, struct err *e)
{
	const char *colon = strrchr(where, ':');
	struct sockaddr_in6 at6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in at4 = { .sin_family = AF_INET };
	const int one = 1;
	struct ip ip;
	char text[46], *end;
	long port;
	bool v4;
	int rc;

	port = colon ? strtol(colon + 1, &end, 10) : 0;
	if (!colon || *end || port < 1 || port > 65535 || !ip_parse_host(where, (size_t)(colon - where), &ip))
		return fail(e, ERR_CONFIG, "--listen %s: expected unix:PATH or a numeric address and port such as 127.0.0.1:9000", where);
	if (!loopback(&ip))
		return fail(e, ERR_CONFIG, "--listen %s: only a loopback address: FastCGI cannot tell the web server from a stranger", where);
	ip_format(&ip, text);
	v4 = !strchr(text, ':');
	at4.sin_port = at6.sin6_port = htons((uint16_t)port);
	memcpy(&at6.sin6_addr, ip.byte, 16);
	memcpy(&at4.sin_addr, ip.byte + 12, 4);
	l->fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	rc = l->fd < 0 ? -1 : setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (rc == 0)
		rc = v4 ? bind(l->fd, (struct sockaddr *)&at4, sizeof at4) : bind(l->fd, (struct sockaddr *)&at6, sizeof at6);
	if (rc == 0)
		rc = listen(l->fd, BACKLOG);
	if (rc == 0)
		return true;
	fail(e, ERR_STORE, "--listen %s: %s", where, strerror(errno));
	listen_close(l);
	return false;
}

bool listen_open(struct listener *l, const char *where, const char *group, struct err *e)
{
	*l = (struct listener){ .fd = -1 };
	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(l, where + 5, group, e);
	if (group)
		return fail(e, ERR_CONFIG, "--group goes with --listen unix:PATH");
	return open_tcp(l, where, e);
}

static bool listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

bool listen_inherited(struct listener *l)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");

	*l = (struct listener){ .fd = -1 };
	if (fds && atoi(fds) >= 1 && (!pid || atol(pid) == (long)getpid()) && listening(SD_LISTEN_FDS_START))
		l->fd = SD_LISTEN_FDS_START;
	else if (listening(STDIN_FILENO))
		l->fd = STDIN_FILENO;
	else
		return false;
	fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK);
	fcntl(l->fd, F_SETFD, FD_CLOEXEC);
	return true;
}

void listen_close(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->path[0])
		unlink(l->path);
	*l = (struct listener){ .fd = -1 };
}
