/*
 * `pixgate check --local`: what is seen of this machine, or of this account of a shared host; nothing of the net. local_look*.c fill
 * it, local_judge*.c read it, tests write it as literals. Zeroed is "not looked at". Texts are printable, one line, bounded.
 */
#ifndef CHECK_LOCAL_H
#define CHECK_LOCAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "check/judge.h"

enum { LOCAL_PATH = 1024, LOCAL_TEXT = 512, LOCAL_FILES = 1024, LOCAL_LOG_TAIL = 1024 * 1024, LOCAL_RUN_MS = 10 * 1000 };

enum local_role {
	LOCAL_CONF,		/* the configuration */
	LOCAL_CONF_FOLDER,
	LOCAL_SECRET,		/* a file that a hook's reference names */
	LOCAL_SECRET_FOLDER,
	LOCAL_OWN,		/* .pixgate-tokens, .pixgate-certs */
	LOCAL_OWN_FILE,		/* in one of them */
	LOCAL_STORE,		/* the inbox, its WAL and its locks */
	LOCAL_STORE_FOLDER,
	LOCAL_GATE,
	LOCAL_GATE_FOLDER,
	LOCAL_ROLES
};

struct local_file {
	enum local_role role;
	bool there, link;	/* link: what stands at the path is a symbolic link; the rest is of what it leads to */
	int error;		/* errno where it is not there, or cannot be looked at */
	mode_t mode;		/* with its type */
	uid_t uid;
	gid_t gid;
	char path[LOCAL_PATH];
};

/* What a line of the gate's log says; the words are the gate's (fcgi/report.c). */
enum local_refusal {
	REFUSAL_PATH, REFUSAL_METHOD, REFUSAL_SECRET, REFUSAL_SOURCE, REFUSAL_CERT, REFUSAL_BASIC, REFUSAL_BEARER, REFUSAL_LENGTH,
	REFUSAL_STORE, REFUSAL_CONFIGURATION, REFUSALS
};

struct local_log {
	bool asked;
	char path[LOCAL_PATH], why[LOCAL_TEXT];	/* why: it cannot be read */
	int64_t size;
	bool cut;				/* only its end was read */
	unsigned lines;				/* of the gate */
	unsigned accepted, errors, warnings;
	unsigned refused[REFUSALS];
	unsigned since[REFUSALS];		/* of these, behind the last line that says accepted */
	bool error_last;			/* an error, and nothing accepted behind it */
	char error[LOCAL_TEXT];			/* the last one's text */
};

/* What stands in the file of a program. */
enum local_program { PROGRAM_UNKNOWN, PROGRAM_OURS, PROGRAM_OTHER_MACHINE, PROGRAM_NO_ELF };

struct local_gate {
	bool told, found;		/* told: --gate */
	bool cgi;			/* in a cgi-bin, or named *.cgi: the web server starts it, and suEXEC may judge it */
	bool no_exec;			/* its file system runs no programs */
	enum local_program program;
	struct local_file file, folder;
	bool ran;			/* --version was tried */
	int version_status;		/* its exit status; 127 with why: it did not start */
	char version[64];		/* "0.3.0"; "": it said something else */
	char why[LOCAL_TEXT];		/* why it did not start, or what it said on standard error */
	char conf[LOCAL_PATH], conf_why[LOCAL_TEXT];	/* what it finds by itself, in an empty environment */
	bool same_conf;			/* that is the one that was looked at */
	bool asked;			/* it was started as CGI, with a GET and with a POST that proves nothing */
	int get, post;			/* their statuses; 0: no answer */
	char said[LOCAL_TEXT];		/* the last line that it logged of itself */
};

struct local_socket {
	bool asked;
	struct local_file file;
	bool accepts;
	int error;			/* errno of connect */
};

struct local_seen {
	uid_t uid;			/* who looks */
	int64_t now_ms;

	char conf[LOCAL_PATH];		/* "": none was found */
	char conf_why[LOCAL_TEXT];	/* why it is not understood, or not found; "": it is well */
	char files_why[LOCAL_TEXT];	/* secrets and CA files: the first that is not well */
	char conf_root[LOCAL_PATH];	/* the folder of web pages that the configuration is in; "": in none that has such a name */

	struct local_file *file;	/* owned */
	size_t files, files_cap;

	bool store;			/* the inbox is a file */
	char store_path[LOCAL_PATH], store_root[LOCAL_PATH];
	char place_why[LOCAL_TEXT];	/* why it may not be there */
	char open_why[LOCAL_TEXT];	/* why what is there cannot be read */
	bool store_there, folder_writable, store_writable;

	bool space;
	uint64_t free_bytes, all_bytes, free_files, all_files;	/* all_files 0: such a file system does not count them */

	int synchronised;		/* 1, 0, -1: the kernel does not say */
	int64_t newest_ms;		/* the newest event was received then; 0: none */
	int64_t ahead_ms;		/* by how much the PSP's time of the newest events was ahead of ours, at most; 0: it was not */

	struct local_gate gate;
	struct local_socket socket;
	struct local_log log;
};

struct local_options {
	const char *conf;		/* --conf; NULL: found as the program does */
	const char *hook;		/* whose path the gate is asked for; NULL: the first */
	const char *gate, *socket, *log;	/* NULL: the gate is looked for, the others are not */
	int64_t now_ms;
};

/* Looks; what fails is a fact. Bounded in time and memory. local_seen_free in any case. */
void local_look(const struct local_options *o, struct local_seen *s);
void local_seen_free(struct local_seen *s);	/* safe on a zeroed struct and twice */

/* Inside of it: the gate and its socket (local_look_gate.c), the log (local_look_log.c). dir: the configuration's folder, or "". uri:
 * the path of a hook of the configuration that the gate finds, or NULL: of the first. */
void local_look_gate(const struct local_options *o, const char *dir, struct local_seen *s);
void local_look_socket(const char *path, struct local_socket *to);
void local_look_log(const char *path, struct local_log *to);
void local_look_file(enum local_role role, const char *path, struct local_file *to);

/* Lines of the log as they come in; whole ones, any bytes. */
void local_log_text(const char *text, size_t len, struct local_log *to);

extern const struct check local_checks[];	/* ends with a row whose id is NULL; judge is NULL in all of them */

/* As judge(), of what was seen here. findings_free. */
void local_judge(const struct local_seen *s, const char *const *only, const char *const *skip, struct findings *f);

/* The judges, each of one row: how it is, what was seen, and what to do (empty: what the row says). false: not looked at. */
typedef bool local_judge_fn(const struct local_seen *s, enum severity *severity, struct buf *seen, struct buf *fix);

/* Raises *severity to at least `how`, and adds a part of the line of what was seen. Returns true. */
bool local_say(enum severity *severity, enum severity how, struct buf *seen, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A command that mends, on a line of its own; the path is quoted for a shell where it must be. */
void local_command(struct buf *fix, const char *what, const char *path);

local_judge_fn local_judge_gate, local_judge_suexec, local_judge_socket, local_judge_log;

#endif
