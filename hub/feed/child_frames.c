#include "hub/feed/child_frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/proc.h"

#define TEXT_SIZE      128
#define PART_BYTES     ((size_t)512 << 10)
#define PART_MAX_NOTES 4096
/* One part unpacked: its notices, and one more. */
#define PART_ARENA     (256u << 20)

#define BODY(name) HANSHO__V1__LINK_FRAME__BODY_##name

void
hs_child_pack_hello(
	struct hs_buf *out, const struct hs_store *store, const struct hs_child_hello *facts)
{
	Hansho__V1__Hello hello;
	hs_link_frame frame;
	char name[TEXT_SIZE], epoch[HS_EPOCH_SIZE], version[] = HS_VERSION;

	hansho__v1__hello__init(&hello);
	hansho__v1__link_frame__init(&frame);
	snprintf(name, sizeof(name), "%s", facts->name);
	snprintf(epoch, sizeof(epoch), "%s", store->epoch);
	hello.name = name;
	hello.kind = HS_PEER(FEED);
	hello.mode = (Hansho__V1__Mode)store->mode;
	hello.epoch = epoch;
	hello.newest_seq = hs_store_newest(store);
	hello.oldest_seq = store->oldest_seq;
	hello.heartbeat_ms = facts->heartbeat_ms;
	hello.window = facts->window;
	hello.version = version;
	hello.unix_us = facts->unix_us;
	frame.body_case = BODY(HELLO);
	frame.hello = &hello;
	hs_message_pack(&frame, out);
}

void
hs_child_pack_beat(
	struct hs_buf *out, const struct hs_store *store, const struct hs_child_beat *facts)
{
	Hansho__V1__Heartbeat heartbeat;
	Hansho__V1__RelayState relay;
	hs_link_frame frame;
	char digest[HS_DIGEST_SIZE];

	hansho__v1__heartbeat__init(&heartbeat);
	hansho__v1__relay_state__init(&relay);
	hansho__v1__link_frame__init(&frame);
	snprintf(digest, sizeof(digest), "%s", store->digest);
	relay.hub_age_ms = facts->hub_age_ms;
	relay.hub_away = facts->hub_away;
	/* The digest is that of active_seq: the two are only told together. */
	heartbeat.newest_seq = store->active_seq;
	heartbeat.digest = digest;
	heartbeat.unix_us = facts->unix_us;
	heartbeat.relay = &relay;
	frame.body_case = BODY(HEARTBEAT);
	frame.heartbeat = &heartbeat;
	hs_message_pack(&frame, out);
}

/* What we hold of a notice, as a delivery of the link. false: it could not be read back. */
static bool
deliver_of(struct hs_arena *arena, const struct hs_entry *entry, hs_deliver *deliver)
{
	const Hansho__V1__FeedNotice *notice;

	if (hs_entry_notice(arena, entry, &notice) != HS_OK)
		return false;
	deliver->seq = entry->seq;
	deliver->notice = notice->notice;
	deliver->n_hops = notice->n_hops;
	deliver->hops = notice->hops;
	if (notice->n_hops > 0) {
		char *relay = hs_arena_strdup(arena, "relay");

		if (relay == NULL)
			return false;
		notice->hops[notice->n_hops - 1]->name = relay;
	}
	return true;
}

void
hs_child_pack_deliver(struct hs_buf *out, const struct hs_entry *entry, uint64_t prev_seq)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame frame;
	hs_deliver deliver;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__deliver__init(&deliver);
	if (arena == NULL || !deliver_of(arena, entry, &deliver)) {
		out->failed = true;
	} else {
		deliver.prev_seq = prev_seq;
		frame.body_case = BODY(DELIVER);
		frame.deliver = &deliver;
		hs_message_pack(&frame, out);
	}
	hs_arena_destroy(arena);
}

void
hs_child_pack_live(struct hs_buf *out, uint64_t seq)
{
	Hansho__V1__Live live;
	hs_link_frame frame;

	hansho__v1__live__init(&live);
	hansho__v1__link_frame__init(&frame);
	live.seq = seq;
	frame.body_case = BODY(LIVE);
	frame.live = &live;
	hs_message_pack(&frame, out);
}

void
hs_child_pack_gap(struct hs_buf *out, uint64_t from_seq, uint64_t to_seq, const char *reason)
{
	Hansho__V1__Gap gap;
	hs_link_frame frame;
	char text[TEXT_SIZE];

	hansho__v1__gap__init(&gap);
	hansho__v1__link_frame__init(&frame);
	snprintf(text, sizeof(text), "%s", reason);
	gap.from_seq = from_seq;
	gap.to_seq = to_seq;
	gap.reason = text;
	frame.body_case = BODY(GAP);
	frame.gap = &gap;
	hs_message_pack(&frame, out);
}

