/* Opinions on the gate's program, as a web server starts it, on a running gate's socket, and on the gate's log. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check/local.h"

/*
 * What suEXEC (Apache's httpd 2.4, support/suexec.c) and mod_cgi refuse, as the web server then answers. Each broken rule is named with
 * the command that mends it. The program's folder counts as the program does.
 */
bool local_judge_suexec(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	const struct local_gate *g = &s->gate;
	const struct local_file *f = &g->file, *d = &g->folder;
	unsigned mode = (unsigned)f->mode & 07777;
	char both[64];

	if (!g->found || !g->cgi)
		return false;
	if (f->link) {
		local_say(severity, SEVERITY_FAIL, seen, "%s is a link; the answer is 403, or 500", f->path);
		buf_puts(fix, "take a copy of the program instead of a link to it: cp --remove-destination PROGRAM");
		local_command(fix, "  and then: chmod 755", f->path);
	}
	if (!S_ISREG(f->mode)) {
		local_say(severity, SEVERITY_FAIL, seen, "%s is no regular file; the answer is 403 or 500", f->path);
		return true;
	}
	if (f->mode & (S_ISUID | S_ISGID)) {
		local_say(severity, SEVERITY_FAIL, seen, "%s has a setuid or setgid bit (mode %04o); the answer is 500", f->path, mode);
		local_command(fix, "chmod u-s,g-s", f->path);
	}
	if (f->mode & (S_IWGRP | S_IWOTH)) {
		local_say(severity, SEVERITY_FAIL, seen, "others may change %s (mode %04o); the answer is 500", f->path, mode);
		local_command(fix, "chmod 755", f->path);
	}
	if (!(f->mode & S_IXUSR)) {
		local_say(severity, SEVERITY_FAIL, seen, "%s may not be started (mode %04o); the answer is 500", f->path, mode);
		local_command(fix, "chmod 755", f->path);
	}
	if (d->mode & (S_IWGRP | S_IWOTH)) {
		local_say(severity, SEVERITY_FAIL, seen, "others may change its folder %s (mode %04o); the answer is 500", d->path, (unsigned)d->mode & 07777);
		local_command(fix, "chmod 755", d->path);
	}
	if (f->uid != d->uid || f->gid != d->gid || (s->uid != 0 && f->uid != s->uid)) {
		/* of root's two, one is the account's: suEXEC starts nothing of root */
		uid_t uid = s->uid ? s->uid : d->uid;

		local_say(severity, SEVERITY_FAIL, seen, "%s belongs to %u:%u and its folder to %u:%u, which must both be the account; the answer is 500",
			f->path, (unsigned)f->uid, (unsigned)f->gid, (unsigned)d->uid, (unsigned)d->gid);
		snprintf(both, sizeof both, "chown %u:%u", (unsigned)uid, (unsigned)d->gid);
		local_command(fix, both, f->path);
	} else if (f->uid == 0) {
		local_say(severity, SEVERITY_NOTE, seen, "%s belongs to root: well without suEXEC, which starts nothing of root", f->path);
	}
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, "%s and its folder are as suEXEC wants them", f->path);
}

/* suEXEC's rules say why it was not started, then nothing is known of the rest. */
static bool startable(const struct local_gate *g)
{
	return S_ISREG(g->file.mode) && (g->ran || g->program != PROGRAM_OURS || g->no_exec);
}

static bool starts(const struct local_gate *g, enum severity *severity, struct buf *seen, struct buf *fix)
{
	const char *path = g->file.path;

	if (g->program == PROGRAM_OTHER_MACHINE) {
		buf_puts(fix, "copy there the program that was built for this machine (uname -m)");
		return local_say(severity, SEVERITY_FAIL, seen, "%s was built for another kind of machine; the answer is 500", path) && false;
	}
	if (g->program == PROGRAM_NO_ELF) {
		buf_puts(fix, "copy it again, in binary mode where it is uploaded (FTP's text mode spoils it)");
		return local_say(severity, SEVERITY_FAIL, seen, "%s is no program: cut off, or changed on its way here; the answer is 500", path) && false;
	}
	if (g->no_exec) {
		buf_puts(fix, "ask who runs the machine where programs may lie");
		return local_say(severity, SEVERITY_FAIL, seen, "the file system of %s runs no programs (noexec); the answer is 500", path) && false;
	}
	if (g->version[0])
		return true;
	if (strstr(g->why, "shared librar") || strstr(g->why, "No such file"))	/* ld.so's words; or no such ld.so */
		buf_puts(fix, "copy the static program there, which needs no libraries: make static");
	local_say(severity, SEVERITY_FAIL, seen, g->why[0] ? "%s does not start: %s" : "%s does not say that it is pixgate.fcgi%s", path, g->why);
	return false;
}

