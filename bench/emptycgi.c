/* The smallest CGI, linked static: reads its body, looks at nothing, stores nothing, answers. */
#include <unistd.h>

int main(void)
{
	static const char reply[] = "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n200";
	char body[4096];

	while (read(0, body, sizeof(body)) > 0)
		;
	return write(1, reply, sizeof(reply) - 1) == sizeof(reply) - 1 ? 0 : 1;
}
