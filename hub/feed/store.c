#include "hub/feed/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/feed/chosen.h"

/* All live documents unpacked at once, for one snapshot. */
#define SNAPSHOT_ARENA_BYTES (512u << 20)

enum hs_err
hs_store_init(struct hs_store *store, int mode, size_t ring_notices, uint64_t ring_bytes)
{
	memset(store, 0, sizeof(*store));
	store->mode = mode;
	store->ring = hs_ring_create(ring_notices, ring_bytes);
	store->active = hs_active_create();
	store->interests = hs_interest_pool_create();
	if (store->ring != NULL && store->active != NULL && store->interests != NULL) {
		hs_active_digest(store->active, store->digest);
		return HS_OK;
	}
	hs_store_free(store);
	return HS_ERR_NOMEM;
}

void
hs_store_free(struct hs_store *store)
{
	hs_ring_destroy(store->ring);
	hs_active_destroy(store->active);
	hs_interest_pool_destroy(store->interests);
	memset(store, 0, sizeof(*store));
}

enum hs_err
hs_store_begin(struct hs_store *store, const char *epoch, uint64_t from_seq)
{
	struct hs_active *active;

	if (epoch[0] == '\0' || strlen(epoch) >= HS_EPOCH_SIZE)
		return HS_ERR_INVALID;
	active = hs_active_create();
	if (active == NULL)
		return HS_ERR_NOMEM;
	hs_active_destroy(store->active);
	store->active = active;
	if (store->large_bytes > 0)
		hs_active_collect(active, store->large_bytes); /* for large.c */
	hs_active_digest(active, store->digest);
	snprintf(store->epoch, sizeof(store->epoch), "%s", epoch);
	hs_ring_reset(store->ring, from_seq);
	hs_interest_forget(store->interests);
	store->active_seq = 0;
	store->loading_seq = 0;
	store->ready = false;
	store->behind = false;
	store->generation++;
	return HS_OK;
}

bool
hs_store_mode_fits(const struct hs_store *store, const hs_notice *notice)
{
	bool live = notice->mode == HS_MODE(LIVE);

	return live == (store->mode == HS_MODE(LIVE));
}

/* A notice that is stale for the active set is still a notice: it is passed on. */
static enum hs_err
apply(struct hs_store *store, uint64_t seq, const hs_notice *notice)
{
	enum hs_err err = hs_active_apply(store->active, seq, notice, NULL);

	if (err == HS_ERR_STALE)
		store->stale++;
	return err == HS_ERR_STALE ? HS_OK : err;
}

enum hs_err
hs_store_load(struct hs_store *store, const Hansho__V1__Snapshot *part)
{
	for (size_t i = 0; i < part->n_notices; i++) {
		const hs_deliver *deliver = part->notices[i];
		enum hs_err err;

		if (deliver->notice == NULL || !hs_store_mode_fits(store, deliver->notice)) {
			store->wrong_mode++;
			continue;
		}
		err = apply(store, deliver->seq, deliver->notice);
		if (err != HS_OK)
			return err;
	}
	store->loading_seq = part->last ? 0 : part->seq;
	if (!part->last)
		return HS_OK;
	store->active_seq = part->seq;
	hs_active_digest(store->active, store->digest);
	if (part->digest != NULL && part->digest[0] != '\0' &&
		strcmp(part->digest, store->digest) != 0)
		hs_warn("feed.snapshot_digest_differs", "seq=%llu hub=%s own=%s",
			(unsigned long long)part->seq, part->digest, store->digest);
	hs_interest_drop_snapshots(store->interests);
	return HS_OK;
}

/* Whether this delivery follows what we have. Right after a snapshot nothing before it is missed. When the hub
 * filters for us, `live` has taken us past the last notice that came: prev_seq may lie below our newest then. */
static bool
follows(struct hs_store *store, const hs_deliver *deliver)
{
	if (deliver->prev_seq >= hs_ring_base(store->ring) &&
		deliver->prev_seq <= hs_ring_newest(store->ring) &&
		hs_ring_after(store->ring, deliver->prev_seq) == NULL)
		return true;
	if (hs_ring_count(store->ring) > 0 || store->active_seq == 0 ||
		deliver->prev_seq != store->active_seq)
		return false;
	hs_ring_reset(store->ring, store->active_seq);
	return true;
}

