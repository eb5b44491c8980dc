/* entry.h: one notice as the feed holds it, with the frames that carry it.
 *
 * Flow:    Deliver of the link → hs_entry_create → protobuf frame (made at once: it is the store) and
 *          filter head → hs_entry_frame(form) makes the JSON and SSE frames when the first subscriber
 *          wants them → all subscribers send the same frame.
 * Owner:   counted references: the ring and the pages hold entries; frames belong to the entry and are
 *          counted by themselves, so a frame may outlive it in a socket's queue.
 * Threads: the loop's.
 * Format:  FeedFrame{notice} of schemas/link.proto.
 */
#ifndef HS_FEED_ENTRY_H
#define HS_FEED_ENTRY_H

#include "hub/base/frame.h"
#include "hub/base/hash.h"
#include "hub/feed/filter.h"
#include "hub/feed/frames.h"
#include "schemas/notice.h"

struct hs_entry {
	unsigned refs;
	uint64_t seq;
	unsigned encoding;  /* bits 1 << enum hs_form: being made aside (large.h) */
	uint64_t end_bytes; /* the ring's count of bytes up to and with this one */
	struct hs_head head;
	struct hs_frame *frames[HS_FORM_COUNT];
};

/* A new entry with one reference. `feed_unix_us` becomes the hop "feed". HS_ERR_NOMEM, or HS_ERR_INVALID
 * when the delivery carries no notice. */
enum hs_err hs_entry_create(const char *epoch, const hs_deliver *deliver, int64_t feed_unix_us,
	struct hs_entry **out) HS_MUST_CHECK;
/* Bytes in memory that is given to free; HS_ENTRY_FRONT_BYTES of it before them are free to be written. */
#define HS_ENTRY_FRONT_BYTES 512
struct hs_owned {
	void *memory; /* NULL: it was taken over, and may be gone */
	uint8_t *bytes;
	size_t len_bytes;
};
/* The same for a notice that lies packed at `notice` within owned, and that deliver has without its bulk; areas: those of hs_head.areas.
 * With HS_OK the memory is the entry's, and what stood before the notice is written over: nothing of some MB is copied.
 * HS_ERR_INVALID: it has more hops than there is room for. HS_ERR_NOMEM. */
enum hs_err hs_entry_create_packed(const char *epoch, const hs_deliver *deliver,
	struct hs_span notice, struct hs_owned *owned, const struct hs_area_set *areas,
	int64_t feed_unix_us, struct hs_entry **out) HS_MUST_CHECK;
struct hs_entry *hs_entry_ref(struct hs_entry *entry);
/* NULL is allowed. */
void hs_entry_unref(struct hs_entry *entry);
/* The shared frame of a form, borrowed; encoded on the first call and counted in encodes[form] (may be
 * NULL). NULL when out of memory. */
struct hs_frame *hs_entry_frame(struct hs_entry *entry, enum hs_form form, uint64_t *encodes);
/* A new frame of that form from the protobuf one; touches nothing else, so any thread may. NULL: out of memory. */
struct hs_frame *hs_entry_encode(const struct hs_entry *entry, enum hs_form form);
/* The notice again, in the arena: HS_ERR_PARSE cannot happen for bytes that we packed, but is passed on. */
enum hs_err hs_entry_notice(struct hs_arena *arena, const struct hs_entry *entry,
	const Hansho__V1__FeedNotice **out) HS_MUST_CHECK;

#endif