bool local_judge_gate(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	const struct local_gate *g = &s->gate;

	if (!g->told && !g->found)
		return local_say(severity, SEVERITY_NOTE, seen, "no pixgate.cgi or pixgate.fcgi was found: --gate FILE says where it is");
	if (!g->found)
		return local_say(severity, SEVERITY_FAIL, seen, "%s: %s", g->file.path, strerror(g->file.error));
	if (!g->cgi && !S_ISREG(g->file.mode))
		return local_say(severity, SEVERITY_FAIL, seen, "%s is no regular file", g->file.path);
	if (!startable(g)) {
		if (g->cgi)
			return false;	/* local.suexec says why */
		local_command(fix, "chmod 755", g->file.path);
		return local_say(severity, SEVERITY_FAIL, seen, "%s may not be started, or others may change it (mode %04o)", g->file.path, (unsigned)g->file.mode & 07777);
	}
	if (!starts(g, severity, seen, fix))
		return true;
	if (strcmp(g->version, VERSION) != 0)
		local_say(severity, SEVERITY_WARN, seen, "%s is of version %s, pixgate of " VERSION, g->file.path, g->version);
	if (g->asked && !g->conf[0] && s->conf_why[0])
		return *severity > SEVERITY_OK;	/* there is none at all: local.conf */
	if (g->conf_why[0]) {
		if (!s->conf_why[0] || !g->same_conf)
			local_say(severity, SEVERITY_FAIL, seen, "%s, started by the web server, answers 503: %s", g->file.path, g->conf_why);
		return *severity > SEVERITY_OK;
	}
	if (g->get == 503 || g->post == 503 || !g->get || !g->post) {
		/* what the gate cannot read either is told where it belongs */
		if (g->get != g->post && g->post == 503 && (s->files_why[0] || s->place_why[0]) && g->same_conf)
			return false;
		return local_say(severity, SEVERITY_FAIL, seen, "%s, started as the web server starts it, answers %s: %s", g->file.path,
			g->get && g->post ? "503" : "nothing", g->said[0] ? g->said : "it says nothing of why");
	}
	if (g->get != 405 || (g->post != 403 && g->post != 401))
		return local_say(severity, SEVERITY_FAIL, seen, "%s answers %d to a GET (405 was expected) and %d to a POST that proves nothing (403 or 401)", g->file.path, g->get, g->post);
	if (!g->same_conf) {
		local_say(severity, SEVERITY_WARN, seen, "%s reads %s, and what was looked at here is %s", g->file.path, g->conf, s->conf);
		buf_puts(fix, "one of the two is too many: the gate of a cgi-bin takes the one in a folder pixgate beside its folder first");
	}
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, "%s " VERSION " starts, refuses who proves nothing, and reads %s", g->file.path, g->conf);
}

bool local_judge_socket(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	const struct local_socket *k = &s->socket;

	if (!k->asked)
		return false;
	if (!k->file.there)
		return local_say(severity, SEVERITY_FAIL, seen, "%s: %s", k->file.path, strerror(k->file.error));
	if (!S_ISSOCK(k->file.mode))
		return local_say(severity, SEVERITY_FAIL, seen, "%s is no socket", k->file.path);
	if (!k->accepts)
		return local_say(severity, SEVERITY_FAIL, seen, "%s: %s", k->file.path, k->error == ECONNREFUSED ? "nobody listens there: the gate has ended" : strerror(k->error));
	if (k->file.mode & S_IWOTH) {
		local_say(severity, SEVERITY_WARN, seen, "any user of this machine may connect to %s (mode %04o), and be whom he likes for a check of addresses or certificates",
			k->file.path, (unsigned)k->file.mode & 07777);
		local_command(fix, "chmod 660", k->file.path);
	}
	return *severity > SEVERITY_OK || local_say(severity, SEVERITY_OK, seen, "%s accepts connections, mode %04o", k->file.path, (unsigned)k->file.mode & 07777);
}

/* What a refusal means, and whether it may be the PSP who was refused: strangers' scanners ask for paths and with GET all day. */
static const struct {
	const char *check, *means;
	bool psp;
} refusals[REFUSALS] = {
	[REFUSAL_PATH] = { "path", "no hook has that path: a scanner, or a URL that was registered otherwise", false },
	[REFUSAL_METHOD] = { "method", "no POST: a scanner, or a redirect that made a GET of it", false },
	[REFUSAL_SECRET] = { "secret", "the URL's secret is missing or another: the registered URL is old, or a server takes its query away", true },
	[REFUSAL_SOURCE] = { "source", "the address is none of the PSP's: sources, or a proxy in front that trusted_proxies must name", true },
	[REFUSAL_CERT] = { "cert", "no client certificate, or not the PSP's: the web server asks for none or passes none on, or ca or pin is wrong", true },
	[REFUSAL_BASIC] = { "basic", "user or password: Authorization is not passed on (CGIPassAuth On), or the PSP has others", true },
	[REFUSAL_BEARER] = { "bearer", "the token: Authorization is not passed on (CGIPassAuth On), or the PSP has another", true },
	[REFUSAL_LENGTH] = { "length", "too large, or cut off on its way: max_body, and the web server's own limit", true },
	[REFUSAL_STORE] = { "store", "it could not be kept: the disk, or the inbox's rights", true },
	[REFUSAL_CONFIGURATION] = { "configuration", "the configuration or one of its files is wrong, nobody is let in", true },
};

bool local_judge_log(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	const struct local_log *l = &s->log;

	if (!l->asked)
		return false;
	if (l->why[0])
		return local_say(severity, SEVERITY_FAIL, seen, "%s: %s", l->path, l->why);
	if (!l->lines)
		return local_say(severity, SEVERITY_NOTE, seen, "no line of the gate in %s%s", l->cut ? "the end of " : "", l->path);
	local_say(severity, SEVERITY_OK, seen, "%s%s: %u accepted", l->cut ? "the end of " : "", l->path, l->accepted);
	if (l->errors)
		local_say(severity, l->error_last ? SEVERITY_WARN : SEVERITY_NOTE, seen, "%u errors, the last: %s", l->errors, l->error);
	for (int i = 0; i < REFUSALS; i++) {
		if (!l->refused[i])
			continue;
		local_say(severity, refusals[i].psp && l->since[i] ? SEVERITY_WARN : SEVERITY_NOTE, seen, "%u refused by %s", l->refused[i], refusals[i].check);
		buf_putf(fix, "%s%s: %s", fix->len ? "\n" : "", refusals[i].check, refusals[i].means);
	}
	if (l->warnings)
		local_say(severity, SEVERITY_NOTE, seen, "%u warnings", l->warnings);
	return true;
}
