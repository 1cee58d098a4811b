/* Opinions on this machine: the table, the configuration, the inbox, the disk and the clock. Pure. */
#include "check/local.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/mem.h"

enum { SEEN = 4096 };
#define MB ((uint64_t)1024 * 1024)
#define DAY_MS (24LL * 60 * 60 * 1000)

/* A clock before this program was written, or long after anybody will run it, is wrong. */
#define CLOCK_FROM 1767225600000LL	/* 2026-01-01 */
#define CLOCK_TO 4102444800000LL	/* 2100-01-01 */

bool local_say(enum severity *severity, enum severity how, struct buf *to, const char *fmt, ...)
{
	char text[2 * LOCAL_PATH];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (how > *severity)
		*severity = how;
	buf_putf(to, "%s%s", to->len ? "; " : "", text);
	return true;
}

void local_command(struct buf *fix, const char *what, const char *path)
{
	buf_putf(fix, "%s%s ", fix->len ? "\n" : "", what);
	if (!path[strcspn(path, " \t'\"\\$`&;()<>|*?[]#~!{}")]) {
		buf_puts(fix, path);
		return;
	}
	buf_puts(fix, "'");
	for (; *path; path++)
		buf_putf(fix, *path == '\'' ? "'\\''" : "%c", *path);
	buf_puts(fix, "'");
}

static void chown_to(struct buf *fix, uid_t uid, const char *path)
{
	char what[32];

	snprintf(what, sizeof what, "chown %u", (unsigned)uid);
	local_command(fix, what, path);
}

static bool judge_conf(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	(void)fix;
	if (s->conf_why[0])
		return local_say(severity, SEVERITY_FAIL, seen, "%s", s->conf_why);
	return local_say(severity, SEVERITY_OK, seen, "%s is understood", s->conf);
}

static bool mine(const struct local_seen *s, uid_t uid)
{
	return uid == 0 || s->uid == 0 || uid == s->uid;
}

/* Who else may change the configuration, a secret, or put another in its place. That others may read a secret is an error of the
 * configuration itself (local.secrets). */
static bool judge_modes(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	static const char *const names[LOCAL_ROLES] = {
		[LOCAL_CONF] = "the configuration", [LOCAL_CONF_FOLDER] = "its folder", [LOCAL_SECRET] = "the secret", [LOCAL_SECRET_FOLDER] = "the folder of secrets",
	};

	if (s->conf_why[0])
		return false;
	for (size_t i = 0; i < s->files; i++) {
		const struct local_file *f = &s->file[i];
		const char *name = names[f->role];

		if (!name || !f->there)
			continue;
		/* in a folder such as /tmp a stranger cannot replace what is not his */
		if (f->mode & S_IWOTH && !(S_ISDIR(f->mode) && f->mode & S_ISVTX)) {
			local_say(severity, SEVERITY_FAIL, seen, "anybody of this machine may change %s %s (mode %04o)", name, f->path, (unsigned)f->mode & 07777);
			local_command(fix, "chmod o-w", f->path);
		} else if (f->mode & S_IWGRP && !(S_ISDIR(f->mode) && f->mode & S_ISVTX)) {
			local_say(severity, SEVERITY_WARN, seen, "the group may change %s %s (mode %04o)", name, f->path, (unsigned)f->mode & 07777);
			local_command(fix, "chmod g-w", f->path);
		}
		if (!mine(s, f->uid)) {
			local_say(severity, SEVERITY_WARN, seen, "%s %s belongs to another user (%u), who may change it", name, f->path, (unsigned)f->uid);
			chown_to(fix, s->uid, f->path);
		}
	}
	if (s->conf_root[0]) {
		local_say(severity, SEVERITY_WARN, seen, "the configuration lies below %s, whose files the web server shows to everybody", s->conf_root);
		buf_putf(fix, "%smove its folder out of the web pages: beside cgi-bin, or to ~/.pixgate", fix->len ? "\n" : "");
	}
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, "nobody else may change the configuration or the secrets");
}

