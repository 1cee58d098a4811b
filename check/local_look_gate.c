/* The gate's program: whose it is, whether it runs here, and what it answers when a web server starts it. And a running gate's socket. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "check/local.h"
#include "conf/settings.h"
#include "lib/mem.h"
#include "lib/run.h"
#include "lib/text.h"

enum { SAID = 16 * 1024, NOBODY = 65534 };

/* Where a gate is looked for: in front of %s stands what `base` says. */
static const struct {
	enum { BESIDE_CONF, BESIDE_US } base;
	const char *path;
} places[] = {
	{ BESIDE_CONF, "../cgi-bin/pixgate.cgi" },
	{ BESIDE_CONF, "../public_html/cgi-bin/pixgate.cgi" },
	{ BESIDE_CONF, "../www/cgi-bin/pixgate.cgi" },
	{ BESIDE_US, "pixgate.fcgi" },
	{ BESIDE_US, "../lib/pixgate/pixgate.fcgi" },
};

static bool our_folder(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	return slash;
}

static void tidy(char *path)	/* "/a/b/../c" → "/a/c": as a person would write it; links are not followed */
{
	char *dots;

	while ((dots = strstr(path, "/../")) && dots != path) {
		char *before = dots;

		while (before > path && before[-1] != '/')
			before--;
		memmove(before, dots + 4, strlen(dots + 4) + 1);
	}
}

static bool find(const char *dir, char *out, size_t size)
{
	char us[PATH_MAX];
	bool known = our_folder(us);

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *base = places[i].base == BESIDE_CONF ? dir : known ? us : "";

		if (!*base || snprintf(out, size, "%s/%s", base, places[i].path) >= (int)size)
			continue;
		tidy(out);
		if (!access(out, F_OK))
			return true;
	}
	out[0] = '\0';
	return false;
}

/* A web server starts it itself, and not we ourselves with options. */
static bool for_cgi(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');

	return (dot && strcmp(dot, ".cgi") == 0) || (slash - path >= 8 && strncmp(slash - 8, "/cgi-bin", 8) == 0);
}

/* Of e_ident: the class and the byte order; and e_machine. */
static bool elf_head(const char *path, unsigned char head[20], size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, head, 20);

	if (fd >= 0)
		close(fd);
	*len = n > 0 ? (size_t)n : 0;
	return n >= 0;
}

static enum local_program program_of(const char *path)
{
	unsigned char ours[20], its[20];
	size_t a, b;

	if (!elf_head("/proc/self/exe", ours, &a) || !elf_head(path, its, &b) || a < sizeof ours)
		return PROGRAM_UNKNOWN;
	if (b < sizeof its || memcmp(its, ELFMAG, SELFMAG) != 0)
		return PROGRAM_NO_ELF;
	return its[EI_CLASS] == ours[EI_CLASS] && its[EI_DATA] == ours[EI_DATA] && memcmp(its + 18, ours + 18, 2) == 0
		? PROGRAM_OURS : PROGRAM_OTHER_MACHINE;
}

static void last_line(const struct buf *b, char *out, size_t size)
{
	const char *text = buf_str(b);
	size_t len = strlen(text), at;

	while (len && text[len - 1] == '\n')
		len--;
	for (at = len; at && text[at - 1] != '\n';)
		at--;
	snprintf(out, size, "%.*s", (int)(len - at), text + at);
	text_tame(out, strlen(out));
}

/* Runs it as its owner where we are root: nobody else's program gets root's rights. */
static bool run(const struct local_gate *g, const char *const *argv, const char *const *set, struct buf *out, struct buf *err, int *status, struct err *e)
{
	const struct run r = { .argv = argv, .dir = g->folder.path, .set = set, .bare = true, .timeout_ms = LOCAL_RUN_MS, .out = out, .err = err,
		.uid = geteuid() == 0 ? g->file.uid : 0, .gid = g->file.gid ? g->file.gid : NOBODY };

	return run_program(&r, status, e);
}

static void ask_version(struct local_gate *g)
{
	const char *const argv[] = { g->file.path, "--version", NULL };
	const char *const set[] = { "PATH=/usr/local/bin:/usr/bin:/bin", NULL };
	struct buf out = BUF(SAID), err = BUF(SAID);
	struct err e;

	g->ran = true;
	if (!run(g, argv, set, &out, &err, &g->version_status, &e)) {
		g->version_status = 127;
		snprintf(g->why, sizeof g->why, "%s", e.text);
		text_tame(g->why, strlen(g->why));
	} else {
		last_line(&err, g->why, sizeof g->why);
		if (sscanf(buf_str(&out), "pixgate.fcgi %63[0-9A-Za-z.+~-]", g->version) != 1)
			g->version[0] = '\0';
	}
	buf_free(&out);
	buf_free(&err);
}

/* The CGI answer's status (RFC 3875 §6.3.3); 0: it is none. */
static int answered(const struct buf *out)
{
	int status;

	return sscanf(buf_str(out), "Status: %3d", &status) == 1 ? status : 0;
}

