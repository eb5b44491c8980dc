/* Messages to bytes and back: nothing is lost, nothing crashes, nothing grows beyond the arena. */
#include "tests/unit/schemas/message_filler.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES (4u << 20)
#define ROUNDS	    300
#define GARBAGE	    20000

static const ProtobufCMessageDescriptor *const TYPES[] = {
	&hansho__v1__notice__descriptor,
	&hansho__v1__link_frame__descriptor,
	&hansho__v1__journal_record__descriptor,
	&hansho__v1__feed_frame__descriptor,
};

static void
packed(const void *message, struct hs_buf *out)
{
	hs_buf_init(out, HS_FRAME_MAX_BYTES);
	hs_message_pack(message, out);
	assert_false(out->failed);
}

static void
assert_same_bytes(const struct hs_buf *a, const struct hs_buf *b)
{
	assert_int_equal(a->len_bytes, b->len_bytes);
	assert_memory_equal(hs_buf_text(a), hs_buf_text(b), a->len_bytes);
}

static void
all_fields_survive_the_round_trip(void **state)
{
	(void)state;
	for (size_t type = 0; type < HS_COUNT(TYPES); type++) {
		for (uint64_t round = 0; round < ROUNDS; round++) {
			struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
			struct filler filler = { arena, round * 131 + type, round % 3 == 0, true };
			void *message = filler_message(&filler, TYPES[type]), *again = NULL;
			struct hs_buf first, second;
			packed(message, &first);
			assert_int_equal(hs_message_unpack(arena, TYPES[type], first.bytes,
						 first.len_bytes, HS_FRAME_MAX_BYTES, &again),
				HS_OK);
			packed(again, &second);
			assert_same_bytes(&first, &second);
			assert_int_equal(
				first.len_bytes, protobuf_c_message_get_packed_size(message));
			hs_buf_free(&first);
			hs_buf_free(&second);
			hs_arena_destroy(arena);
		}
	}
}

/* A field of a newer program comes through unchanged. */
static void
unknown_fields_are_kept(void **state)
{
	(void)state;
	static const char bytes[] =
		"\x08\x02" /* mode */ "\x10\x01" /* kind */
		"\xfa\x3e\x03new" /* field 1007 */ "\x80\x3f\x07" /* field 1008 */;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = NULL;
	assert_int_equal(hs_notice_unpack(arena, bytes, sizeof(bytes) - 1, &notice), HS_OK);
	assert_int_equal(notice->mode, HS_MODE(DRILL));
	struct hs_buf again;
	packed(notice, &again);
	assert_int_equal(again.len_bytes, sizeof(bytes) - 1);
	assert_memory_equal(again.bytes, bytes, sizeof(bytes) - 1);
	hs_buf_free(&again);
	hs_arena_destroy(arena);
}

static enum hs_err
unpack_text(const char *text, size_t len)
{
	/* Notice.kind_text = field 3 */
	uint8_t bytes[64] = { 3 << 3 | 2, (uint8_t)len };
	memcpy(bytes + 2, text, len);
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = NULL;
	enum hs_err err = hs_notice_unpack(arena, bytes, len + 2, &notice);
	if (err == HS_OK)
		assert_memory_equal(notice->kind_text, text, len + 1);
	hs_arena_destroy(arena);
	return err;
}

static void
strings_must_be_utf8_without_nul(void **state)
{
	(void)state;
	static const char *const good[] = { "", "a", "\x7f", "é", "避", "\xed\x9f\xbf",
		"\xee\x80\x80", "𠮷", "\xf4\x8f\xbf\xbf" };
	for (size_t i = 0; i < HS_COUNT(good); i++)
		assert_int_equal(unpack_text(good[i], strlen(good[i])), HS_OK);
	static const struct {
		const char *text;
		size_t len;
	} bad[] = { { "\0", 1 }, { "a\0b", 3 }, { "\x80", 1 }, { "\xc0\x80", 2 }, { "\xc1\xbf", 2 },
		{ "\xc3", 1 }, { "\xe0\x80\x80", 3 }, { "\xe9\x81", 2 }, { "\xe9\x81x", 3 },
		{ "\xed\xa0\x80", 3 }, { "\xf0\x80\x80\x80", 4 }, { "\xf4\x90\x80\x80", 4 },
		{ "\xf5\x80\x80\x80", 4 }, { "\xff", 1 }, { "a\xe9\x81\xbf\0", 5 } };
	for (size_t i = 0; i < HS_COUNT(bad); i++)
		assert_int_equal(unpack_text(bad[i].text, bad[i].len), HS_ERR_PARSE);
	/* also deep inside: LinkFrame.deliver.notice.document.source */
	static const char deep[] = "\x1a\x07\x1a\x05\x2a\x03\x0a\x01\xff";
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_link_frame *frame = NULL;
	assert_int_equal(hs_link_frame_unpack(arena, deep, sizeof(deep) - 1, &frame), HS_ERR_PARSE);
	hs_arena_destroy(arena);
}

