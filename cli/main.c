#include "cli/verb.h"
#include "lib/secret.h"
#include "lib/when.h"

int main(int argc, char **argv)
{
	secret_no_core();
	return pixgate(argc, argv, when_now());
}
