/* watch.h: who watches for the order that does not come, and for the one that nobody ends (misissuance M8, M9).
 *
 * Flow:   each notice that the journal has: hs_watch_take → since when a municipality is in danger, and when it was last heard.
 *         Each interval_ms: hs_watch_look(what is in force, now) → alarms that stand, and what changed since the last look.
 * Alarms: NO_ORDER   a warning of equivalent level 4 or 5, or a tsunami warning, is in force for the municipality, or the municipality
 *                    sent an urgent mail, and no evacuation order of it is in force: no_order_us after that. A document of the
 *                    municipality about evacuation (also a lift) begins the time anew while a warning stands, and answers a
 *                    mail when it came no more than no_order_us before it. It ends with an order, with the warning, and
 *                    mail_us after the last mail.
 *         NO_UPDATE  an order is in force of whose document nothing was heard for no_update_us, and no warning of equivalent level 3
 *                    or above, and no tsunami warning, is in force there. It ends with an update, a lift, or a new warning.
 *         One of each kind for a municipality: a tsunami before other warnings, these before a mail, then the one that stands
 *         longest; of orders each document by itself. 0 switches a kind off.
 * Places: municipalities. A ward of a designated city is its city: it was not silent when an order stands in one ward. What is told for
 *         a whole prefecture (a coast, an area that we cannot map) or country counts in each municipality there: the hub does
 *         not know which of them lie on the coast, and too many are asked rather than too few.
 * Time:   that of the hub when it took the notice, never that of a start. What is remembered is a function of the records of the
 *         journal (and of mail_us): the note beside the active set (active_state.h) carries it, and records after the
 *         note are taken again.
 *         So the same alarms stand after a restart. Which warnings are in force at a moment, expiry and the two families of
 *         telegrams included, is what the active set says.
 * Lane:   only notices of the lane's own mode; tests raise no alarm.
 * Cost:   take: what stands of the notice's own document. look: nothing, unless a notice came or a time has run out since the
 *         last one; then the warnings in force, sorted, the municipalities of each document that orders, and all municipalities
 *         that were ever heard of. No order waits for more than one look.
 * Owner:  the core. Threads: one. Pure: no clock. Memory: running out ends the process (memory.h).
 */
#ifndef HS_CORE_WATCH_H
#define HS_CORE_WATCH_H

#include "schemas/active.h"

#define HS_ALARM_KINDS	   2 /* NO_ORDER, NO_UPDATE */
#define HS_WATCH_CODE_SIZE 7

struct hs_watch;

struct hs_watch_options {
	int mode;	      /* HS_MODE(LIVE | DRILL): of the lane */
	int64_t no_order_us;  /* 0: not watched */
	int64_t no_update_us; /* 0: not watched */
	int64_t mail_us;      /* so long after an urgent mail an order is missed */
	int64_t interval_ms;  /* of looks; the core's */
	int64_t silence_us; /* so old a notice may be for an alarm of a silent outlet (unheard.h); the core's */
};

struct hs_alarm {
	int kind; /* HS_ALARM(NO_ORDER | NO_UPDATE) */
	char area_code[HS_WATCH_CODE_SIZE];
	int64_t since_unix_us; /* it stands from here: cause_unix_us and the time allowed */
	int64_t cause_unix_us;
	uint64_t cause_seq;
	int cause_kind;	      /* HS_KIND(…) */
	uint32_t cause_level; /* of a warning its equivalent level */
	const char *
		term; /* of a warning as sent; the word of an order's level; "" of a mail; until the next look */
};

struct hs_watch *hs_watch_create(const struct hs_watch_options *options);
void hs_watch_destroy(struct hs_watch *watch);
/* After the notice was applied to the set. Records in their order; unix_us: when the hub took it. */
void hs_watch_take(struct hs_watch *watch, const struct hs_active *active, uint64_t seq,
	int64_t unix_us, hs_notice *notice);
/* What stands now. changed: once for each alarm that was raised or has ended since the last look; may be NULL. */
void hs_watch_look(struct hs_watch *watch, const struct hs_active *active, int64_t now_unix_us,
	void (*changed)(void *owner, const struct hs_alarm *alarm, bool raised), void *owner);
/* By area_code, then kind. Borrowed until the next look. */
const struct hs_alarm *hs_watch_alarms(const struct hs_watch *watch, size_t *count);
/* When it last looked; 0: not yet. */
int64_t hs_watch_looked_unix_us(const struct hs_watch *watch);

/* What it remembers, for the note beside the active set. */
void hs_watch_write(const struct hs_watch *watch, struct hs_buf *out);
/* Into a new watch. false: not such bytes; the watch is not to be used then. */
bool hs_watch_read(struct hs_watch *watch, struct hs_span bytes);

#endif
