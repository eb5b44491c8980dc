/* Who is entitled to what; and that those who had an order get what becomes of it. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/core/route.h"

static struct hs_span
pack(struct hs_arena *arena, const struct order *order)
{
	struct hs_buf packed;
	char *copy;

	hs_buf_init(&packed, HS_NOTICE_MAX_BYTES);
	hs_message_pack(order_notice(arena, order), &packed);
	copy = hs_arena_alloc(arena, packed.len_bytes + 1);
	memcpy(copy, packed.bytes, packed.len_bytes);
	struct hs_span span = { copy, packed.len_bytes };
	hs_buf_free(&packed);
	return span;
}

static void
test_rules(void **state)
{
	static const char *const only[] = { "evacuation", "shelter" };
	static const char *const not [] = { "!weather" };
	static const char *const one[] = { "990019" };
	static const char *const prefecture[] = { "99" };
	static const struct {
		const char *const *kinds;
		size_t kind_count;
		const char *const *areas;
		size_t area_count;
		uint32_t level_min;
		int kind;
		const char *area;
		uint32_t level;
		const char *reason;
	} rows[] = {
		{ NULL, 0, NULL, 0, 0, HS_KIND(WEATHER), "990019", 0, NULL },
		{ only, 2, NULL, 0, 0, HS_KIND(SHELTER), "990019", 0, NULL },
		{ only, 2, NULL, 0, 0, HS_KIND(WEATHER), "990019", 0, "kind" },
		{ only, 2, NULL, 0, 0, 77, "990019", 0, NULL }, /* a kind of the future */
		{ not, 1, NULL, 0, 0, HS_KIND(WEATHER), "990019", 0, "kind" },
		{ not, 1, NULL, 0, 0, HS_KIND(TSUNAMI), "990019", 0, NULL },
		{ NULL, 0, one, 1, 0, HS_KIND(EVACUATION), "990019", 0, NULL },
		{ NULL, 0, one, 1, 0, HS_KIND(EVACUATION), "990027", 0, "area" },
		{ NULL, 0, one, 1, 0, HS_KIND(EVACUATION), "", 0, NULL },
		{ NULL, 0, one, 1, 0, HS_KIND(EVACUATION), "99", 0, NULL }, /* reaches into it */
		{ NULL, 0, prefecture, 1, 0, HS_KIND(EVACUATION), "990027", 0, NULL },
		{ NULL, 0, prefecture, 1, 0, HS_KIND(EVACUATION), "131016", 0, "area" },
		{ NULL, 0, NULL, 0, 4, HS_KIND(EVACUATION), "990019", 3, "level" },
		{ NULL, 0, NULL, 0, 4, HS_KIND(EVACUATION), "990019", 4, NULL },
		{ NULL, 0, NULL, 0, 4, HS_KIND(EVACUATION), "990019", 0, NULL }, /* a lift */
	};
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_core_peer peer = { .name = "a",
			.kind = HS_PEER(ADAPTER),
			.kinds = rows[i].kinds,
			.kind_count = rows[i].kind_count,
			.areas = rows[i].areas,
			.area_count = rows[i].area_count,
			.level_min = rows[i].level_min };
		struct order order = { "d", 1, HS_ACTION(ISSUE), .kind = rows[i].kind,
			.area = rows[i].area, .level = rows[i].level };
		struct hs_route *route = hs_route_create(&peer, 1);
		const char *reasons[HS_PEERS_MAX];
		uint64_t mask = hs_route_decide(route, pack(arena, &order), 0, reasons);

		if ((mask == 0) != (rows[i].reason != NULL) ||
			(rows[i].reason != NULL && strcmp(reasons[0], rows[i].reason) != 0))
			fail_msg("row %zu: reason %s", i, mask != 0 ? "none" : reasons[0]);
		assert_int_equal(hs_route_decide(route, pack(arena, &order), 1, NULL), 1);
		hs_route_destroy(route);
	}
	hs_arena_destroy(arena);
}

static void
limit_adapter(struct desk *desk)
{
	static const char *const areas[] = { "990019" };

	hs_core_destroy(desk->core);
	desk->peers[ADAPTER].areas = areas;
	desk->peers[ADAPTER].area_count = 1;
	desk->peers[ADAPTER].level_min = 4;
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
}

