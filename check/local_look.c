/* This machine: the configuration, whose files are whose, the inbox, the disk and the clock. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "check/local.h"
#include "conf/settings.h"
#include "inbox/inbox.h"
#include "lib/mem.h"
#include "lib/text.h"

enum { EVENTS = 20 };	/* whose times are compared */

static void put(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
	text_tame(to, strlen(to));
}
#define PUT(to, text) put(to, sizeof(to), text)

/* The folder of a path, in place: "a/b" → "a", "/a" → "/", "a" → ".". */
static void up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		strcpy(path, ".");
	else
		slash[slash == path] = '\0';
}

void local_look_file(enum local_role role, const char *path, struct local_file *to)
{
	struct stat st;

	*to = (struct local_file){ .role = role };
	snprintf(to->path, sizeof to->path, "%s", path);
	if (lstat(path, &st)) {
		to->error = errno;
		return;
	}
	to->link = S_ISLNK(st.st_mode);
	if (to->link && stat(path, &st)) {
		to->error = errno;
		return;
	}
	to->there = true;
	to->mode = st.st_mode;
	to->uid = st.st_uid;
	to->gid = st.st_gid;
}

/* Each file once; more than LOCAL_FILES are not looked at. */
static struct local_file *add(struct local_seen *s, enum local_role role, const char *path)
{
	for (size_t i = 0; i < s->files; i++)
		if (strcmp(s->file[i].path, path) == 0)
			return &s->file[i];
	if (s->files == LOCAL_FILES)
		return NULL;
	s->file = xgrow(s->file, &s->files_cap, s->files + 1, sizeof *s->file);
	local_look_file(role, path, &s->file[s->files]);
	return &s->file[s->files++];
}

static void add_with_folder(struct local_seen *s, enum local_role role, enum local_role folder, const char *path)
{
	char above[LOCAL_PATH];

	if (strlen(path) >= sizeof above)
		return;
	add(s, role, path);
	strcpy(above, path);
	up(above);
	add(s, folder, above);
}

static void add_secret(struct local_seen *s, const char *dir, const char *ref)
{
	static const char file[] = "file:";
	const char *path = strstr(ref, file);
	char whole[2 * LOCAL_PATH];

	if (!path)
		return;	/* of the environment, or none */
	path += sizeof file - 1;
	if (snprintf(whole, sizeof whole, "%s%s%s", *path == '/' ? "" : dir, *path == '/' ? "" : "/", path) < LOCAL_PATH)
		add_with_folder(s, LOCAL_SECRET, LOCAL_SECRET_FOLDER, whole);
}

/* What `pixgate` keeps for itself beside the inbox or the configuration. */
static void add_own(struct local_seen *s, const char *dir)
{
	static const char *const names[] = { ".pixgate-tokens", ".pixgate-certs" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[2 * LOCAL_PATH];
		struct local_file *f;
		struct dirent *entry;
		DIR *d;

		if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) >= LOCAL_PATH || access(path, F_OK))
			continue;
		f = add(s, LOCAL_OWN, path);
		d = f && S_ISDIR(f->mode) ? opendir(path) : NULL;
		for (size_t n = strlen(path); d && (entry = readdir(d));) {
			if (entry->d_name[0] == '.')
				continue;
			if (snprintf(path + n, sizeof path - n, "/%s", entry->d_name) < LOCAL_PATH)
				add(s, LOCAL_OWN_FILE, path);
		}
		if (d)
			closedir(d);
	}
}

static bool denied(const char *dir)
{
	char path[2 * LOCAL_PATH], text[4096];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/.htaccess", dir);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return strcasestr(text, "Require all denied");
}

/* The part of the path that by its name is a folder of web pages, where anybody may fetch what is in it. A .htaccess beside the file that
 * forbids it is believed. */
static void find_root(const char *dir, char *root, size_t size)
{
	static const char *const names[] = { "/public_html", "/htdocs", "/httpdocs", "/wwwroot", "/var/www/html" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(dir, names[i]), *end = at ? at + strlen(names[i]) : NULL;

		if (!at || (*end && *end != '/') || denied(dir))
			continue;
		snprintf(root, size, "%.*s", (int)(end - dir), dir);
		return;
	}
}

static bool on_row(const struct inbox_row *row, void *arg)
{
	struct local_seen *s = arg;
	int64_t ahead = row->event.has_at ? row->event.at_ms - row->received_ms : 0;

	s->newest_ms = row->received_ms > s->newest_ms ? row->received_ms : s->newest_ms;
	s->ahead_ms = ahead > s->ahead_ms ? ahead : s->ahead_ms;
	return true;
}

