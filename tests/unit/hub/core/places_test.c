/* Which notices touch which place, alone and through a fetch of the core. */
#include "hub/core/places.h"
#include "tests/unit/hub/core/fixtures.h"

static void
take(struct hs_places *places, struct hs_arena *arena, uint64_t seq, struct order order)
{
	struct hs_area_set codes = { 0 };
	struct hs_buf packed;

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(order_notice(arena, &order), &packed);
	assert_int_equal(
		hs_notice_areas_told((struct hs_span){ packed.bytes, packed.len_bytes }, &codes),
		HS_OK);
	hs_places_take(places, seq, &codes);
	hs_area_set_free(&codes);
	hs_buf_free(&packed);
}

/* All notices of a place: "1 3 7". */
static void
expect(const struct hs_places *places, const char *code, const char *seqs)
{
	char text[128] = "";
	size_t len = 0;

	for (uint64_t seq = hs_places_next(places, code, 0); seq != 0;
		seq = hs_places_next(places, code, seq)) {
		assert_true(hs_places_has(places, code, seq));
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu",
			len > 0 ? " " : "", (unsigned long long)seq);
	}
	assert_string_equal(text, seqs);
}

static void
test_places_within_places(void **state)
{
	struct hs_places *places = hs_places_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);

	(void)state;
	take(places, arena, 1, (struct order){ "a", 1, .area = "011011" }); /* 札幌市中央区 */
	take(places, arena, 2, (struct order){ "a", 1, .area = "011002" }); /* 札幌市 */
	take(places, arena, 3, (struct order){ "a", 1, .area = "01" });
	take(places, arena, 4,
		(struct order){ "a", 1, .area = "011029", .also = "990019" }); /* 北区 */
	take(places, arena, 5, (struct order){ "a", 1, .area = "" });
	take(places, arena, 6, (struct order){ "a", 1, .area = "990019001001" });
	expect(places, "011011", "1 2 3 5");
	expect(places, "011029", "2 3 4 5");
	expect(places, "011002", "1 2 3 4 5");
	expect(places, "01", "1 2 3 4 5");
	expect(places, "010006", "1 2 3 4 5");
	expect(places, "990019", "4 5 6");
	expect(places, "99", "4 5 6");
	expect(places, "990027", "5");
	assert_false(hs_places_has(places, "990027", 4));
	hs_arena_destroy(arena);
	hs_places_destroy(places);
}

static hs_fetch_reply *
fetch(struct desk *desk, uint64_t after_seq, const char *area_code)
{
	Hansho__V1__Fetch message;
	hs_link_frame *frame;

	hansho__v1__fetch__init(&message);
	message.request = 7;
	message.after_seq = after_seq;
	message.area_code = hs_arena_strdup(desk->arena, area_code);
	DESK_FRAME(desk, GATE, FETCH, fetch, &message);
	if (desk_count(desk, HS_EFFECT_READ) > 0)
		desk_read(desk);
	frame = DESK_SENT(desk, GATE, FETCH_REPLY, 0);
	assert_non_null(frame);
	return frame->fetch_reply;
}

/* Also what is told of a place only because an earlier revision named it. */
static void
test_a_fetch_of_one_place(void **state)
{
	static const char *const areas[] = { "990019", "990027", "990035", "990019", "990035" };
	struct desk *desk = *state;
	hs_fetch_reply *reply;

	desk_hello(desk, GATE);
	for (size_t i = 0; i < HS_COUNT(areas); i++) {
		desk_submit(
			desk, (struct order){ i == 4 ? "1" : (char[]){ (char)('a' + i), 0 }, 1,
				      HS_ACTION(ISSUE), .area = areas[i], .content = (uint8_t)i });
		desk_commit(desk);
	}
	desk_submit(
		desk, (struct order){ "a", 2, HS_ACTION(UPDATE), .area = "990043", .content = 9 });
	desk_commit(desk);
	reply = fetch(desk, 0, "990019");
	assert_int_equal(reply->n_notices, 3);
	assert_int_equal(reply->notices[0]->seq, 1);
	assert_int_equal(reply->notices[1]->seq, 4);
	assert_int_equal(reply->notices[2]->seq, 6);
	assert_true(reply->end);
	reply = fetch(desk, 4, "990035");
	assert_int_equal(reply->n_notices, 1);
	assert_int_equal(reply->notices[0]->seq, 5);
	assert_false(reply->end);
	reply = fetch(desk, 5, "990035");
	assert_int_equal(reply->n_notices, 0);
	assert_true(reply->end);
	assert_int_equal(fetch(desk, 0, "")->n_notices, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_within_places),
		DESK_TEST(test_a_fetch_of_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
