/* What an event was first told in (Document.first): the key of its cancel, and who gets that. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/core/core_state.h"
#include "hub/core/intake.h"
#include "hub/core/route.h"

/* first NULL: it is its own. */
static hs_notice *
make(struct hs_arena *arena, struct order order, const char *source, const char *first)
{
	hs_notice *notice = order_notice(arena, &order);

	notice->document->source = hs_arena_strdup(arena, source);
	if (first != NULL) {
		notice->document->first =
			hs_message_new(arena, &hansho__v1__document__first__descriptor);
		notice->document->first->source = hs_arena_strdup(arena, "agency.example");
		notice->document->first->id = hs_arena_strdup(arena, first);
	}
	return notice;
}

static struct hs_span
pack(struct hs_arena *arena, const hs_notice *notice)
{
	struct hs_buf packed;
	char *copy;

	hs_buf_init(&packed, HS_NOTICE_MAX_BYTES);
	hs_message_pack(notice, &packed);
	copy = hs_arena_alloc(arena, packed.len_bytes + 1);
	memcpy(copy, packed.bytes, packed.len_bytes);
	struct hs_span span = { copy, packed.len_bytes };
	hs_buf_free(&packed);
	return span;
}

static void
key_of(int mode, const char *source, const char *id, uint8_t out[HS_ID_BYTES])
{
	hs_document_id(mode, (struct hs_span){ source, strlen(source) },
		(struct hs_span){ id, strlen(id) }, out);
}

/* Packed or not: a cancel has the key of what came first, in its own mode; nothing else has one. */
static void
test_a_cancel_has_the_key_of_what_came_first(void **state)
{
	static const struct {
		int action;
		const char *first;
		bool has;
	} rows[] = { { HS_ACTION(CANCEL), "a", true }, { HS_ACTION(CANCEL), NULL, false },
		{ HS_ACTION(ISSUE), "a", false }, { HS_ACTION(UPDATE), "a", false },
		{ HS_ACTION(LIFT), "a", false } };
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows) * 2; i++) {
		hs_notice *notice =
			make(arena, (struct order){ "b", 1, rows[i / 2].action, .level = 4 },
				"bridge.example", rows[i / 2].first);
		struct hs_notice_look look = hs_intake_look(notice);
		uint8_t key[HS_ID_BYTES], expected[HS_ID_BYTES];

		if (i % 2 == 1)
			assert_int_equal(hs_notice_look(pack(arena, notice), &look), HS_OK);
		assert_int_equal(hs_first_key(&look, key), rows[i / 2].has);
		if (!rows[i / 2].has)
			continue;
		key_of((int)notice->mode, "agency.example", "a", expected);
		assert_memory_equal(key, expected, HS_ID_BYTES);
		key_of((int)notice->mode, "bridge.example", "b", expected);
		assert_memory_not_equal(key, expected, HS_ID_BYTES);
	}
	hs_arena_destroy(arena);
}

/* Who gets it, as bits of the peers; it is known from then on. */
static uint64_t
take(struct hs_arena *arena, struct hs_index *index, const struct hs_route *route,
	const hs_notice *notice)
{
	struct hs_span packed = pack(arena, notice);
	struct hs_area_set areas = { 0 };

	assert_int_equal(hs_notice_areas_told(packed, &areas), HS_OK);
	uint64_t mask = hs_core_take_document(
		index, route, &(struct hs_core_document){ .packed = packed }, &areas, NULL);
	hs_area_set_free(&areas);
	return mask;
}

/* The second route is for a place that the peer does not have: its cancel reaches it all the same, because it had the first. */
static void
test_who_was_told_by_the_first_route_gets_the_cancel_of_the_second(void **state)
{
	static const char *const one[] = { "990019" };
	struct hs_arena *arena = hs_arena_create((size_t)1 << 22);
	const struct hs_core_peer peers[] = { { .name = "all", .kind = HS_PEER(ADAPTER) },
		{ .name = "one", .kind = HS_PEER(ADAPTER), .areas = one, .area_count = 1 } };
	struct hs_route *route = hs_route_create(peers, 2);
	struct hs_index *index = hs_index_create(100);
	struct order issue = { "a", 1, HS_ACTION(ISSUE), .area = "990019", .level = 4 };
	struct order second = { "b", 1, HS_ACTION(ISSUE), .area = "990027", .level = 4 };
	struct order cancel = { "b", 2, HS_ACTION(CANCEL), .area = "990027", .level = 4 };
	struct order other = { "c", 1, HS_ACTION(CANCEL), .area = "990027", .level = 4 };

	(void)state;
	assert_int_equal(take(arena, index, route, make(arena, issue, "agency.example", NULL)), 3);
	assert_int_equal(take(arena, index, route, make(arena, second, "bridge.example", "a")), 1);
	assert_int_equal(take(arena, index, route, make(arena, other, "bridge.example", NULL)), 1);
	assert_int_equal(take(arena, index, route, make(arena, other, "bridge.example", "z")), 1);
	assert_int_equal(take(arena, index, route, make(arena, cancel, "bridge.example", "a")), 3);
	hs_index_destroy(index);
	hs_route_destroy(route);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cancel_has_the_key_of_what_came_first),
		cmocka_unit_test(
			test_who_was_told_by_the_first_route_gets_the_cancel_of_the_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