void
hs_child_pack_goodbye(struct hs_buf *out)
{
	Hansho__V1__Goodbye goodbye;
	hs_link_frame frame;
	char reason[] = "stopping";

	hansho__v1__goodbye__init(&goodbye);
	hansho__v1__link_frame__init(&frame);
	goodbye.reason = reason;
	frame.body_case = BODY(GOODBYE);
	frame.goodbye = &goodbye;
	hs_message_pack(&frame, out);
}

void
hs_child_pack_page(struct hs_buf *out, uint64_t request, struct hs_entry *const *entries,
	size_t count, bool end)
{
	struct hs_arena *arena = hs_arena_create(PART_ARENA);
	hs_fetch_reply reply;
	hs_link_frame frame;

	hansho__v1__fetch_reply__init(&reply);
	hansho__v1__link_frame__init(&frame);
	out->failed = out->failed || arena == NULL;
	for (size_t i = 0; i < count && !out->failed; i++) {
		hs_deliver *deliver = hs_message_new(arena, &hansho__v1__deliver__descriptor);

		if (deliver == NULL || !deliver_of(arena, entries[i], deliver) ||
			!hs_repeat(arena, &reply.n_notices, &reply.notices, deliver))
			out->failed = true;
	}
	reply.request = request;
	reply.end = end;
	frame.body_case = BODY(FETCH_REPLY);
	frame.fetch_reply = &reply;
	if (!out->failed)
		hs_message_pack(&frame, out);
	hs_arena_destroy(arena);
}

void
hs_child_pack_reply(struct hs_buf *out, uint64_t request, const hs_fetch_reply *reply)
{
	hs_fetch_reply renamed = *reply;
	hs_link_frame frame;

	hansho__v1__link_frame__init(&frame);
	renamed.request = request;
	frame.body_case = BODY(FETCH_REPLY);
	frame.fetch_reply = &renamed;
	hs_message_pack(&frame, out);
}

/* ---- snapshot ---- */

/* The part that grows. */
struct maker {
	struct hs_child_snapshot *snapshot;
	uint64_t seq;
	struct hs_arena *arena;
	Hansho__V1__Snapshot part;
	size_t part_bytes;
};

static void
begin_part(struct maker *maker)
{
	hansho__v1__snapshot__init(&maker->part);
	maker->part_bytes = 0;
	maker->arena = hs_arena_create(PART_ARENA);
	if (maker->arena == NULL)
		maker->snapshot->failed = true;
}

static void
end_part(struct maker *maker, char *digest)
{
	struct hs_child_snapshot *snapshot = maker->snapshot;
	struct hs_buf *grown =
		realloc(snapshot->parts, (snapshot->count + 1) * sizeof(*snapshot->parts));
	hs_link_frame frame;

	hansho__v1__link_frame__init(&frame);
	if (grown == NULL) {
		snapshot->failed = true;
	} else {
		snapshot->parts = grown;
		maker->part.seq = maker->seq;
		maker->part.last = digest != NULL;
		if (digest != NULL)
			maker->part.digest = digest;
		frame.body_case = BODY(SNAPSHOT);
		frame.snapshot = &maker->part;
		hs_buf_init(&grown[snapshot->count], HS_CHILD_FRAME_BYTES);
		hs_message_pack(&frame, &grown[snapshot->count]);
		snapshot->failed = snapshot->failed || grown[snapshot->count].failed;
		snapshot->count++;
	}
	hs_arena_destroy(maker->arena);
	maker->arena = NULL;
}

static void
add_document(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct maker *maker = owner;
	hs_deliver *deliver;

	if (maker->part.n_notices > 0 && (maker->part_bytes + len_bytes > PART_BYTES ||
						 maker->part.n_notices == PART_MAX_NOTES)) {
		end_part(maker, NULL);
		begin_part(maker);
	}
	if (maker->snapshot->failed)
		return;
	deliver = hs_message_new(maker->arena, &hansho__v1__deliver__descriptor);
	if (deliver == NULL ||
		hs_notice_unpack(maker->arena, bytes, len_bytes, &deliver->notice) != HS_OK ||
		!hs_repeat(maker->arena, &maker->part.n_notices, &maker->part.notices, deliver)) {
		maker->snapshot->failed = true;
		return;
	}
	deliver->seq = seq;
	maker->part_bytes += len_bytes;
}

struct hs_child_snapshot *
hs_child_snapshot_create(const struct hs_store *store)
{
	struct hs_child_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct maker maker = { .snapshot = snapshot, .seq = store->active_seq };
	char digest[HS_DIGEST_SIZE];

	if (snapshot == NULL)
		return NULL;
	snprintf(digest, sizeof(digest), "%s", store->digest);
	begin_part(&maker);
	hs_active_each_document(store->active, add_document, &maker);
	end_part(&maker, digest);
	if (!snapshot->failed)
		return snapshot;
	hs_child_snapshot_destroy(snapshot);
	return NULL;
}

void
hs_child_snapshot_destroy(struct hs_child_snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	for (size_t i = 0; i < snapshot->count; i++)
		hs_buf_free(&snapshot->parts[i]);
	free(snapshot->parts);
	free(snapshot);
}
