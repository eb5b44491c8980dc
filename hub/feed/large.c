#include "hub/feed/large.h"

#include <stdlib.h>

#include "hub/base/aside.h"
#include "hub/base/check.h"

struct hs_large {
	struct hs_feed_parts *parts;
	struct hs_aside *aside;
	bool reading; /* one at a time: the set takes them in their order */
};

enum hs_err
hs_large_create(uv_loop_t *loop, struct hs_feed_parts *parts, int nice, struct hs_large **out)
{
	struct hs_large *large = calloc(1, sizeof(*large));
	enum hs_err err;

	if (large == NULL)
		return HS_ERR_NOMEM;
	large->parts = parts;
	err = hs_aside_create(loop, nice, &large->aside);
	if (err != HS_OK)
		free(large);
	else
		*out = large;
	return err;
}

void
hs_large_close(struct hs_large *large)
{
	if (large == NULL)
		return;
	hs_aside_close(large->aside);
	free(large);
}

struct hs_aside *
hs_large_aside(struct hs_large *large)
{
	return large->aside;
}

/* ---- the active set ---- */

struct read_job {
	struct hs_aside_job job;
	struct hs_large *large;
	struct hs_entry *entry;
	uint64_t generation; /* of the store when it began */
	struct hs_arena *arena;
	const hs_notice *notice;
	struct hs_kept *kept;
};

static void
run_read(struct hs_aside_job *job)
{
	struct read_job *read = HS_CONTAINER_OF(job, struct read_job, job);
	const Hansho__V1__FeedNotice *item;

	read->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	if (read->arena == NULL || hs_entry_notice(read->arena, read->entry, &item) != HS_OK)
		return;
	read->notice = item->notice;
	if (read->notice->document != NULL)
		read->kept = hs_active_read(read->notice);
	if (read->kept != NULL &&
		hs_active_seal(read->kept, read->entry->seq, read->notice) != HS_OK) {
		hs_kept_free(read->kept);
		read->kept = NULL;
	}
}

/* What they hold of memory goes back on the thread: the notice that was read, and the one that it replaced. */
static void
run_drop(struct hs_aside_job *job)
{
	struct read_job *read = HS_CONTAINER_OF(job, struct read_job, job);

	hs_kept_free_all(read->kept);
	hs_arena_destroy(read->arena);
	read->kept = NULL;
	read->arena = NULL;
}

static void
drop_done(struct hs_aside_job *job, bool ended)
{
	struct read_job *read = HS_CONTAINER_OF(job, struct read_job, job);

	if (ended)
		run_drop(job);
	hs_entry_unref(read->entry);
	free(read);
}

static enum hs_err
take_read(struct hs_store *store, struct read_job *read)
{
	struct hs_kept *kept = read->kept;

	if (read->generation != store->generation)
		return HS_OK; /* everything that was known is void */
	if (read->notice == NULL)
		return HS_ERR_NOMEM;
	read->kept = NULL;
	return hs_store_apply_read(store, read->entry->seq, read->notice, kept);
}

static void
read_done(struct hs_aside_job *job, bool ended)
{
	struct read_job *read = HS_CONTAINER_OF(job, struct read_job, job);
	struct hs_large *large = read->large;
	enum hs_err err = HS_OK;

	if (ended) {
		drop_done(job, ended);
		return;
	}
	large->reading = false;
	err = take_read(&large->parts->store, read);
	if (read->kept == NULL)
		read->kept = hs_active_dropped(large->parts->store.active);
	read->job = (struct hs_aside_job){ .run = run_drop, .done = drop_done };
	hs_aside_queue(large->aside, &read->job);
	if (err == HS_OK)
		err = hs_large_follow(large);
	if (err != HS_OK) {
		large->parts->resync = true;
		hs_hub_port_again(large->parts->hub, "active_set_lost", err);
	}
}

enum hs_err
hs_large_follow(struct hs_large *large)
{
	struct hs_store *store = &large->parts->store;
	struct hs_entry *entry = NULL;
	struct read_job *read;
	enum hs_err err = HS_OK;

	if (!large->reading)
		err = hs_store_follow(store, &entry);
	if (err != HS_OK || entry == NULL)
		return err;
	read = calloc(1, sizeof(*read));
	if (read == NULL)
		return HS_ERR_NOMEM;
	read->job = (struct hs_aside_job){ .run = run_read, .done = read_done };
	read->large = large;
	read->entry = hs_entry_ref(entry);
	read->generation = store->generation;
	large->reading = true;
	hs_aside_queue(large->aside, &read->job);
	return HS_OK;
}

/* ---- frames for subscribers ---- */

struct encode_job {
	struct hs_aside_job job;
	struct hs_large *large;
	struct hs_entry *entry;
	enum hs_form form;
	struct hs_frame *frame;
};

static void
run_encode(struct hs_aside_job *job)
{
	struct encode_job *encode = HS_CONTAINER_OF(job, struct encode_job, job);

	encode->frame = hs_entry_encode(encode->entry, encode->form);
}

static void
encode_done(struct hs_aside_job *job, bool ended)
{
	struct encode_job *encode = HS_CONTAINER_OF(job, struct encode_job, job);
	struct hs_feed_parts *parts = encode->large->parts;
	struct hs_entry *entry = encode->entry;

	entry->encoding &= ~(1u << encode->form);
	if (!ended && encode->frame != NULL && entry->frames[encode->form] == NULL) {
		entry->frames[encode->form] = hs_frame_ref(encode->frame);
		parts->counts.encodes[encode->form]++;
	}
	if (!ended)
		hs_broadcast_kick(parts->broadcast);
	hs_frame_unref(encode->frame);
	hs_entry_unref(entry);
	free(encode);
}

bool
hs_large_encodes(struct hs_large *large, struct hs_entry *entry, enum hs_form form)
{
	size_t len_bytes = hs_frame_len_bytes(entry->frames[HS_FORM_PROTO]);
	struct encode_job *encode;

	if (entry->frames[form] != NULL || len_bytes <= large->parts->store.large_bytes)
		return false;
	if ((entry->encoding >> form & 1) != 0)
		return true;
	encode = calloc(1, sizeof(*encode));
	if (encode == NULL)
		return false;
	encode->job = (struct hs_aside_job){ .run = run_encode, .done = encode_done };
	encode->large = large;
	encode->entry = hs_entry_ref(entry);
	encode->form = form;
	entry->encoding |= 1u << form;
	hs_aside_queue(large->aside, &encode->job);
	return true;
}
