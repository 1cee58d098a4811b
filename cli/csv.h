/* CSV as RFC 4180 has it, for programs and for spreadsheets. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "lib/buf.h"

/*
 * One cell, a comma before it where one stands before it in its line. Quoted where it must be. Spreadsheets run a cell that begins
 * with = + - @, a tab or a line break as a formula (OWASP, CSV Injection), whoever wrote it: such a one gets an apostrophe
 * before it, by which they take it for text. Not so a + with digits alone, a telephone that is a Pix key: no formula is made of
 * these, and whoever compares keys finds it as it is.
 */
void csv_cell(struct buf *b, const char *text);
void csv_end(struct buf *b);	/* of the line: CR LF */

#endif