static int request(struct local_gate *g, const char *method, const char *path, const char *conf)
{
	const char *const argv[] = { g->file.path, NULL };
	char verb[32], uri[LOCAL_PATH + 16], place[LOCAL_PATH + 16];
	const char *const set[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1", "SERVER_NAME=localhost",
		"SERVER_PORT=443", "SERVER_SOFTWARE=pixgate-check", "REMOTE_ADDR=127.0.0.1", "QUERY_STRING=", "CONTENT_LENGTH=0", "SCRIPT_NAME=",
		verb, uri, *conf ? place : NULL, NULL };
	struct buf out = BUF(SAID), err = BUF(SAID);
	struct err e;
	int status, answer = 0;

	snprintf(verb, sizeof verb, "REQUEST_METHOD=%s", method);
	snprintf(uri, sizeof uri, "REQUEST_URI=%s", path);
	snprintf(place, sizeof place, "PIXGATE_CONF=%s", conf);
	if (run(g, argv, set, &out, &err, &status, &e)) {
		answer = status == 0 ? answered(&out) : 0;
		last_line(&err, g->said, sizeof g->said);
	} else {
		snprintf(g->said, sizeof g->said, "%s", e.text);
	}
	buf_free(&out);
	buf_free(&err);
	return answer;
}

/* The path of a hook as it stands in a URL; what a URL cannot have is left to another hook. */
static void path_of(const struct settings *conf, const char *name, char *out, size_t size)
{
	const struct hook *h = name ? settings_hook(conf, name) : NULL;

	h = h ? h : conf->hook_count ? &conf->hooks[0] : NULL;
	if (!h || !text_percent(h->path, out, size))
		strcpy(out, "/");
	for (char *p = out, *to = out; (*to = *p); p++, to++)	/* the slashes stay */
		if (strncmp(p, "%2F", 3) == 0) {
			*to = '/';
			p += 2;
		}
}

static void ask(const struct local_options *o, const char *ours, struct local_gate *g)
{
	char path[LOCAL_PATH] = "/", *found;
	struct settings *conf = NULL;
	struct err e = { .code = ERR_NONE };

	found = g->cgi ? settings_find_as(g->file.path, geteuid() == 0 ? g->file.uid : geteuid(), &e) : xstrdup(ours);
	if (found && *found)
		conf = settings_load(found, &e);
	if (!conf)
		snprintf(g->conf_why, sizeof g->conf_why, "%s", e.text);
	text_tame(g->conf_why, strlen(g->conf_why));
	if (found)
		snprintf(g->conf, sizeof g->conf, "%s", conf ? conf->file : found);
	g->same_conf = found && strcmp(g->conf, ours) == 0;
	if (conf)
		path_of(conf, o->hook, path, sizeof path);
	g->asked = true;
	g->get = request(g, "GET", path, g->cgi ? "" : g->conf);
	g->post = request(g, "POST", path, g->cgi ? "" : g->conf);
	settings_free(conf);
	free(found);
}

/* What suEXEC would not start is not started by us either; and of what others may change, root runs nothing. */
static bool may_run(const struct local_gate *g)
{
	mode_t others = g->cgi || geteuid() == 0 ? S_IWGRP | S_IWOTH : S_IWOTH;

	return S_ISREG(g->file.mode) && (g->file.mode & S_IXUSR) && !(g->file.mode & (others | S_ISUID | S_ISGID)) && g->program == PROGRAM_OURS;
}

void local_look_gate(const struct local_options *o, const char *dir, struct local_seen *s)
{
	struct local_gate *g = &s->gate;
	char path[LOCAL_PATH], *slash;
	struct statvfs fs;

	g->told = o->gate;
	if (o->gate && snprintf(path, sizeof path, "%s%s", strchr(o->gate, '/') ? "" : "./", o->gate) >= (int)sizeof path) {
		g->file.error = ENAMETOOLONG;
		return;
	}
	if (!o->gate && !find(dir, path, sizeof path))
		return;
	g->cgi = for_cgi(path);
	local_look_file(LOCAL_GATE, path, &g->file);
	g->found = g->file.there;
	slash = strrchr(path, '/');
	*slash = '\0';
	local_look_file(LOCAL_GATE_FOLDER, *path ? path : "/", &g->folder);
	if (!g->found)
		return;
	/* A folder that is told relative to ours is not where the program is looked for once it was started there. */
	if (g->file.path[0] != '/') {
		char *real = realpath(g->folder.path, NULL);

		if (real && snprintf(path, sizeof path, "%s/%s", real, strrchr(g->file.path, '/') + 1) < (int)sizeof path) {
			snprintf(g->folder.path, sizeof g->folder.path, "%s", real);
			snprintf(g->file.path, sizeof g->file.path, "%s", path);
		}
		free(real);
		g->cgi = for_cgi(g->file.path);
	}
	g->no_exec = !statvfs(g->file.path, &fs) && (fs.f_flag & ST_NOEXEC);
	g->program = program_of(g->file.path);
	if (!may_run(g))
		return;
	ask_version(g);
	if (g->version[0])
		ask(o, s->conf, g);
}

void local_look_socket(const char *path, struct local_socket *to)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	to->asked = true;
	if (strncmp(path, "unix:", 5) == 0)
		path += 5;
	local_look_file(LOCAL_STORE, path, &to->file);
	if (!to->file.there || !S_ISSOCK(to->file.mode))
		return;
	if (strlen(path) >= sizeof at.sun_path) {
		to->error = ENAMETOOLONG;
		return;
	}
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* A gate whose queue is full says EAGAIN: it is there. */
	to->accepts = fd >= 0 && (!connect(fd, (struct sockaddr *)&at, sizeof at) || errno == EAGAIN);
	if (!to->accepts)
		to->error = errno;
	if (fd >= 0)
		close(fd);
}
