/* What the delivery loop says on standard error: "deliver: WORD key=value …", one line a try. Nothing of a payer, no body, no secret. */
#ifndef DELIVER_TELL_H
#define DELIVER_TELL_H

#include "deliver/outlet.h"

struct parcel;

/* Only the thread of the loop calls these. quiet: what went well is not said. */
void tell_quiet(bool quiet);
void tell_start(const struct outlets *o, int workers);
void tell_end(const struct delivered *did);
void tell_try(const struct parcel *p, int64_t mono_ms);		/* judged already (parcel_judge) */
void tell_news(const struct outlet *o);				/* paused, stopped, well again */
void tell_stopped(const struct inbox_sink_state *s);		/* found so at the start */
void tell_resumed(const struct inbox_sink_state *s);
void tell_shut(const struct outlet *o, const struct err *e);
void tell_opened(const struct outlet *o);

/* The inbox cannot be used: so many outcomes wait to be recorded. Said when it begins, and when the reason changes; false: too often. */
bool tell_trouble(const struct err *e, size_t unrecorded, int64_t mono_ms);
void tell_recovered(int64_t after_ms);
void tell_lost(size_t unrecorded);	/* it ends with outcomes that could not be recorded */

#endif
