/* The emulator's certificates as files in a folder of the test's own. Behind <cmocka.h>. */
#ifndef TESTS_UNIT_PKI_FOLDER_H
#define TESTS_UNIT_PKI_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "emul/pki.h"

static char folder[] = "/tmp/pixgate-pki-XXXXXX";
static struct pki_files files;

/* The path of one of them; good for the next fifteen calls. */
static inline const char *at(const char *name)
{
	static char path[16][128];
	static unsigned n;
	char *p = path[n++ % 16];

	snprintf(p, 128, "%s/%s", folder, name);
	return p;
}

static inline int make_folder(void **state)
{
	struct err e;

	(void)state;
	if (!mkdtemp(folder) || !pki_build(time(NULL), &files, &e))
		return -1;
	for (size_t i = 0; i < files.count; i++) {
		FILE *f = fopen(at(files.item[i].name), "we");

		if (!f || fwrite(files.item[i].bytes.data, 1, files.item[i].bytes.len, f) != files.item[i].bytes.len || fclose(f))
			return -1;
	}
	return 0;
}

static inline int drop_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < files.count; i++)
		unlink(at(files.item[i].name));
	pki_files_free(&files);
	return rmdir(folder);
}

#endif
