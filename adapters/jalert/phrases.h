/* phrases.h: the sentences of a warning, from the table assets/phrases.csv, with places and times put in. Pure.
 *
 * Flow:    kind and phase of an alert → row → parts, in the order in which they are spoken, and the text that they make.
 * Table:   a sentence is cut by | into parts that are spoken one by one, so that those that never change are prepared (speech.h)
 *          though a time or a place comes between them. [ ] is left out when something in it is not told. Marks:
 *          {place}   the municipality or prefecture that hears it, {title} the warnings by name
 *          {where}   the prefectures that the message is for, each a part of its own
 *          {when}    the hour and minute of what it tells (CAP onset), {issued} those of its issue; two parts each
 * Limits:  at most places_max prefectures are named; more are など.
 * Owner:   texts live in the caller's arena. Threads: any.
 */
#ifndef HS_JALERT_PHRASES_H
#define HS_JALERT_PHRASES_H

#include "adapters/jalert/alerts.h"

#define HS_SAYING_PARTS_MAX 80

struct hs_phrases;

struct hs_saying {
	const char *text; /* whole: for displays */
	const char *parts[HS_SAYING_PARTS_MAX];
	bool pauses[HS_SAYING_PARTS_MAX]; /* a short silence behind that part */
	size_t count;
};

/* The built-in table. NULL when out of memory. */
struct hs_phrases *hs_phrases_create(void);
void hs_phrases_destroy(struct hs_phrases *phrases);
/* easy: in easy Japanese. notice: for its places and times. A phase that the kind does not have is said as "issue".
 * false: the arena is full. */
bool hs_phrase_say(const struct hs_phrases *phrases, struct hs_arena *arena,
	const struct hs_alert *alert, const hs_notice *notice, size_t places_max, bool easy,
	struct hs_saying *out);

/* All that {where}, {when} and {issued} can become: each by its number, from 0 on; NULL: no more. In the arena. */
const char *hs_phrase_hour(struct hs_arena *arena, unsigned number);
const char *hs_phrase_minute(struct hs_arena *arena, unsigned number);
/* A prefecture of the table, then など. */
const char *hs_phrase_prefecture(unsigned number);

#endif
