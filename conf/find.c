/* Where the configuration is. Under suEXEC the environment is scrubbed, so the program's own place must suffice. */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings.h"
#include "lib/buf.h"
#include "lib/mem.h"

/* Who looks: where its program lies, and whose home it has. */
struct seeker {
	const char *program;	/* NULL: ourselves */
	uid_t uid;
	bool scrubbed;		/* nothing in the environment counts */
};

/* "/home/ana/cgi-bin/pixgate.cgi" → "/home/ana/pixgate/pixgate.conf" */
static bool beside(const struct seeker *who, struct buf *at)
{
	char self[PATH_MAX];
	ssize_t n = who->program ? 0 : readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	if (who->program ? !realpath(who->program, self) : n <= 0)
		return false;
	if (!who->program)
		self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(self, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return buf_putf(at, "%s/pixgate/pixgate.conf", self);
}

/* fgetpwent rather than getpwuid: a static program must not load the host's name service modules. */
static bool at_home(const struct seeker *who, struct buf *at)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;
	const char *home = NULL;
	bool ok;

	while (f && (pw = fgetpwent(f)))
		if (pw->pw_uid == who->uid)
			break;
	home = pw ? pw->pw_dir : who->scrubbed ? NULL : getenv("HOME");
	ok = home && home[0] == '/' && buf_putf(at, "%s/.pixgate/pixgate.conf", home);
	if (f)
		fclose(f);
	return ok;
}

static bool in_etc(const struct seeker *who, struct buf *at)
{
	(void)who;
	return buf_puts(at, "/etc/pixgate/pixgate.conf");
}

static char *look(const struct seeker *who, struct err *e)
{
	static bool (*const places[])(const struct seeker *, struct buf *) = { beside, at_home, in_etc };
	struct buf tried = BUF(3 * PATH_MAX), at = BUF(PATH_MAX + 64);
	char *found = NULL;

	for (size_t i = 0; !found && i < sizeof places / sizeof places[0]; i++) {
		buf_reset(&at);
		if (!places[i](who, &at))
			continue;
		if (access(buf_str(&at), F_OK) == 0)
			found = xstrdup(buf_str(&at));
		else
			buf_putf(&tried, "%s%s", tried.len ? ", " : "", buf_str(&at));
	}
	if (!found)
		fail(e, ERR_CONFIG, "no configuration found: looked for %s (`pixgate init` writes one, --conf FILE names one)", buf_str(&tried));
	buf_free(&tried);
	buf_free(&at);
	return found;
}

char *settings_find(const char *given, struct err *e)
{
	const struct seeker me = { .uid = geteuid() };
	const char *env = getenv("PIXGATE_CONF");

	if (given)
		return xstrdup(given);
	if (env && env[0])
		return xstrdup(env);
	return look(&me, e);
}

char *settings_find_as(const char *program, uid_t uid, struct err *e)
{
	return look(&(struct seeker){ program, uid, true }, e);
}