static bool
adapter_gets(struct desk *desk, struct order order)
{
	desk_submit(desk, order);
	desk_commit(desk);
	return DESK_SENT(desk, ADAPTER, DELIVER, 0) != NULL;
}

static void
test_who_had_the_order_gets_what_becomes_of_it(void **state)
{
	struct desk *desk = *state;

	limit_adapter(desk);
	assert_false(adapter_gets(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 3 }));
	assert_true(adapter_gets(desk, (struct order){ "a", 2, HS_ACTION(UPDATE), .level = 4 }));
	assert_true(adapter_gets(desk, (struct order){ "a", 3, HS_ACTION(UPDATE), .level = 3 }));
	assert_true(adapter_gets(
		desk, (struct order){ "a", 4, HS_ACTION(UPDATE), .level = 3, .area = "990027" }));
	desk_restart(desk);
	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, desk->options.epoch, 4, false, false);
	assert_true(adapter_gets(
		desk, (struct order){ "a", 5, HS_ACTION(CANCEL), .level = 3, .area = "990027" }));
	/* what the cancel brought back ends with the next document */
	assert_true(adapter_gets(
		desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 3, .area = "990027" }));
	assert_false(adapter_gets(
		desk, (struct order){ "c", 1, HS_ACTION(ISSUE), .level = 5, .area = "990035" }));
}

static void
test_who_gets_nothing_gets_a_receipt_that_says_why(void **state)
{
	struct desk *desk = *state;
	hs_submit_reply *reply;

	limit_adapter(desk);
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 3 });
	/* The record of the notice and that of the decision enter the journal together. */
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 2);
	desk_commit(desk);
	reply = desk_reply(desk, 0);
	for (int i = 0; i < 2; i++) {
		hs_status_reply *status;

		desk_query(desk, reply->id, 0, 0);
		status = desk_status(desk);
		assert_int_equal(status->n_receipts, 1);
		assert_int_equal(status->receipts[0]->state, HS_RECEIPT(FILTERED));
		assert_string_equal(status->receipts[0]->adapter, "signage");
		assert_string_equal(status->receipts[0]->detail, "level");
		desk_restart(desk);
		desk_hello(desk, GATE);
	}
}

/* A feed is told another history under each filter; whoever else, and a feed without one, the hub's own. */
static void
test_the_epoch_of_a_peer(void **state)
{
	static const char *const kinds[] = { "99" };
	static const char *const areas[] = { "99", "98" };
	const struct hs_core_peer peers[] = {
		{ .name = "all", .kind = HS_PEER(FEED) },
		{ .name = "kinds", .kind = HS_PEER(FEED), .kinds = kinds, .kind_count = 1 },
		{ .name = "area", .kind = HS_PEER(FEED), .areas = areas, .area_count = 1 },
		{ .name = "areas", .kind = HS_PEER(FEED), .areas = areas, .area_count = 2 },
		{ .name = "level", .kind = HS_PEER(FEED), .level_min = 4 },
		{ .name = "adapter", .kind = HS_PEER(ADAPTER), .areas = areas, .area_count = 1 },
		{ .name = "other name", .kind = HS_PEER(FEED), .areas = areas, .area_count = 1 },
	};
	char epochs[HS_COUNT(peers)][HS_ROUTE_EPOCH_SIZE];
	struct hs_route *route = hs_route_create(peers, HS_COUNT(peers));

	(void)state;
	for (uint32_t i = 0; i < HS_COUNT(peers); i++)
		hs_route_epoch(route, i, "5f0c9a7e", epochs[i]);
	assert_string_equal(epochs[0], "5f0c9a7e");
	assert_string_equal(epochs[5], "5f0c9a7e");
	assert_string_equal(epochs[6], epochs[2]);
	for (uint32_t i = 1; i < 5; i++) {
		assert_memory_equal(epochs[i], "5f0c9a7e.", 9);
		assert_int_equal(strlen(epochs[i]), 17);
		for (uint32_t j = 1; j < i; j++)
			assert_string_not_equal(epochs[i], epochs[j]);
	}
	hs_route_destroy(route);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_the_epoch_of_a_peer),
		DESK_TEST(test_who_had_the_order_gets_what_becomes_of_it),
		DESK_TEST(test_who_gets_nothing_gets_a_receipt_that_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
