/* Plain CGI: one request, one answer, the end. */
#ifndef FCGI_CGI_H
#define FCGI_CGI_H

/* Serves the request of the environment and standard input (RFC 3875). conf is --conf or NULL. Returns the exit
 * status: 0 once an answer is out, whatever it was. */
int cgi_serve(const char *conf);

#endif
