#include "cli/stop.h"

#include <stddef.h>

volatile sig_atomic_t stopped;

enum { NUMBERS = 3 };
static const int numbers[NUMBERS] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction was[NUMBERS];

static void on_signal(int number)
{
	stopped = number;
}

void stop_catch(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigemptyset(&act.sa_mask);
	stopped = 0;
	for (size_t i = 0; i < NUMBERS; i++) {
		sigaction(numbers[i], NULL, &was[i]);
		if (was[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &act, NULL);
	}
}

void stop_release(void)
{
	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &was[i], NULL);
}