static void read_store(const struct settings *conf, struct local_seen *s)
{
	const struct inbox_filter newest = { .kind = -1, .limit = EVENTS };
	struct inbox *box = NULL;
	struct err e;

	if (!inbox_open(&box, conf->inbox, conf->dir, INBOX_READ, &e) || !box->ops->list(box, &newest, on_row, s, &e))
		PUT(s->open_why, e.text);
	inbox_close(box);
}

static void look_store(const struct settings *conf, struct local_seen *s)
{
	static const char scheme[] = "sqlite:", *const behind[] = { "", "-wal", "-shm", "-lock" };
	const char *place = conf->inbox + sizeof scheme - 1;
	char path[3 * LOCAL_PATH];
	struct statvfs fs;
	struct err e;

	if (!inbox_place_ok(conf->inbox, conf->dir, &e))
		PUT(s->place_why, e.text);
	if (strncmp(conf->inbox, scheme, sizeof scheme - 1) != 0 ||
	    snprintf(path, sizeof path, "%s%s%s", *place == '/' ? "" : conf->dir, *place == '/' ? "" : "/", place) >= LOCAL_PATH)
		return;
	s->store = true;
	strcpy(s->store_path, path);
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
		snprintf(path, sizeof path, "%s%s", s->store_path, behind[i]);
		if (strlen(path) < LOCAL_PATH && !access(path, F_OK))
			add(s, LOCAL_STORE, path);
	}
	s->store_there = !access(s->store_path, F_OK);
	s->store_writable = s->store_there && !access(s->store_path, R_OK | W_OK);
	if (s->store_there)
		read_store(conf, s);
	strcpy(path, s->store_path);
	up(path);
	add(s, LOCAL_STORE_FOLDER, path);
	s->folder_writable = !access(path, R_OK | W_OK | X_OK);
	find_root(path, s->store_root, sizeof s->store_root);
	add_own(s, path);
	if (!statvfs(path, &fs)) {
		s->space = true;
		s->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
		s->all_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
		s->free_files = fs.f_favail;
		s->all_files = fs.f_files;
	}
}

/* adjtimex that sets nothing asks the kernel what the time service told it. Containers may forbid even that. */
static int synchronised(void)
{
	struct timex t = { 0 };
	int state = adjtimex(&t);

	if (state < 0)
		return -1;
	return state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

static void look_settings(const struct settings *conf, struct local_seen *s)
{
	struct err e;

	PUT(s->conf, conf->file);
	add_with_folder(s, LOCAL_CONF, LOCAL_CONF_FOLDER, conf->file);
	find_root(conf->dir, s->conf_root, sizeof s->conf_root);
	look_store(conf, s);
	add_own(s, conf->dir);
	for (size_t i = 0; i < conf->hook_count; i++) {
		const struct hook *h = &conf->hooks[i];

		for (size_t n = 0; n < h->secrets.count; n++)
			add_secret(s, conf->dir, h->secrets.item[n]);
		add_secret(s, conf->dir, h->basic);
		add_secret(s, conf->dir, h->bearer);
		add_secret(s, conf->dir, h->client_secret);
		add_secret(s, conf->dir, h->api_password);
	}
	/* It stops at the first: what is wrong with the inbox is told by itself. */
	if (!s->place_why[0] && !settings_check_files(conf, &e))
		PUT(s->files_why, e.text);
}

void local_look(const struct local_options *o, struct local_seen *s)
{
	struct err e = { .code = ERR_NONE };
	char *file = settings_find(o->conf, &e), dir[LOCAL_PATH] = "";
	struct settings *conf = file ? settings_load(file, &e) : NULL;

	s->uid = geteuid();
	s->now_ms = o->now_ms;
	s->synchronised = synchronised();
	if (file)
		PUT(s->conf, file);
	if (!conf) {
		PUT(s->conf_why, e.text);
		if (file && strlen(file) < LOCAL_PATH) {
			add_with_folder(s, LOCAL_CONF, LOCAL_CONF_FOLDER, file);
			strcpy(dir, file);
			up(dir);
		}
	} else {
		snprintf(dir, sizeof dir, "%s", conf->dir);
		look_settings(conf, s);
	}
	local_look_gate(o, dir, s);
	if (o->socket)
		local_look_socket(o->socket, &s->socket);
	if (o->log)
		local_look_log(o->log, &s->log);
	settings_free(conf);
	free(file);
}

void local_seen_free(struct local_seen *s)
{
	free(s->file);
	s->file = NULL;
	s->files = s->files_cap = 0;
}
