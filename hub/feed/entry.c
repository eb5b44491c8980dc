#include "hub/feed/entry.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

/* Hops that a delivery may bring; more are left out. */
#define HOPS_MAX 15

static struct hs_frame *
pack(const char *epoch, const hs_deliver *deliver, int64_t feed_unix_us)
{
	Hansho__V1__FeedNotice notice;
	hs_feed_frame frame;
	hs_hop own;
	hs_time now;
	hs_hop *hops[HOPS_MAX + 1];
	char name[] = "feed", epoch_copy[HS_EPOCH_SIZE];
	size_t count = deliver->n_hops < HOPS_MAX ? deliver->n_hops : HOPS_MAX;

	hansho__v1__feed_notice__init(&notice);
	hansho__v1__feed_frame__init(&frame);
	hansho__v1__hop__init(&own);
	hansho__v1__time__init(&now);
	for (size_t i = 0; i < count; i++)
		hops[i] = deliver->hops[i];
	own.name = name;
	now.unix_us = feed_unix_us;
	now.offset_minutes = HS_JST_MINUTES;
	own.time = &now;
	hops[count] = &own;
	snprintf(epoch_copy, sizeof(epoch_copy), "%s", epoch);
	notice.epoch = epoch_copy;
	notice.seq = deliver->seq;
	notice.notice = deliver->notice;
	notice.n_hops = count + 1;
	notice.hops = hops;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_NOTICE;
	frame.notice = &notice;
	return hs_frames_encode(HS_FORM_PROTO, &frame, NULL);
}

enum hs_err
hs_entry_create(
	const char *epoch, const hs_deliver *deliver, int64_t feed_unix_us, struct hs_entry **out)
{
	struct hs_entry *entry;

	if (deliver->notice == NULL)
		return HS_ERR_INVALID;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return HS_ERR_NOMEM;
	entry->refs = 1;
	entry->seq = deliver->seq;
	entry->frames[HS_FORM_PROTO] = pack(epoch, deliver, feed_unix_us);
	if (entry->frames[HS_FORM_PROTO] == NULL ||
		hs_head_read(deliver->notice, &entry->head) != HS_OK) {
		hs_entry_unref(entry);
		return HS_ERR_NOMEM;
	}
	*out = entry;
	return HS_OK;
}

struct hs_entry *
hs_entry_ref(struct hs_entry *entry)
{
	entry->refs++;
	return entry;
}

void
hs_entry_unref(struct hs_entry *entry)
{
	if (entry == NULL)
		return;
	HS_CHECK(entry->refs > 0);
	if (--entry->refs > 0)
		return;
	for (int i = 0; i < HS_FORM_COUNT; i++)
		hs_frame_unref(entry->frames[i]);
	hs_head_free(&entry->head);
	free(entry);
}

static enum hs_err
unpack(struct hs_arena *arena, const struct hs_entry *entry, hs_feed_frame **out)
{
	struct hs_frame *packed = entry->frames[HS_FORM_PROTO];

	return hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, hs_frame_bytes(packed),
		hs_frame_len_bytes(packed), HS_FRAME_MAX_BYTES, out);
}

struct hs_frame *
hs_entry_encode(const struct hs_entry *entry, enum hs_form form)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	struct hs_frame *made = NULL;
	hs_feed_frame *frame;

	if (arena == NULL)
		return NULL;
	if (unpack(arena, entry, &frame) == HS_OK && frame->notice != NULL) {
		const struct hs_position at = { frame->notice->epoch, entry->seq };

		made = hs_frames_encode(form, frame, &at);
	}
	hs_arena_destroy(arena);
	return made;
}

struct hs_frame *
hs_entry_frame(struct hs_entry *entry, enum hs_form form, uint64_t *encodes)
{
	if (entry->frames[form] != NULL)
		return entry->frames[form];
	entry->frames[form] = hs_entry_encode(entry, form);
	if (entry->frames[form] != NULL && encodes != NULL)
		encodes[form]++;
	return entry->frames[form];
}

enum hs_err
hs_entry_notice(
	struct hs_arena *arena, const struct hs_entry *entry, const Hansho__V1__FeedNotice **out)
{
	hs_feed_frame *frame;
	enum hs_err err = unpack(arena, entry, &frame);

	if (err != HS_OK)
		return err;
	if (frame->body_case != HANSHO__V1__FEED_FRAME__BODY_NOTICE)
		return HS_ERR_PARSE;
	*out = frame->notice;
	return HS_OK;
}
