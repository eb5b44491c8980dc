/* delivery.h: the stream of notices to one peer: where it stands, what may go out now.
 *
 *   state      leaves when                                 next
 *   STOPPED    resume                                      SNAPSHOT or REPLAY
 *   SNAPSHOT   the last part was sent                      REPLAY
 *   REPLAY     everything committed was sent → `live`      LIVE
 *   LIVE       (stays; a slow peer is simply further behind)
 *   any        connection lost                             STOPPED
 *
 * Where a stream begins (Resume in schemas/link.proto):
 *   from_last_ack                   behind the last ack that the journal knows of this peer (0: everything)
 *   our epoch, seq                  behind seq; with `snapshot` the active set goes first all the same
 *   no epoch, seq 0, snapshot       the snapshot, then what is newer than it
 *   no epoch, seq 0                 everything
 *   anything else                   gap, snapshot, then what is newer than it
 * prev_seq of the first deliver is the place where the stream began, but 0 after from_last_ack: such a
 * peer does not know what it has. From then on it is the seq of the deliver before.
 *
 * An adapter that begins behind its last ack may ask what its outlets heard before: that goes along with the snapshot (past.h).
 *
 * Only entitled notices are sent (route.h), only committed ones are here at all (P2). At most `window` (of a feed:
 * feed_window) and at most 16 MiB are unacknowledged; the rest waits in the journal. Notices come from recent.h while they are there, else
 * by READ, one at a time per peer. Snapshot parts leave one per step, so that a large set does not fill
 * the link at once. Notices leave in slices, and what is left goes on in the next turn of the loop (source->unfinished): a replay
 * to one peer does not delay what the others are to get now.
 * Owner: the core, one per feed or adapter.
 */
#ifndef HS_CORE_DELIVERY_H
#define HS_CORE_DELIVERY_H

#include "hub/core/core.h"
#include "hub/core/places.h"
#include "hub/core/receipts.h"
#include "hub/core/recent.h"
#include "hub/core/route.h"
#include "hub/core/unheard.h"
#include "schemas/active.h"

enum hs_delivery_state {
	HS_DELIVERY_STOPPED,
	HS_DELIVERY_SNAPSHOT,
	HS_DELIVERY_REPLAY,
	HS_DELIVERY_LIVE,
	HS_DELIVERY_STATE_COUNT
};

struct hs_delivery;

/* What all streams draw from. Borrowed; the core fills in the time and newest_seq at each step. */
struct hs_delivery_source {
	const char *epoch;
	const struct hs_core_options *options;
	const struct hs_route *route;
	struct hs_places *places; /* owned by the core, as all of these */
	const struct hs_recent *recent;
	const struct hs_active *active;
	struct hs_receipts *receipts;
	uint64_t newest_seq;   /* committed */
	size_t sent_bytes;     /* of notices, in this step, by all streams */
	size_t answered_bytes; /* of large notices (query.c) and lists (listing.c), in this step */
	size_t unfinished;     /* streams that stopped at the end of their slice in this step */
	uint64_t busy_peers;   /* of the event (core.h) */
	uint64_t tickets;      /* READ tickets given out so far, by anybody */
	int64_t unix_us, mono_us;
	int64_t started_unix_us; /* of the first step */
	struct hs_effects *effects;
};
/* Its link has so much to send that an answer of some size waits, or goes without. */
static inline bool
hs_delivery_is_busy(const struct hs_delivery_source *source, uint32_t peer)
{
	return (source->busy_peers >> peer & 1) != 0;
}
/* One budget of a step for all answers of some size; who comes first always gets his. So an answer never ends a link. */
#define HS_ANSWERS_STEP_BYTES ((size_t)1 << 20)
static inline bool
hs_delivery_may_answer(const struct hs_delivery_source *source, uint32_t peer, size_t len_bytes)
{
	return !hs_delivery_is_busy(source, peer) &&
	       (source->answered_bytes == 0 ||
		       source->answered_bytes + len_bytes <= HS_ANSWERS_STEP_BYTES);
}
/* For the silence of outlets. */
struct hs_unheard_view hs_unheard_view_of(const struct hs_delivery_source *source);

struct hs_delivery *hs_delivery_create(
	const struct hs_core_peer *config, uint32_t peer, size_t window);
void hs_delivery_destroy(struct hs_delivery *delivery);

void hs_delivery_start(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume);
void hs_delivery_stop(struct hs_delivery *delivery);
/* Sends what may be sent now. */
void hs_delivery_pump(struct hs_delivery *delivery, struct hs_delivery_source *source);
/* The answer to this stream's READ; false when the ticket is not its present one. */
bool hs_delivery_rows(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const struct hs_event *event);
/* The peer has everything up to seq. false: it names what was never sent. */
bool hs_delivery_ack(struct hs_delivery *delivery, uint64_t seq);

enum hs_delivery_state hs_delivery_state(const struct hs_delivery *delivery);
const char *hs_delivery_state_name(enum hs_delivery_state state);
/* The last seq that was sent (or passed over as not entitled) on this connection. */
uint64_t hs_delivery_sent(const struct hs_delivery *delivery);
size_t hs_delivery_in_flight(const struct hs_delivery *delivery);

#endif
