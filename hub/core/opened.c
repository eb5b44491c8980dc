#include "hub/core/opened.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/press.h"
#include "hub/base/wire.h"
#include "hub/core/intake.h"
#include "hub/core/memory.h"
#include "hub/core/stored.h"
#include "hub/core/urgent.h"

#define RECORD_NOTICE 7 /* field of JournalRecord */

/* ---- parts of a notice ---- */

static void
release_arena(void *memory)
{
	hs_arena_destroy(memory);
}

static void
release_reading(void *memory)
{
	struct hs_reading *reading = memory;

	hs_kept_free(reading->kept);
	hs_area_set_free(&reading->told);
	hs_shared_unref(reading->arena);
	free(reading);
}

/* ---- opening ---- */

static struct hs_span
bulk_bytes_of(const struct hs_opened *opened)
{
	return (struct hs_span){ opened->bulk + HS_OPENED_FRONT_BYTES, opened->bulk_len_bytes };
}

static void
pack_bulk(struct hs_opened *opened, const hs_notice *notice)
{
	hs_notice bulk = hs_notice_bulk(notice);
	struct hs_buf packed;

	hs_buf_init(&packed, HS_OPENED_FRONT_BYTES + HS_FRAME_MAX_BYTES);
	HS_CHECK(hs_buf_extend(&packed, HS_OPENED_FRONT_BYTES) != NULL);
	hs_message_pack(&bulk, &packed);
	HS_CHECK(!packed.failed);
	opened->bulk = hs_must_realloc(packed.bytes, packed.len_bytes, 1);
	opened->bulk_len_bytes = packed.len_bytes - HS_OPENED_FRONT_BYTES;
	opened->bulk_owner = hs_shared_create(opened->bulk, free);
	HS_CHECK(opened->bulk_owner != NULL);
	const struct hs_span bytes = bulk_bytes_of(opened);
	hs_sha256(&bytes, 1, opened->bulk_sha256);
}

/* Appends; the span is placed once the buffer no longer moves. */
static size_t
press(struct hs_span plain, struct hs_buf *out)
{
	size_t before_bytes = out->len_bytes;

	return hs_press(plain, out) ? out->len_bytes - before_bytes : 0;
}

/* What the disk takes in place of bulk and original. */
static void
press_both(struct hs_opened *opened, const hs_submit *submit)
{
	struct hs_span original = { submit->original.data, submit->original.len };
	struct hs_buf out;
	size_t bulk_bytes, original_bytes;
	char *memory;

	hs_buf_init(&out, 2 * (size_t)HS_FRAME_MAX_BYTES);
	bulk_bytes = press(bulk_bytes_of(opened), &out);
	original_bytes = press(original, &out);
	if (out.len_bytes > 0) {
		memory = hs_must_realloc(out.bytes, out.len_bytes, 1);
		opened->pressed_bulk = (struct hs_span){ memory, bulk_bytes };
		opened->pressed_original = (struct hs_span){ memory + bulk_bytes, original_bytes };
		opened->pressed_owner = hs_shared_create(memory, free);
		HS_CHECK(opened->pressed_owner != NULL);
	} else {
		hs_buf_free(&out);
	}
}

static void
read_areas(struct hs_opened *opened, const hs_notice *notice, struct hs_reading *reading)
{
	struct hs_span bulk = bulk_bytes_of(opened);

	for (size_t i = 0; i < notice->n_areas; i++) {
		const char *code = notice->areas[i]->code;

		HS_CHECK(hs_area_set_add(&opened->own, code, strlen(code)) == HS_OK);
	}
	HS_CHECK(hs_notice_areas_told(bulk, &reading->told) == HS_OK);
}

static void
read_notice(struct hs_opened *opened, const hs_submit *submit)
{
	struct hs_reading *reading = hs_must_alloc(1, sizeof(*reading));
	hs_notice *notice = submit->notice;

	pack_bulk(opened, notice);
	if (!hs_is_urgent(notice)) /* it goes to disk as a whole, and at once */
		press_both(opened, submit);
	read_areas(opened, notice, reading);
	reading->arena = hs_shared_ref(opened->arena_owner);
	reading->notice = notice;
	reading->kept = hs_active_read(notice);
	opened->reading = hs_shared_create(reading, release_reading);
	HS_CHECK(opened->reading != NULL);
}