static bool judge_inbox(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	uid_t owner = 0;
	bool known = false;

	if (s->conf_why[0])
		return false;
	if (s->place_why[0])
		return local_say(severity, SEVERITY_FAIL, seen, "%s", s->place_why);
	if (!s->store)
		return false;
	if (!s->folder_writable)
		local_say(severity, SEVERITY_FAIL, seen, "this user (%u) may not write in the folder of %s, where files beside it are made", (unsigned)s->uid, s->store_path);
	else if (s->store_there && !s->store_writable)
		local_say(severity, SEVERITY_FAIL, seen, "this user (%u) may not write %s", (unsigned)s->uid, s->store_path);
	else if (s->open_why[0])
		local_say(severity, SEVERITY_FAIL, seen, "%s", s->open_why);
	if (*severity == SEVERITY_FAIL && !s->open_why[0])
		buf_putf(fix, "run this as the user who runs the gate; if that is this one, the folder and what is in it must be its own: chown -R %u FOLDER", (unsigned)s->uid);
	for (size_t i = 0; i < s->files; i++) {
		const struct local_file *f = &s->file[i];

		if (f->role != LOCAL_STORE || !f->there)
			continue;
		if (f->mode & (S_IROTH | S_IWOTH)) {
			local_say(severity, f->mode & S_IWOTH ? SEVERITY_FAIL : SEVERITY_WARN, seen, "anybody of this machine may %s %s (mode %04o)", f->mode & S_IWOTH ? "change" : "read", f->path, (unsigned)f->mode & 07777);
			local_command(fix, "chmod o-rwx", f->path);
		}
		if (known && f->uid != owner) {
			local_say(severity, SEVERITY_WARN, seen, "%s belongs to user %u and the inbox to user %u: once one of them may not write it, nothing is kept", f->path, (unsigned)f->uid, (unsigned)owner);
			chown_to(fix, owner, f->path);
		}
		owner = known ? owner : f->uid;
		known = true;
	}
	if (s->store_root[0]) {
		local_say(severity, SEVERITY_WARN, seen, "it lies below %s, whose files the web server shows to everybody: who knows the name has all payments", s->store_root);
		buf_putf(fix, "%smove it out of the web pages, and say so in inbox = \"sqlite:…\"", fix->len ? "\n" : "");
	}
	if (*severity > SEVERITY_OK)
		return true;
	return local_say(severity, SEVERITY_OK, seen, s->store_there ? "%s is there and can be written" : "%s: nothing has arrived yet; its place is well", s->store_path);
}

static bool judge_secrets(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	(void)fix;
	if (s->conf_why[0] || s->place_why[0])
		return false;
	if (s->files_why[0])
		return local_say(severity, SEVERITY_FAIL, seen, "%s", s->files_why);
	return local_say(severity, SEVERITY_OK, seen, "each file that the configuration names is there, and no secret is readable by everybody");
}

static bool judge_tokens(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	size_t n = 0;

	for (size_t i = 0; i < s->files; i++) {
		const struct local_file *f = &s->file[i];
		bool folder = f->role == LOCAL_OWN;

		if (!folder && f->role != LOCAL_OWN_FILE)
			continue;
		n++;
		if (f->link || (f->there && !(folder ? S_ISDIR(f->mode) : S_ISREG(f->mode)))) {
			local_say(severity, SEVERITY_FAIL, seen, "%s is no %s", f->path, folder ? "folder" : "regular file");
			local_command(fix, "rm", f->path);
		} else if (f->there && f->mode & 077) {
			local_say(severity, SEVERITY_FAIL, seen, "others may use %s (mode %04o)", f->path, (unsigned)f->mode & 07777);
			local_command(fix, folder ? "chmod 700" : "chmod 600", f->path);
		} else if (f->there && s->uid != 0 && f->uid != s->uid) {
			local_say(severity, SEVERITY_FAIL, seen, "%s belongs to another user (%u)", f->path, (unsigned)f->uid);
		}
	}
	if (!n)
		return false;
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, "%zu files and folders, of this user alone", n);
}

static bool judge_space(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	uint64_t percent = s->all_bytes ? s->free_bytes / (s->all_bytes / 100 + 1) : 0;
	enum severity how = SEVERITY_OK;

	(void)fix;
	if (!s->space)
		return false;
	/* 5 % of a large disk is much: what counts there is that it is less than ten gigabytes */
	if (s->free_bytes < 100 * MB || (percent < 5 && s->free_bytes < 10240 * MB))
		how = SEVERITY_WARN;
	if (s->free_bytes < 10 * MB)
		how = SEVERITY_FAIL;
	local_say(severity, how, seen, "%" PRIu64 " MB free of %" PRIu64 " MB", s->free_bytes / MB, s->all_bytes / MB);
	if (s->all_files && s->free_files < 1000)
		local_say(severity, s->free_files < 10 ? SEVERITY_FAIL : SEVERITY_WARN, seen, "%" PRIu64 " more files can be made", s->free_files);
	return true;
}

