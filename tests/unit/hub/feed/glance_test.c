/* A large delivery at a glance gives the same entry as one that was unpacked. */
#include "hub/feed/glance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/wire.h"

#define EPOCH "0123456789abcdef0123456789abcdef"
#define AREAS 2000

struct bench {
	struct hs_arena *arena;
	struct hs_buf packed;
	hs_notice *notice;
};

static void
add_area(struct bench *bench, const char *code, const char *sub_code)
{
	hs_area *area = hs_message_new(bench->arena, &hansho__v1__area__descriptor);

	area->code = hs_arena_strdup(bench->arena, code);
	area->name = hs_arena_strdup(bench->arena, "架空市");
	area->sub_code = hs_arena_strdup(bench->arena, sub_code);
	assert_true(hs_repeat(bench->arena, &bench->notice->n_areas, &bench->notice->areas, area));
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	hs_text *text;

	bench->arena = hs_arena_create((size_t)64 << 20);
	hs_buf_init(&bench->packed, (size_t)16 << 20);
	bench->notice = hs_message_new(bench->arena, &hansho__v1__notice__descriptor);
	bench->notice->mode = HS_MODE(DRILL);
	bench->notice->kind = HS_KIND(WEATHER);
	bench->notice->action = HS_ACTION(UPDATE);
	bench->notice->document = hs_message_new(bench->arena, &hansho__v1__document__descriptor);
	bench->notice->document->source = hs_arena_strdup(bench->arena, "relay.example");
	bench->notice->document->id = hs_arena_strdup(bench->arena, "doc");
	assert_true(hs_repeat(bench->arena, &bench->notice->document->n_areas_before,
		&bench->notice->document->areas_before, hs_arena_strdup(bench->arena, "990035")));
	bench->notice->level = hs_message_new(bench->arena, &hansho__v1__level__descriptor);
	bench->notice->level->number = 3;
	for (int i = 0; i < AREAS; i++)
		add_area(bench, i % 2 == 0 ? "990019" : "990027", i == 7 ? "990019000001" : "");
	text = hs_message_new(bench->arena, &hansho__v1__text__descriptor);
	text->headline = hs_arena_strdup(bench->arena, "集約通報");
	assert_true(hs_repeat(bench->arena, &bench->notice->n_texts, &bench->notice->texts, text));
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	hs_buf_free(&bench->packed);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

/* As the hub sends it: what is not bulk first. */
static struct hs_span
pack(struct bench *bench)
{
	const hs_notice bulk = hs_notice_bulk(bench->notice), rest = hs_notice_rest(bench->notice);
	hs_hop *hop = hs_message_new(bench->arena, &hansho__v1__hop__descriptor);
	const hs_hop *hops[] = { hop };
	struct hs_buf notice;

	hop->name = hs_arena_strdup(bench->arena, "sent");
	hop->time = hs_time_new(bench->arena, 1782000000000000, 540);
	hs_buf_init(&notice, (size_t)16 << 20);
	hs_message_pack(&rest, &notice);
	hs_message_pack(&bulk, &notice);
	const struct hs_deliver_edges edges = { 17, 16, "0123456789abcdef0123456789abcdef", hops,
		1 };
	hs_deliver_pack_before(&bench->packed, &edges, notice.len_bytes);
	hs_buf_add(&bench->packed, notice.bytes, notice.len_bytes);
	hs_deliver_pack_behind(&bench->packed, &edges);
	hs_buf_free(&notice);
	return (struct hs_span){ bench->packed.bytes, bench->packed.len_bytes };
}

/* As hs_link_take_frame gives it; the caller's. */
static struct hs_owned
owned_copy(struct hs_span bytes)
{
	uint8_t *memory = malloc(HS_ENTRY_FRONT_BYTES + bytes.len_bytes);
	struct hs_owned owned = { memory, memory + HS_ENTRY_FRONT_BYTES, bytes.len_bytes };

	memcpy(owned.bytes, bytes.bytes, bytes.len_bytes);
	return owned;
}

static void
assert_same_set(const struct hs_area_set *one, const struct hs_area_set *other)
{
	assert_int_equal(one->count, other->count);
	assert_true(one->count > 0);
	assert_memory_equal(one->codes, other->codes, one->count * sizeof(one->codes[0]));
}

static void
test_same_entry_as_unpacked(void **state)
{
	struct bench *bench = *state;
	struct hs_span bytes = pack(bench);
	struct hs_owned owned = owned_copy(bytes);
	struct hs_entry *made, *whole;
	const Hansho__V1__FeedNotice *one, *other;
	struct hs_buf first, second;
	hs_link_frame *frame, *unpacked;

	assert_int_equal(
		hs_glance(bench->arena, &owned, EPOCH, 1782000000000001, &frame, &made), HS_OK);
	assert_null(owned.memory);
	assert_int_equal(
		hs_link_frame_unpack(bench->arena, bytes.bytes, bytes.len_bytes, &unpacked), HS_OK);
	assert_int_equal(
		hs_entry_create(EPOCH, unpacked->deliver, 1782000000000001, &whole), HS_OK);
	assert_int_equal(frame->body_case, HANSHO__V1__LINK_FRAME__BODY_DELIVER);
	assert_int_equal(frame->deliver->seq, 17);
	assert_int_equal(frame->deliver->prev_seq, 16);
	assert_int_equal(frame->deliver->notice->mode, HS_MODE(DRILL));
	assert_int_equal(frame->deliver->notice->n_areas, 0); /* not read */
	assert_int_equal(made->seq, whole->seq);
	assert_int_equal(made->head.kind, whole->head.kind);
	assert_int_equal(made->head.action, whole->head.action);
	assert_int_equal(made->head.level, whole->head.level);
	assert_int_equal(made->head.follows, whole->head.follows);
	assert_same_set(&made->head.areas, &whole->head.areas);
	assert_same_set(&made->head.before, &whole->head.before);
	assert_int_equal(made->head.areas.count, 3);
	assert_int_equal(hs_entry_notice(bench->arena, made, &one), HS_OK);
	assert_int_equal(hs_entry_notice(bench->arena, whole, &other), HS_OK);
	hs_buf_init(&first, (size_t)16 << 20);
	hs_buf_init(&second, (size_t)16 << 20);
	hs_message_pack(one, &first);
	hs_message_pack(other, &second);
	assert_int_equal(first.len_bytes, second.len_bytes);
	assert_memory_equal(first.bytes, second.bytes, first.len_bytes);
	hs_buf_free(&first);
	hs_buf_free(&second);
	hs_entry_unref(made);
	hs_entry_unref(whole);
}

/* Its places stand in its details: it is unpacked. */
static void
test_an_order_is_no_matter_of_a_glance(void **state)
{
	struct bench *bench = *state;
	struct hs_entry *made = NULL;
	struct hs_owned owned;
	hs_link_frame *frame;

	bench->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	bench->notice->evacuation =
		hs_message_new(bench->arena, &hansho__v1__evacuation__descriptor);
	owned = owned_copy(pack(bench));
	assert_int_equal(hs_glance(bench->arena, &owned, EPOCH, 1, &frame, &made), HS_ERR_INVALID);
	assert_null(made);
	assert_memory_equal(owned.bytes, bench->packed.bytes, bench->packed.len_bytes);
	free(owned.memory);
}

static void
test_what_is_cut_off_is_not_taken(void **state)
{
	struct bench *bench = *state;
	struct hs_span bytes = pack(bench);

	for (size_t len_bytes = 0; len_bytes < bytes.len_bytes;
		len_bytes += len_bytes < 200 ? 1 : 997) {
		struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
		struct hs_entry *made = NULL;
		hs_link_frame *frame;
		/* its end is that of its memory: a sanitizer sees what is read behind it */
		struct hs_owned cut = owned_copy((struct hs_span){ bytes.bytes, len_bytes });

		assert_int_not_equal(hs_glance(arena, &cut, EPOCH, 1, &frame, &made), HS_OK);
		assert_null(made);
		free(cut.memory);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_entry_as_unpacked, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_an_order_is_no_matter_of_a_glance, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_cut_off_is_not_taken, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