static void
random_bytes_never_crash(void **state)
{
	(void)state;
	struct filler filler = { NULL, 42, false, false };
	size_t parsed = 0;
	for (int round = 0; round < GARBAGE; round++) {
		struct hs_arena *arena = hs_arena_create(1u << 18);
		const ProtobufCMessageDescriptor *type = TYPES[round % (int)HS_COUNT(TYPES)];
		uint8_t bytes[128];
		size_t len = filler_dice(&filler, sizeof(bytes));
		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(filler_dice(&filler, 3) ? filler_dice(&filler, 48)
								     : filler_dice(&filler, 256));
		/* exact room, so that the sanitizer sees a step too far */
		uint8_t *exact = malloc(len ? len : 1);
		assert_non_null(exact);
		memcpy(exact, bytes, len);
		void *message = NULL;
		parsed += hs_message_unpack(arena, type, exact, len, 4096, &message) == HS_OK;
		free(exact);
		hs_arena_destroy(arena);
	}
	assert_true(parsed > 0);
}

/* A sound message with one byte changed, one cut off, one added. */
static void
damaged_messages_never_crash(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct filler filler = { arena, 7, true, false };
	struct hs_buf sound;
	packed(filler_message(&filler, TYPES[0]), &sound);
	for (size_t i = 0; i < sound.len_bytes; i++) {
		struct hs_arena *small = hs_arena_create(1u << 20);
		uint8_t *bytes = malloc(sound.len_bytes);
		memcpy(bytes, sound.bytes, sound.len_bytes);
		bytes[i] = (uint8_t)filler_dice(&filler, 256);
		hs_notice *notice = NULL;
		(void)!hs_notice_unpack(small, bytes, sound.len_bytes, &notice);
		uint8_t *cut = malloc(i ? i : 1);
		memcpy(cut, sound.bytes, i);
		(void)!hs_notice_unpack(small, cut, i, &notice);
		free(cut);
		free(bytes);
		hs_arena_destroy(small);
	}
	hs_buf_free(&sound);
	hs_arena_destroy(arena);
}

/* Two bytes on the wire can ask for a structure of a hundred: the arena is the limit, not the wish. */
static void
amplification_ends_at_the_arena(void **state)
{
	(void)state;
	size_t len = HS_NOTICE_MAX_BYTES;
	uint8_t *bytes = malloc(len + 2);
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i += 2) {
		bytes[i] = 10 << 3 | 2; /* areas: an empty one, a million times */
		bytes[i + 1] = 0;
	}
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_notice *notice = NULL;
	assert_int_equal(hs_notice_unpack(arena, bytes, len, &notice), HS_ERR_TOO_LARGE);
	assert_null(notice);
	assert_true(hs_arena_used_bytes(arena) <= HS_UNPACK_ARENA_BYTES);
	assert_int_equal(hs_notice_unpack(arena, bytes, len + 2, &notice), HS_ERR_TOO_LARGE);
	hs_arena_destroy(arena);
	free(bytes);
}

static void
deliver_is_spliced_byte_for_byte(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct filler filler = { arena, round * 17 + 5, round % 2 == 0, false };
		hs_link_frame *frame = HS_NEW(arena, &hansho__v1__link_frame__descriptor);
		frame->body_case = HANSHO__V1__LINK_FRAME__BODY_DELIVER;
		frame->deliver = filler_message(&filler, &hansho__v1__deliver__descriptor);
		hs_deliver *deliver = frame->deliver;
		if (!deliver->notice || round == 1)
			deliver->notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
		if (round == 3)
			deliver->seq = UINT64_MAX;
		struct hs_buf whole, notice, spliced;
		packed(frame, &whole);
		packed(deliver->notice, &notice);
		hs_buf_init(&spliced, HS_FRAME_MAX_BYTES);
		const struct hs_deliver_edges edges = { deliver->seq, deliver->prev_seq,
			deliver->submission_id, (const hs_hop *const *)deliver->hops,
			deliver->n_hops };
		hs_deliver_pack_before(&spliced, &edges, notice.len_bytes);
		hs_buf_add(&spliced, notice.bytes, notice.len_bytes);
		hs_deliver_pack_behind(&spliced, &edges);
		assert_false(spliced.failed);
		assert_same_bytes(&whole, &spliced);
		hs_buf_free(&whole);
		hs_buf_free(&notice);
		hs_buf_free(&spliced);
		hs_arena_destroy(arena);
	}
}

