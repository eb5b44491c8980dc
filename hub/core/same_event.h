/* same_event.h: is a message about an event that another route told already, and is there nothing more in it? National
 * warnings come twice: from the weather agency's line and through the J-Alert receiver. The second one is kept, shown and
 * sent on like any other, but its flag same_event keeps outlets that ring from alarming again (adapters/runtime/item.c).
 *
 * Flow:   before the journal: hs_same_event_told → finding same_event, which becomes the flag, and Document.first; then
 *         hs_same_event_take. Commit failed: hs_same_event_cut. At the start the journal's notices are taken again: what belongs
 *         together stands in them.
 * Key:    mode, kind and Document.event; where the source names no event, its document (one telegram over two lines that
 *         differ in some byte). Byte for byte the same telegram is a duplicate already (intake.h).
 *         Messages without a common key belong together when they are alike (alike.h): with one of the group, and with the newest
 *         of no principal in it otherwise. What comes later under a key of the group (a cancel without areas) is of it too, and a cancel
 *         of a document of it (CAP references).
 * First:  every message of an event says what the event was first told in (Document.first), so that outlets keep what was heard
 *         under one name, by whichever route it came, and the cancel of either route finds it.
 * Rules:  - only between principals: what one line says after itself is its own business;
 *         - told is what a message of another principal says, when it says it of the same areas, or of larger ones, and
 *           at least as strongly, for the same hazard (of civil protection: the same type and phase). One area more, one
 *           rank, level or intensity more, another hazard: not told, it alarms;
 *         - and when every outlet that can ring for it can ring for that one (rings.h): what came without detail (CAP) never
 *           covers what has one, since cell broadcast needs it. What has one covers what comes without, where rank and place
 *           do: who did not ring for it, by its own threshold, has decided by what is known better;
 *         - that message is the newest of its principal about the event, or not older than this one: a state that went
 *           down in between covers only what it still is, and an order no end that is newer. Not older means nothing where
 *           the time of that message is not known;
 *         - and no message of the event that came after that one, by whichever route, and was reported before this one took it
 *           back, ended it or said less: what then comes anew alarms, although an echo of the first order still stands.
 *           A late echo, reported not after the end, is told. Without a time of either in doubt it came anew. An alert without
 *           detail (CAP) that says of the same places as much as a headline can is no less, only coarser: what was told in full
 *           before it is no news after it;
 *         - a cancel is never told: only an outlet knows whether those who heard were told that it was wrong, and it tells
 *           them once (adapters/jalert/heard.h, adapters/telecom/cbc_plan.h);
 *         - the level of the notice may not be above that of the first, so that no peer's level_min let the second through
 *           and not the first.
 *         In doubt (no memory, no areas, no key) nothing is told: it alarms.
 * Limits: the newest HS_SAME_EVENTS_MAX messages of kinds that are told by two routes.
 * Threads: the hub's loop; pure but for its own memory.
 */
#ifndef HS_CORE_SAME_EVENT_H
#define HS_CORE_SAME_EVENT_H

#include "hub/core/alike.h"
#include "hub/core/record.h"

#define HS_SAME_EVENTS_MAX 512

struct hs_same_events;

/* NULL: out of memory. */
struct hs_same_events *hs_same_events_create(const struct hs_alike_limits *limits);
void hs_same_events_destroy(struct hs_same_events *events);

/* Is it of a kind that two routes tell? Others cost nothing. */
bool hs_same_event_kind(int kind);
/* Sets Document.first (in `arena`) when the event was told in something else before; it must be NULL before. */
bool hs_same_event_told(const struct hs_same_events *events, struct hs_arena *arena,
	struct hs_span principal, hs_notice *notice);
/* It goes out as seq, with flag and Document.first as they were decided; taken once. */
void hs_same_event_take(struct hs_same_events *events, uint64_t seq, struct hs_span principal,
	const hs_notice *notice);
/* Those above seq did not become durable: nobody was told. */
void hs_same_event_cut(struct hs_same_events *events, uint64_t seq);
uint64_t hs_same_event_newest(const struct hs_same_events *events);

#endif