static bool judge_clock(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	(void)fix;
	if (s->now_ms < CLOCK_FROM || s->now_ms > CLOCK_TO)
		return local_say(severity, SEVERITY_FAIL, seen, "the clock says a year that cannot be: certificates look expired or not yet valid");
	if (s->newest_ms > s->now_ms + 60 * 1000)
		local_say(severity, SEVERITY_WARN, seen, "the newest event was received %" PRId64 " s from now: the clock was set back", (s->newest_ms - s->now_ms) / 1000);
	if (s->ahead_ms > 120 * 1000 && s->ahead_ms < DAY_MS)
		local_say(severity, SEVERITY_WARN, seen, "a payment arrived %" PRId64 " s before the PSP's time of it: the clock is behind", s->ahead_ms / 1000);
	if (s->synchronised == 0)
		local_say(severity, SEVERITY_NOTE, seen, "no time service keeps the clock");
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, s->synchronised < 0 ? "plausible; the kernel does not say whether a time service keeps it" : "kept by a time service");
}

/* A row, and its judge. */
static local_judge_fn *const judges[] = {
	judge_conf, judge_modes, judge_inbox, judge_secrets, judge_tokens, judge_space, judge_clock, local_judge_suexec, local_judge_gate, local_judge_socket, local_judge_log
};

#define ROW(id_, what_, why_, fix_) { .id = id_, .what = what_, .why = why_, .fix = fix_ }
const struct check local_checks[] = {
	ROW("local.conf", "the configuration is found and understood",
	    "A gate whose configuration is wrong answers 503 to everything, and the PSP sends again until it gives up.",
	    "pixgate conf check tells file and line; pixgate init writes a first one."),
	ROW("local.modes", "nobody else may change the configuration or the secrets",
	    "Who can write the configuration or a secret can make payments up.", "chmod go-w what is named"),
	ROW("local.inbox", "the inbox can be kept where it is",
	    "A notification that cannot be made durable is answered 503; on a network file system what was durable may be lost.",
	    "Put it on a local disk, in a folder of the gate's user that others may not write in."),
	ROW("local.secrets", "the files that hooks name are there and private",
	    "A hook whose secret or CA file cannot be used lets nobody in.", "Put the file where it is named; chmod 600 a secret."),
	ROW("local.tokens", "what pixgate remembers is private",
	    "An access token is as good as the password for an hour.", "chmod 700 the folder, 600 what is in it"),
	ROW("local.space", "there is room for what will arrive",
	    "On a full disk each notification is answered 503 and nothing is kept.", "Make room: old logs and backups first."),
	ROW("local.clock", "the clock is right",
	    "With a wrong clock the PSP's certificate looks expired, and times of payments are wrong.", "Let chrony or systemd-timesyncd keep it: timedatectl set-ntp true"),
	ROW("local.suexec", "suEXEC would start the program of the cgi-bin",
	    "Apache's suEXEC starts no program that somebody else could change; the answer is then 500, and its reason is in suexec.log alone.",
	    "chmod 755 the program and its folder; both belong to the account's user and group; a copy, no link."),
	ROW("local.gate", "the gate starts, is of this version, and finds its configuration",
	    "What does not start is a 500 or 502 to the PSP; another version may read the configuration otherwise.",
	    "Copy pixgate.fcgi of this version there; of a shared host the static one (make static)."),
	ROW("local.socket", "a gate listens at the socket",
	    "The web server answers 502 or 503 where nobody listens.", "Start the gate (systemctl start pixgate), and let the web server's group write the socket (mode 660)."),
	ROW("local.log", "nobody was refused who should be let in",
	    "The PSP is told nothing of why it is refused; the gate's log is.", "See what each refusal means, and mend that."),
	{ .id = NULL }
};

static bool among(const char *const *ids, const char *id)
{
	for (; *ids; ids++) {
		size_t n = strlen(*ids);

		if (strncmp(id, *ids, n) == 0 && (!id[n] || id[n] == '.'))
			return true;
	}
	return false;
}

void local_judge(const struct local_seen *s, const char *const *only, const char *const *skip, struct findings *f)
{
	_Static_assert(sizeof judges / sizeof *judges == sizeof local_checks / sizeof *local_checks - 1, "a judge a row");

	*f = (struct findings){ 0 };
	for (size_t i = 0; local_checks[i].id; i++) {
		const struct check *c = &local_checks[i];
		struct buf seen = BUF(SEEN), fix = BUF(SEEN);
		enum severity severity = SEVERITY_OK;

		if ((!only || among(only, c->id)) && (!skip || !among(skip, c->id)) && judges[i](s, &severity, &seen, &fix)) {
			f->item = xrealloc(f->item, (f->count + 1) * sizeof *f->item);
			f->item[f->count++] = (struct finding){ .check = c, .severity = severity, .seen = xstrdup(buf_str(&seen)), .fix = xstrdup(fix.len ? buf_str(&fix) : c->fix) };
		}
		buf_free(&seen);
		buf_free(&fix);
	}
}
