/*
 * answer SOCKET [THREADS] - the yardstick of the gate: libfcgi with a loop of FCGX_Accept_r a thread that only answers.
 * It looks at nothing and stores nothing; ended by a signal.
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int listener;

static void *answer(void *unused)
{
	FCGX_Request r;

	(void)unused;
	FCGX_InitRequest(&r, listener, 0);
	while (FCGX_Accept_r(&r) == 0) {
		FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 3\r\n\r\n200", r.out);
		FCGX_Finish_r(&r);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 64;
	pthread_attr_t attr;

	if (argc < 2 || threads < 1 || threads > 1024)
		return fputs("usage: answer SOCKET [THREADS]\n", stderr), 2;
	FCGX_Init();
	signal(SIGTERM, SIG_DFL);	/* libfcgi would only set a flag that nobody reads */
	unlink(argv[1]);
	listener = FCGX_OpenSocket(argv[1], 1024);
	if (listener < 0)
		return perror(argv[1]), 1;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	while (--threads > 0) {
		pthread_t t;

		if (pthread_create(&t, &attr, answer, NULL))
			return fputs("answer: cannot start a thread\n", stderr), 1;
	}
	answer(NULL);
	return 0;
}