/* Whether it may go into the ring; see hs_store_put. */
static enum hs_err
admit(struct hs_store *store, const hs_deliver *deliver)
{
	if (deliver->notice == NULL)
		return HS_ERR_INVALID;
	if (deliver->seq <= hs_ring_newest(store->ring))
		return HS_ERR_STALE;
	if (!follows(store, deliver))
		return HS_ERR_CONFLICT;
	if (!hs_store_mode_fits(store, deliver->notice)) {
		store->wrong_mode++;
		hs_ring_advance(store->ring, deliver->seq);
		if (store->active_seq < deliver->seq && !store->behind)
			store->active_seq = deliver->seq;
		return HS_ERR_FORBIDDEN;
	}
	return HS_OK;
}

/* before_seq: the newest one until now. */
static void
put_in_ring(struct hs_store *store, struct hs_entry *entry, uint64_t before_seq)
{
	hs_ring_push(store->ring, entry);
	hs_interest_tell(store->interests, entry, before_seq);
}

static void
applied(struct hs_store *store, uint64_t seq)
{
	store->active_seq = seq;
	hs_active_digest(store->active, store->digest);
	hs_interest_drop_snapshots(store->interests);
}

enum hs_err
hs_store_put(struct hs_store *store, const hs_deliver *deliver, int64_t now_unix_us)
{
	struct hs_entry *entry;
	uint64_t before_seq = hs_ring_newest(store->ring);
	enum hs_err err = admit(store, deliver);

	if (err == HS_OK)
		err = hs_entry_create(store->epoch, deliver, now_unix_us, &entry);
	if (err != HS_OK)
		return err;
	if (deliver->seq > store->active_seq && !store->behind) {
		err = apply(store, deliver->seq, deliver->notice);
		if (err == HS_OK)
			applied(store, deliver->seq);
	}
	if (err == HS_OK)
		put_in_ring(store, entry, before_seq);
	hs_entry_unref(entry);
	return err;
}

enum hs_err
hs_store_put_large(struct hs_store *store, const hs_deliver *deliver, struct hs_entry *entry)
{
	uint64_t before_seq = hs_ring_newest(store->ring);
	enum hs_err err = admit(store, deliver);

	if (err != HS_OK)
		return err;
	put_in_ring(store, entry, before_seq);
	if (entry->seq > store->active_seq)
		store->behind = true;
	return HS_OK;
}

static enum hs_err
apply_entry(struct hs_store *store, const struct hs_entry *entry)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	const Hansho__V1__FeedNotice *item;
	enum hs_err err = HS_ERR_NOMEM;

	if (arena != NULL)
		err = hs_entry_notice(arena, entry, &item);
	if (err == HS_OK)
		err = apply(store, entry->seq, item->notice);
	hs_arena_destroy(arena);
	return err;
}

enum hs_err
hs_store_follow(struct hs_store *store, struct hs_entry **large)
{
	*large = NULL;
	while (store->behind) {
		struct hs_entry *entry = hs_ring_after(store->ring, store->active_seq);
		enum hs_err err;

		if (hs_ring_base(store->ring) > store->active_seq)
			return HS_ERR_CORRUPT;
		if (entry == NULL) {
			store->behind = false;
			applied(store, hs_ring_newest(store->ring));
			break;
		}
		if (store->large_bytes > 0 &&
			hs_frame_len_bytes(entry->frames[HS_FORM_PROTO]) > store->large_bytes) {
			*large = entry;
			break;
		}
		err = apply_entry(store, entry);
		if (err != HS_OK)
			return err;
		store->active_seq = entry->seq;
	}
	return HS_OK;
}

enum hs_err
hs_store_apply_read(
	struct hs_store *store, uint64_t seq, const hs_notice *notice, struct hs_kept *kept)
{
	enum hs_err err;

	if (kept == NULL)
		err = apply(store, seq, notice);
	else
		err = hs_active_apply_kept(store->active, seq, notice, kept, NULL);
	if (err == HS_ERR_STALE) {
		store->stale++;
		err = HS_OK;
	}
	if (err == HS_OK)
		applied(store, seq);
	return err;
}

const char *
hs_store_digest(const struct hs_store *store)
{
	return store->behind ? "" : store->digest;
}

void
hs_store_live(struct hs_store *store, uint64_t seq)
{
	if (hs_ring_count(store->ring) == 0 && seq > hs_ring_newest(store->ring))
		hs_ring_reset(store->ring, seq);
	hs_ring_advance(store->ring, seq);
	if (store->active_seq < seq && !store->behind)
		store->active_seq = seq;
	store->ready = true;
}

uint64_t
hs_store_newest(const struct hs_store *store)
{
	return hs_ring_newest(store->ring);
}

