/* The floor of a process per request, linked static: the yardstick of the plain CGI. */
int main(void)
{
	return 0;
}