/* Arrays of unpacked messages grow, too, without a step over their end. */
static void
repeated_fields_grow(void **state)
{
	(void)state;
	for (size_t start = 0; start < 20; start++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		hs_notice *built = HS_NEW(arena, &hansho__v1__notice__descriptor), *read = NULL;
		for (size_t i = 0; i < start; i++)
			assert_true(
				hs_notice_flag(arena, built, hs_arena_printf(arena, "flag%zu", i)));
		struct hs_buf bytes;
		packed(built, &bytes);
		assert_int_equal(
			hs_notice_unpack(arena, bytes.bytes, bytes.len_bytes, &read), HS_OK);
		for (size_t i = start; i < start + 40; i++)
			assert_true(
				hs_notice_flag(arena, read, hs_arena_printf(arena, "flag%zu", i)));
		assert_int_equal(read->n_flags, start + 40);
		for (size_t i = 0; i < start + 40; i++)
			assert_string_equal(read->flags[i], hs_arena_printf(arena, "flag%zu", i));
		hs_buf_free(&bytes);
		hs_arena_destroy(arena);
	}
	struct hs_arena *tiny = hs_arena_create(40);
	size_t count = 0;
	void **items = NULL;
	size_t added = 0;
	while (added < 100 && hs_repeat(tiny, &count, &items, &count))
		added++;
	assert_true(added < 100);
	assert_int_equal(count, added);
	hs_arena_destroy(tiny);
}

/* Room that was asked for is filled before anything grows, and no further. */
static void
room_is_taken_once(void **state)
{
	struct hs_arena *arena = hs_arena_create(4096);
	void **items = NULL, **before;
	size_t count = 0, used;
	int item[10];

	(void)state;
	assert_true(hs_repeat_room(arena, &count, &items, 7));
	before = items;
	used = hs_arena_used_bytes(arena);
	for (size_t i = 0; i < 7; i++)
		assert_true(hs_repeat(arena, &count, &items, &item[i]));
	assert_ptr_equal(items, before);
	assert_int_equal(hs_arena_used_bytes(arena), used);
	assert_true(hs_repeat_room(arena, &count, &items, 100));
	assert_ptr_equal(items, before); /* it has an array */
	for (size_t i = 7; i < 10; i++)
		assert_true(hs_repeat(arena, &count, &items, &item[i]));
	assert_ptr_not_equal(items, before);
	assert_int_equal(count, 10);
	for (size_t i = 0; i < 10; i++)
		assert_ptr_equal(items[i], &item[i]);
	hs_arena_destroy(arena);
}

static void
what_is_no_utf8_is_mended(void **state)
{
	static const struct {
		const char *text, *mended;
	} rows[] = {
		{ "", "" },
		{ "髙 is 𠮷", "髙 is 𠮷" },
		{ "\x81\x82"
		  "a",
			"??a" },
		{ "あ\xe3\x81", "あ??" },
		{ "\xed\xa0\x80", "???" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];
		snprintf(text, sizeof(text), "%s", rows[i].text);
		hs_text_mend(text);
		assert_string_equal(rows[i].mended, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fields_survive_the_round_trip),
		cmocka_unit_test(unknown_fields_are_kept),
		cmocka_unit_test(strings_must_be_utf8_without_nul),
		cmocka_unit_test(random_bytes_never_crash),
		cmocka_unit_test(damaged_messages_never_crash),
		cmocka_unit_test(amplification_ends_at_the_arena),
		cmocka_unit_test(deliver_is_spliced_byte_for_byte),
		cmocka_unit_test(repeated_fields_grow),
		cmocka_unit_test(room_is_taken_once),
		cmocka_unit_test(what_is_no_utf8_is_mended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