/* ---- snapshot ---- */

struct collect {
	struct hs_arena *arena;
	const struct hs_chosen *chosen;
	Hansho__V1__FeedSnapshot *snapshot;
	char *epoch;
	bool failed;
};

/* The notice in the arena and the key of its document; false: failed. */
static bool
open_one(struct collect *collect, const void *bytes, size_t len_bytes, hs_notice **notice,
	struct hs_buf *key)
{
	if (collect->failed)
		return false;
	hs_buf_init(key, HS_NOTICE_MAX_BYTES);
	if (hs_notice_unpack(collect->arena, bytes, len_bytes, notice) == HS_OK &&
		hs_document_key(*notice, key))
		return true;
	hs_buf_free(key);
	collect->failed = true;
	return false;
}

static void
collect_one(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct collect *collect = owner;
	Hansho__V1__FeedNotice *item;
	struct hs_buf key;
	hs_notice *notice;
	bool chosen;

	if (!open_one(collect, bytes, len_bytes, &notice, &key))
		return;
	chosen = hs_chosen_has(collect->chosen, hs_buf_text(&key));
	hs_buf_free(&key);
	if (!chosen)
		return;
	item = hs_message_new(collect->arena, &hansho__v1__feed_notice__descriptor);
	if (item == NULL || !hs_repeat(collect->arena, &collect->snapshot->n_notices,
				    &collect->snapshot->notices, item)) {
		collect->failed = true;
		return;
	}
	item->epoch = collect->epoch;
	item->seq = seq;
	item->notice = notice;
}

/* All notices that a document rests on go together, or none: with an order but without the revision that left an
 * area out of it, a subscriber would hold what is no longer in force. */
static bool
collect_all(const struct hs_store *store, const struct hs_filter *filter, struct collect *collect)
{
	struct hs_chosen *chosen = hs_chosen_create(store->active, filter);

	collect->chosen = chosen;
	if (chosen != NULL)
		hs_active_each_document(store->active, collect_one, collect);
	hs_chosen_destroy(chosen);
	return chosen != NULL && !collect->failed;
}

struct hs_frame *
hs_store_encode(const struct hs_store *store, const struct hs_filter *filter, enum hs_form form)
{
	Hansho__V1__FeedSnapshot snapshot;
	hs_feed_frame frame;
	const struct hs_position at = { store->epoch, store->active_seq };
	struct collect collect = { .snapshot = &snapshot };
	struct hs_frame *out = NULL;
	char *digest;

	hansho__v1__feed_snapshot__init(&snapshot);
	hansho__v1__feed_frame__init(&frame);
	collect.arena = hs_arena_create(SNAPSHOT_ARENA_BYTES);
	if (collect.arena == NULL)
		return NULL;
	collect.epoch = hs_arena_strdup(collect.arena, store->epoch);
	digest = hs_arena_strdup(collect.arena, store->digest);
	if (collect.epoch != NULL && digest != NULL && collect_all(store, filter, &collect)) {
		snapshot.epoch = collect.epoch;
		snapshot.seq = store->active_seq;
		snapshot.digest = digest;
		frame.body_case = HANSHO__V1__FEED_FRAME__BODY_SNAPSHOT;
		frame.snapshot = &snapshot;
		out = hs_frames_encode(form, &frame, &at);
	}
	hs_arena_destroy(collect.arena);
	return out;
}

struct hs_frame *
hs_store_snapshot(const struct hs_store *store, struct hs_interest *interest, enum hs_form form,
	uint64_t *encodes)
{
	struct hs_frame *frame = hs_interest_snapshot(interest, form, store->active_seq);

	if (frame != NULL)
		return frame;
	frame = hs_store_encode(store, hs_interest_filter(interest), form);
	if (frame == NULL)
		return NULL;
	if (encodes != NULL)
		encodes[form]++;
	hs_interest_keep_snapshot(store->interests, interest, form, store->active_seq, frame);
	hs_frame_unref(frame);
	return hs_interest_snapshot(interest, form, store->active_seq);
}

enum hs_gap_reason
hs_store_gap_reason(const struct hs_store *store, const struct hs_position *from)
{
	if (strcmp(from->epoch, store->epoch) != 0)
		return HS_GAP_EPOCH_UNKNOWN;
	if (from->seq > hs_store_newest(store))
		return HS_GAP_SEQ_AHEAD;
	if (from->seq + 1 < store->oldest_seq && from->seq < hs_ring_base(store->ring))
		return HS_GAP_TOO_OLD;
	return HS_GAP_NONE;
}
