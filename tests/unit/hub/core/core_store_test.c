/* Large submissions go to disk in pieces before they have their place; whatever has one goes between (stored.h, waiting.h). */
#include "hub/base/press.h"
#include "hub/core/stored.h"
#include "tests/unit/hub/core/fixtures.h"

#define LARGE_BYTES 300000

static const struct order digest = { .id = "digest",
	.revision = 1,
	.action = HS_ACTION(ISSUE),
	.kind = HS_KIND(WEATHER),
	.moments = true,
	.content = 1,
	.lane = HS_PRIORITY_BULK,
	.large_bytes = LARGE_BYTES };
static const struct order order = { .id = "order",
	.revision = 1,
	.action = HS_ACTION(ISSUE),
	.level = 4,
	.content = 2,
	.lane = HS_PRIORITY_LEVEL4 };

/* The last STORE or FORGET of the last step; 0: none. */
static uint64_t
number_of(const struct desk *desk, enum hs_effect_type type)
{
	uint64_t number = 0;

	for (size_t i = 0; i < desk->effects.count; i++) {
		if (desk->effects.items[i].type == type)
			number = desk->effects.items[i].store;
	}
	return number;
}

static void
stored(struct desk *desk, uint64_t number, const char *reason)
{
	desk_step(desk,
		(struct hs_event){ .type = HS_EVENT_STORED, .store = number, .reason = reason });
}

/* It waits, and asks for a turn in which its pieces leave. Returns their number. */
static uint64_t
begin(struct desk *desk, struct order large)
{
	size_t rows = desk->row_count;

	desk_submit_opened(desk, large);
	assert_int_equal(desk->row_count, rows);
	assert_int_equal(desk_count(desk, HS_EFFECT_TURN), 1);
	desk_turn(desk);
	assert_int_equal(desk->row_count, rows);
	assert_int_equal(desk_count(desk, HS_EFFECT_STORE), 1);
	assert_null(desk_reply(desk, 0));
	return number_of(desk, HS_EFFECT_STORE);
}

static struct hs_row
row_of(const struct desk *desk, enum hs_effect_type type)
{
	for (size_t i = 0; i < desk->effects.count; i++) {
		if (desk->effects.items[i].type == type)
			return hs_effect_row(&desk->effects, &desk->effects.items[i]);
	}
	fail_msg("no such effect");
	return (struct hs_row){ 0 };
}

/* Its record, cut and put together again, is the record, and names the bytes that went ahead. */
static void
assert_fits(const struct hs_row *row, struct hs_span bulk)
{
	struct hs_buf column, body;
	struct hs_stored look;
	uint8_t hash[HS_SHA256_BYTES];

	hs_buf_init(&column, HS_FRAME_MAX_BYTES);
	hs_buf_init(&body, HS_FRAME_MAX_BYTES);
	assert_true(hs_stored_is(row->body));
	assert_int_equal(hs_stored_look(row->body, &look), HS_OK);
	assert_int_equal(look.store, row->store.number);
	assert_int_equal(look.bulk_bytes, bulk.len_bytes);
	assert_int_equal(look.original_bytes, LARGE_BYTES);
	hs_sha256(&bulk, 1, hash);
	assert_memory_equal(look.bulk_sha256, hash, sizeof(hash));
	assert_int_equal(hs_stored_shrink(row->body, bulk.len_bytes, &column), HS_OK);
	assert_true(column.len_bytes < row->body.len_bytes);
	assert_int_equal(hs_stored_grow((struct hs_span){ column.bytes, column.len_bytes },
				 bulk.len_bytes, &body),
		HS_OK);
	hs_buf_add(&body, bulk.bytes, bulk.len_bytes);
	assert_int_equal(body.len_bytes, row->body.len_bytes);
	assert_memory_equal(body.bytes, row->body.bytes, body.len_bytes);
	hs_buf_free(&column);
	hs_buf_free(&body);
}

/* The disk takes less, which holds the same. */
static void
assert_pressed(const struct hs_row *pieces)
{
	struct hs_buf out;

	hs_buf_init(&out, HS_FRAME_MAX_BYTES);
	assert_true(pieces->store.pressed_original.len_bytes > 0);
	assert_true(pieces->store.pressed_original.len_bytes < LARGE_BYTES / 2);
	assert_int_equal(hs_unpress(pieces->store.pressed_original, LARGE_BYTES, &out), HS_OK);
	assert_memory_equal(out.bytes, pieces->original.bytes, LARGE_BYTES);
	hs_buf_free(&out);
}

