/*
 * Events that `pixgate check` sends to see whether a set-up takes them. Nobody has paid: the bank 99999999 is none (an ISPB of
 * the STR's list), and the letters at the end say what it is. They are kept as any other, so that the way to the disk is
 * proven, and are foreign whatever their key, so that none is ever delivered.
 */
#ifndef PIX_TEST_EVENT_H
#define PIX_TEST_EVENT_H

#include <stdbool.h>

#define PIX_TEST_E2EID "E99999999"	/* an e2eid begins so; then 12 digits (year, month, day, hour, minute), as BCB has it */
#define PIX_TEST_IDREC "RN99999999"	/* an idRec begins so; then 8 digits (year, month, day) */
#define PIX_TEST_END "PIXGATETEST"	/* 11 characters, the end of both */

enum { PIX_TEST_E2EID_DIGITS = 12, PIX_TEST_IDREC_DIGITS = 8, PIX_TEST_E2EID_LEN = 32, PIX_TEST_IDREC_LEN = 29 };

/* Whether an event's e2eid (its idRec, where it has one) is of that form and nothing else. */
bool pix_is_test(const char *id);

#endif
