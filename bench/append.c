/* append FILE COUNT - appends 600 bytes and makes them durable with fdatasync, COUNT times: what the disk itself takes. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench/lat.h"

enum { RECORD = 600 };

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0, fd;
	char record[RECORD];
	struct lat lat = {0};

	if (count < 1)
		return fputs("usage: append FILE COUNT\n", stderr), 2;
	fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return perror(argv[1]), 1;
	memset(record, 'x', sizeof(record));
	while (count--) {
		uint64_t start = lat_now();

		if (write(fd, record, sizeof(record)) != RECORD || fdatasync(fd))
			return perror(argv[1]), 1;
		lat_add(&lat, lat_now() - start);
	}
	lat_print(&lat);
	putchar('\n');
	close(fd);
	free(lat.ns);
	return 0;
}
