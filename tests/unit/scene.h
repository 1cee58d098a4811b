/* A temporary folder with a configuration, for tests of what reads one. */
#ifndef TESTS_UNIT_SCENE_H
#define TESTS_UNIT_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCENE_SECRET "0123456789abcdef0123456789abcdef"

static char scene_dir[64], scene_conf[96];

static inline void scene_write(const char *name, const char *text, mode_t mode)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, mode) != 0)
		abort();
}

static inline void scene_open(const char *conf)
{
	strcpy(scene_dir, "/tmp/pixgate-test-XXXXXX");
	if (!mkdtemp(scene_dir))
		abort();
	snprintf(scene_conf, sizeof scene_conf, "%s/pixgate.conf", scene_dir);
	scene_write("pixgate.conf", conf, 0600);
	scene_write("loja.secret", SCENE_SECRET "\n", 0600);
}

static inline void scene_close(void)
{
	char command[96];

	snprintf(command, sizeof command, "rm -rf '%s'", scene_dir);
	if (system(command) != 0)
		abort();
}

#define SCENE_LOJA \
	"inbox = \"sqlite:inbox.db\";\n" \
	"hooks = ( { name = \"loja\"; path = \"/webhook\"; psp = \"efi\"; secret = [ \"file:loja.secret\" ]; sources = [ \"127.0.0.1\" ];\n" \
	"            keys = [ \"5f8c2f5e-0b5e-4c0e-9a55-7d1d0f3a2b10\" ]; } );\n"

#define SCENE_URI "/webhook?hmac=" SCENE_SECRET "&ignorar="
#define SCENE_PIX(e2eid) \
	"{\"pix\":[{\"endToEndId\":\"" e2eid "\",\"txid\":\"pedido0001\",\"chave\":\"5f8c2f5e-0b5e-4c0e-9a55-7d1d0f3a2b10\"," \
	"\"valor\":\"12.34\",\"horario\":\"2026-11-21T12:00:00.000Z\"}]}"

#endif