static void
test_orders_go_between(void **state)
{
	struct desk *desk = *state;
	char before[HS_DIGEST_SIZE], after[HS_DIGEST_SIZE];
	struct hs_row pieces, row;
	char bulk[4096];
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	pieces = row_of(desk, HS_EFFECT_STORE);
	assert_true(pieces.body.len_bytes > 0 && pieces.body.len_bytes < sizeof(bulk));
	memcpy(bulk, pieces.body.bytes, pieces.body.len_bytes);
	pieces.body.bytes = bulk;
	assert_int_equal(pieces.original.len_bytes, LARGE_BYTES);
	assert_pressed(&pieces);
	desk_submit(desk, order);
	assert_int_equal(desk->row_count, 1); /* at once, and before it */
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
	stored(desk, number, NULL);
	assert_int_equal(desk->row_count, 1);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 2);
	row = row_of(desk, HS_EFFECT_APPEND);
	assert_int_equal(row.store.number, number);
	assert_fits(&row, pieces.body);
	assert_null(desk_reply(desk, 0)); /* P1 */
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_reply(desk, 0)->seq, 2);
	assert_int_equal(desk_count(desk, HS_EFFECT_FORGET), 0);
	hs_core_digest(desk->core, before);
	desk_restart(desk);
	hs_core_digest(desk->core, after);
	assert_string_equal(before, after);
}

/* Who comes behind a large one of its document waits with it; others of its lane do not. */
static void
test_its_document_waits(void **state)
{
	struct desk *desk = *state;
	struct order next = digest, other = digest;
	uint64_t number;

	next.revision = 2;
	next.content = 3;
	next.large_bytes = 0;
	other.id = "other";
	other.content = 4;
	other.large_bytes = 0;
	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_submit(desk, next);
	assert_int_equal(desk->row_count, 0);
	desk_submit(desk, other);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 1);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
	stored(desk, number, NULL);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 3);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->seq, 2);
	assert_int_equal(desk_reply(desk, 0)->request, 1);
	assert_int_equal(desk_reply(desk, 1)->request, 2);
}

/* An urgent version of the same document brings the older one with it, whole: there is no time for pieces. */
static void
test_an_urgent_version_does_not_wait(void **state)
{
	struct desk *desk = *state;
	struct order next = digest;
	uint64_t number;

	next.revision = 2;
	next.content = 3;
	next.large_bytes = 0;
	next.lane = HS_PRIORITY_LEVEL5;
	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_submit(desk, next);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 2);
	assert_int_equal(row_of(desk, HS_EFFECT_APPEND).store.number, 0);
	assert_false(hs_stored_is(row_of(desk, HS_EFFECT_APPEND).body));
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
	stored(desk, number, NULL); /* was on its way already */
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 0);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
	assert_int_equal(desk_reply(desk, 1)->seq, 2);
}

static void
test_one_at_a_time(void **state)
{
	struct desk *desk = *state;
	struct order second = digest;
	uint64_t number;

	second.id = "second";
	second.content = 3;
	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_submit_opened(desk, second);
	desk_turn(desk);
	assert_int_equal(desk_count(desk, HS_EFFECT_STORE), 0);
	stored(desk, number, NULL);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 1);
	assert_int_equal(number_of(desk, HS_EFFECT_STORE), number + 1);
}

/* The full disk takes back nobody else's promise. */
static void
test_a_full_disk_ends_it_alone(void **state)
{
	struct desk *desk = *state;
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_submit(desk, order);
	stored(desk, number, "no space left");
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_string_equal(desk_reply(desk, 0)->findings[0]->code, "disk_full");
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	number = begin(desk, digest); /* again */
	stored(desk, number, NULL);
	desk_turn(desk);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
}

static void
test_the_reserve_is_not_for_it(void **state)
{
	struct desk *desk = *state;
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK, .disk_low = true });
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
	desk_submit_opened(desk, digest);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TURN, .disk_low = true });
	assert_int_equal(desk_count(desk, HS_EFFECT_STORE), 0);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(desk->row_count, 0);
}

/* Its pieces are on disk, its record is not. */
static void
test_a_record_that_fails_leaves_nothing(void **state)
{
	struct desk *desk = *state;
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	stored(desk, number, NULL);
	desk_turn(desk);
	assert_int_equal(desk->row_count, 1);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
}

/* What needs no record needs no pieces. */
static void
test_the_same_again_is_not_written(void **state)
{
	struct desk *desk = *state;
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	stored(desk, number, NULL);
	desk_turn(desk);
	desk_commit(desk);
	desk_submit_opened(desk, digest);
	desk_turn(desk);
	assert_int_equal(desk_count(desk, HS_EFFECT_STORE), 0);
	assert_int_equal(desk_count(desk, HS_EFFECT_FORGET), 0);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(DUPLICATE));
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
}

static void
test_a_stop_and_a_failed_commit_turn_it_away(void **state)
{
	struct desk *desk = *state;
	uint64_t number;

	desk_hello(desk, GATE);
	number = begin(desk, digest);
	desk_submit(desk, order);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(desk_reply(desk, 1)->outcome, HS_OUTCOME(UNAVAILABLE));
	desk->row_count = 0;
	number = begin(desk, digest);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_STOP });
	assert_int_equal(number_of(desk, HS_EFFECT_FORGET), number);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_orders_go_between),
		DESK_TEST(test_its_document_waits),
		DESK_TEST(test_an_urgent_version_does_not_wait),
		DESK_TEST(test_one_at_a_time),
		DESK_TEST(test_a_full_disk_ends_it_alone),
		DESK_TEST(test_the_reserve_is_not_for_it),
		DESK_TEST(test_a_record_that_fails_leaves_nothing),
		DESK_TEST(test_the_same_again_is_not_written),
		DESK_TEST(test_a_stop_and_a_failed_commit_turn_it_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