bool
hs_opened_is_submit(const struct hs_opened *opened)
{
	return opened->err == HS_OK &&
	       opened->frame->body_case == HANSHO__V1__LINK_FRAME__BODY_SUBMIT &&
	       opened->wrong == 0;
}

struct hs_opened *
hs_opened_create(struct hs_span bytes, int mode)
{
	struct hs_opened *opened = hs_must_alloc(1, sizeof(*opened));

	opened->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	HS_CHECK(opened->arena != NULL);
	opened->arena_owner = hs_shared_create(opened->arena, release_arena);
	HS_CHECK(opened->arena_owner != NULL);
	opened->err =
		hs_link_frame_unpack(opened->arena, bytes.bytes, bytes.len_bytes, &opened->frame);
	if (opened->err != HS_OK || opened->frame->body_case != HANSHO__V1__LINK_FRAME__BODY_SUBMIT)
		return opened;
	opened->wrong = hs_intake_check(opened->frame->submit, mode);
	if (opened->wrong == 0 && !hs_intake_complete(opened->arena, opened->frame->submit))
		opened->wrong = 1u << HS_FINDING_TOO_LARGE;
	if (opened->wrong == 0)
		read_notice(opened, opened->frame->submit);
	return opened;
}

void
hs_opened_free(struct hs_opened *opened)
{
	if (opened == NULL)
		return;
	hs_area_set_free(&opened->own);
	hs_shared_unref(opened->bulk_owner);
	hs_shared_unref(opened->pressed_owner);
	hs_shared_unref(opened->reading);
	hs_shared_unref(opened->arena_owner);
	free(opened);
}

/* ---- the record ---- */

struct hs_row
hs_opened_pieces(const struct hs_opened *opened)
{
	const hs_submit *submit = opened->frame->submit;

	return (struct hs_row){ .body = bulk_bytes_of(opened),
		.original = { submit->original.data, submit->original.len },
		.owners = { .body = opened->bulk_owner,
			.original = opened->arena_owner,
			.pressed = opened->pressed_owner },
		.store = { opened->store, opened->bulk_len_bytes, opened->pressed_bulk,
			opened->pressed_original } };
}

static void
put_stored(const struct hs_opened *opened, struct hs_buf *front)
{
	const hs_submit *submit = opened->frame->submit;
	struct hs_stored stored = { .store = opened->store,
		.bulk_bytes = opened->bulk_len_bytes,
		.original_bytes = submit->original.len,
		.pressed_bulk_bytes = opened->pressed_bulk.len_bytes,
		.pressed_original_bytes = opened->pressed_original.len_bytes };

	memcpy(stored.bulk_sha256, opened->bulk_sha256, sizeof(stored.bulk_sha256));
	if (submit->original.len > 0)
		memcpy(stored.original_sha256, submit->notice->original->sha256.data,
			sizeof(stored.original_sha256));
	hs_stored_put(front, &stored);
}

struct hs_span
hs_opened_body(struct hs_opened *opened, const hs_journal_record *record, struct hs_shared **owner)
{
	hs_notice rest = hs_notice_rest(opened->frame->submit->notice);
	struct hs_span body = { "", 0 };
	struct hs_buf front, small;

	hs_buf_init(&front, HS_OPENED_FRONT_BYTES);
	hs_buf_init(&small, HS_OPENED_FRONT_BYTES);
	hs_message_pack(&rest, &small);
	if (opened->stage == HS_STORE_DONE)
		put_stored(opened, &front);
	hs_message_pack(record, &front);
	hs_wire_put_head(&front, RECORD_NOTICE, small.len_bytes + opened->bulk_len_bytes);
	hs_buf_add(&front, hs_buf_text(&small), small.len_bytes);
	if (!front.failed && !small.failed) {
		char *begin = opened->bulk + HS_OPENED_FRONT_BYTES - front.len_bytes;

		memcpy(begin, front.bytes, front.len_bytes);
		body = (struct hs_span){ begin, front.len_bytes + opened->bulk_len_bytes };
		*owner = hs_shared_ref(opened->bulk_owner);
	}
	hs_buf_free(&small);
	hs_buf_free(&front);
	return body;
}

void
hs_reading_seal(struct hs_reading *reading, uint64_t seq)
{
	if (reading->kept != NULL && hs_active_seal(reading->kept, seq, reading->notice) != HS_OK) {
		hs_kept_free(reading->kept);
		reading->kept = NULL;
	}
}
