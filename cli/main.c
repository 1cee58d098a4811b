#include "cli/verb.h"
#include "lib/when.h"

int main(int argc, char **argv)
{
	return pixgate(argc, argv, when_now());
}
