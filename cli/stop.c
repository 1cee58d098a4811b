#include "cli/stop.h"

#include <stddef.h>

volatile sig_atomic_t stopped;

enum { NUMBERS = 3 };
static const int numbers[NUMBERS] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction was[NUMBERS];

/* Where SIGHUP only asks for something, it must not hide that the program was told to end. */
static void on_signal(int number)
{
	if (number != SIGHUP || !stopped)
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

int stop_take(void)
{
	return __atomic_exchange_n(&stopped, 0, __ATOMIC_SEQ_CST);
}

void stop_release(void)
{
	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &was[i], NULL);
}
