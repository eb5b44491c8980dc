#include "hub/feed/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/wire.h"

/* Hops that a delivery may bring; more are left out. */
#define HOPS_MAX 15

/* Field numbers of schemas/link.proto. */
enum { FEED_FRAME_NOTICE = 3, FEED_NOTICE_NOTICE = 3 };

/* FeedNotice of a delivery, in what the caller has for its parts. */
struct made_notice {
	Hansho__V1__FeedNotice notice;
	hs_hop own;
	hs_time now;
	hs_hop *hops[HOPS_MAX + 1];
	char name[sizeof("feed")], epoch[HS_EPOCH_SIZE];
};

static void
make_notice(struct made_notice *made, const char *epoch, const hs_deliver *deliver,
	int64_t feed_unix_us)
{
	size_t count = deliver->n_hops < HOPS_MAX ? deliver->n_hops : HOPS_MAX;

	hansho__v1__feed_notice__init(&made->notice);
	hansho__v1__hop__init(&made->own);
	hansho__v1__time__init(&made->now);
	for (size_t i = 0; i < count; i++)
		made->hops[i] = deliver->hops[i];
	memcpy(made->name, "feed", sizeof(made->name));
	made->own.name = made->name;
	made->now.unix_us = feed_unix_us;
	made->now.offset_minutes = HS_JST_MINUTES;
	made->own.time = &made->now;
	made->hops[count] = &made->own;
	snprintf(made->epoch, sizeof(made->epoch), "%s", epoch);
	made->notice.epoch = made->epoch;
	made->notice.seq = deliver->seq;
	made->notice.n_hops = count + 1;
	made->notice.hops = made->hops;
}

static struct hs_frame *
pack(const char *epoch, const hs_deliver *deliver, int64_t feed_unix_us)
{
	struct made_notice made;
	hs_feed_frame frame;

	make_notice(&made, epoch, deliver, feed_unix_us);
	hansho__v1__feed_frame__init(&frame);
	made.notice.notice = deliver->notice;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_NOTICE;
	frame.notice = &made.notice;
	return hs_frames_encode(HS_FORM_PROTO, &frame, NULL);
}

/* All of it but the notice, which stands behind it; readers of protobuf know no order of fields. */
static bool
pack_front(const char *epoch, const hs_deliver *deliver, size_t notice_bytes, int64_t feed_unix_us,
	struct hs_buf *front)
{
	struct made_notice made;
	struct hs_buf inner;
	bool fits;

	make_notice(&made, epoch, deliver, feed_unix_us);
	hs_buf_init(&inner, HS_ENTRY_FRONT_BYTES);
	hs_message_pack(&made.notice, &inner);
	hs_wire_put_head(&inner, FEED_NOTICE_NOTICE, notice_bytes);
	hs_wire_put_head(front, FEED_FRAME_NOTICE, inner.len_bytes + notice_bytes);
	hs_buf_add(front, hs_buf_text(&inner), inner.len_bytes);
	fits = !inner.failed && !front->failed;
	hs_buf_free(&inner);
	return fits;
}

/* The same around packed bytes, where they lie. */
static enum hs_err
pack_around(const char *epoch, const hs_deliver *deliver, struct hs_span notice,
	struct hs_owned *owned, int64_t feed_unix_us, struct hs_frame **out)
{
	uint8_t *begin = owned->bytes + ((const uint8_t *)notice.bytes - owned->bytes);
	enum hs_err err = HS_ERR_INVALID; /* more hops than there is room for */
	struct hs_buf front;

	hs_buf_init(&front, HS_ENTRY_FRONT_BYTES - HS_FRAME_HEADROOM);
	if (pack_front(epoch, deliver, notice.len_bytes, feed_unix_us, &front)) {
		*out = hs_frame_around(
			owned->memory, begin - front.len_bytes, front.len_bytes + notice.len_bytes);
		err = *out != NULL ? HS_OK : HS_ERR_NOMEM;
	}
	if (err == HS_OK) {
		memcpy(begin - front.len_bytes, front.bytes, front.len_bytes);
		owned->memory = NULL;
	}
	hs_buf_free(&front);
	return err;
}

/* Takes the frame over. */
static enum hs_err
entry_of(const hs_deliver *deliver, struct hs_frame *frame, struct hs_entry **out)
{
	struct hs_entry *entry = frame != NULL ? calloc(1, sizeof(*entry)) : NULL;

	if (entry == NULL) {
		hs_frame_unref(frame);
		return HS_ERR_NOMEM;
	}
	entry->refs = 1;
	entry->seq = deliver->seq;
	entry->frames[HS_FORM_PROTO] = frame;
	if (hs_head_read(deliver->notice, &entry->head) != HS_OK) {
		hs_entry_unref(entry);
		return HS_ERR_NOMEM;
	}
	*out = entry;
	return HS_OK;
}

enum hs_err
hs_entry_create(
	const char *epoch, const hs_deliver *deliver, int64_t feed_unix_us, struct hs_entry **out)
{
	if (deliver->notice == NULL)
		return HS_ERR_INVALID;
	return entry_of(deliver, pack(epoch, deliver, feed_unix_us), out);
}

enum hs_err
hs_entry_create_packed(const char *epoch, const hs_deliver *deliver, struct hs_span notice,
	struct hs_owned *owned, const struct hs_area_set *areas, int64_t feed_unix_us,
	struct hs_entry **out)
{
	struct hs_frame *frame = NULL;
	enum hs_err err = pack_around(epoch, deliver, notice, owned, feed_unix_us, &frame);

	if (err == HS_OK)
		err = entry_of(deliver, frame, out);
	if (err == HS_OK)
		err = hs_area_set_add_all(&(*out)->head.areas, areas);
	if (err != HS_OK && *out != NULL) {
		hs_entry_unref(*out);
		*out = NULL;
	}
	return err;
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
