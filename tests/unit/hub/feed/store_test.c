#include "tests/unit/hub/feed/make_notice.h"

#include <jansson.h>

#include "hub/feed/chosen.h"
#include "hub/feed/store.h"

static struct hs_store store;
static struct hs_arena *arena;

static int
begin(void **state)
{
	(void)state;
	arena = make_arena();
	assert_int_equal(hs_store_init(&store, HS_MODE(DRILL), 16, 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&store, "ep", 0), HS_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	hs_store_free(&store);
	hs_arena_destroy(arena);
	return 0;
}

static void
put(uint64_t seq, uint64_t prev_seq, enum hs_err expected)
{
	hs_deliver *deliver = make_order(arena, seq);

	deliver->prev_seq = prev_seq;
	assert_int_equal(hs_store_put(&store, deliver, 1), expected);
}

static void
takes_what_follows_and_nothing_else(void **state)
{
	(void)state;
	put(1, 0, HS_OK);
	put(2, 1, HS_OK);
	put(2, 1, HS_ERR_STALE);
	put(1, 0, HS_ERR_STALE);
	put(4, 3, HS_ERR_CONFLICT);
	put(4, 1, HS_ERR_CONFLICT);
	put(3, 0, HS_ERR_CONFLICT);
	assert_int_equal(hs_store_newest(&store), 2);
	put(7, 2, HS_OK);
	assert_int_equal(hs_store_newest(&store), 7);
	assert_int_equal(store.active_seq, 7);
	assert_int_equal(hs_active_document_count(store.active), 3);
}

static void
keeps_the_modes_apart(void **state)
{
	hs_deliver *deliver = make_order(arena, 1);
	struct hs_store live;

	(void)state;
	deliver->notice->mode = HS_MODE(LIVE);
	assert_int_equal(hs_store_put(&store, deliver, 1), HS_ERR_FORBIDDEN);
	assert_int_equal(store.wrong_mode, 1);
	assert_int_equal(hs_ring_count(store.ring), 0);
	assert_int_equal(hs_active_document_count(store.active), 0);
	put(2, 1, HS_OK);
	assert_int_equal(hs_store_init(&live, HS_MODE(LIVE), 16, 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&live, "ep", 0), HS_OK);
	for (int mode = 0; mode < 9; mode++) {
		deliver->notice->mode = (Hansho__V1__Mode)mode;
		assert_int_equal(
			hs_store_mode_fits(&live, deliver->notice), mode == (int)HS_MODE(LIVE));
		assert_int_equal(
			hs_store_mode_fits(&store, deliver->notice), mode != (int)HS_MODE(LIVE));
	}
	hs_store_free(&live);
}

static void
load(uint64_t first, uint64_t last_seq, uint64_t seq, bool last)
{
	Hansho__V1__Snapshot *part = NEW(arena, snapshot);

	part->seq = seq;
	part->last = last;
	for (uint64_t i = first; i <= last_seq; i++)
		assert_true(
			hs_repeat(arena, &part->n_notices, &part->notices, make_order(arena, i)));
	assert_int_equal(hs_store_load(&store, part), HS_OK);
}

/* The hub's snapshot is true for 20; replayed notices up to 20 fill the ring and change nothing. */
static void
a_snapshot_and_a_warm_ring(void **state)
{
	char digest[HS_DIGEST_SIZE];

	(void)state;
	assert_int_equal(hs_store_begin(&store, "ep-2", 17), HS_OK);
	load(1, 10, 20, false);
	assert_int_equal(store.active_seq, 0);
	load(11, 20, 20, true);
	assert_int_equal(store.active_seq, 20);
	memcpy(digest, store.digest, sizeof(digest));
	for (uint64_t seq = 18; seq <= 20; seq++)
		put(seq, seq - 1, HS_OK);
	assert_string_equal(digest, store.digest);
	assert_false(store.ready);
	hs_store_live(&store, 20);
	assert_true(store.ready);
	assert_int_equal(hs_ring_base(store.ring), 17);
	put(21, 20, HS_OK);
	assert_string_not_equal(digest, store.digest);
	assert_int_equal(hs_active_document_count(store.active), 21);
}

/* A hub that sends only what is newer than its snapshot. */
static void
a_snapshot_and_an_empty_ring(void **state)
{
	(void)state;
	assert_int_equal(hs_store_begin(&store, "ep-2", 4), HS_OK);
	load(1, 9, 9, true);
	put(10, 9, HS_OK);
	assert_int_equal(hs_ring_base(store.ring), 9);
	hs_store_live(&store, 10);
	assert_int_equal(hs_store_newest(&store), 10);
	assert_int_equal(hs_store_begin(&store, "ep-3", 4), HS_OK);
	load(1, 9, 9, true);
	hs_store_live(&store, 9);
	assert_int_equal(hs_ring_base(store.ring), 9);
	put(10, 9, HS_OK);
}

/* The hub filters for this feed: 3 was the last for us, 10 the newest of all. The next one names 3. */
static void
live_lies_above_the_last_notice_of_a_filtered_stream(void **state)
{
	(void)state;
	put(3, 0, HS_OK);
	hs_store_live(&store, 10);
	assert_int_equal(hs_store_newest(&store), 10);
	put(12, 2, HS_ERR_CONFLICT);
	put(12, 11, HS_ERR_CONFLICT);
	put(12, 3, HS_OK);
	put(15, 10, HS_ERR_CONFLICT);
	put(15, 12, HS_OK);
}

static void
says_why_a_place_is_gone(void **state)
{
	(void)state;
	assert_int_equal(hs_store_begin(&store, "ep", 50), HS_OK);
	for (uint64_t seq = 51; seq <= 90; seq++)
		put(seq, seq - 1, HS_OK);
	store.oldest_seq = 10;
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "ep", 90 }), HS_GAP_NONE);
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "ep", 80 }), HS_GAP_NONE);
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "ep", 9 }), HS_GAP_NONE);
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "ep", 8 }), HS_GAP_TOO_OLD);
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "ep", 91 }), HS_GAP_SEQ_AHEAD);
	assert_int_equal(hs_store_gap_reason(&store, &(struct hs_position){ "e", 90 }),
		HS_GAP_EPOCH_UNKNOWN);
	assert_int_equal(
		hs_store_gap_reason(&store, &(struct hs_position){ "", 0 }), HS_GAP_EPOCH_UNKNOWN);
}

static void
snapshots_are_encoded_once_until_a_notice_comes(void **state)
{
	const char *const area[] = { "990027" };
	const struct hs_filter_words words = { area, 1, NULL, 0, 0 };
	struct hs_filter all = { 0 }, all_too = { 0 }, none;
	uint64_t encodes[HS_FORM_COUNT] = { 0 };
	struct hs_interest *a, *b, *c;
	char why[HS_FILTER_WHY];
	json_t *json;
	struct hs_frame *frame;

	(void)state;
	put(1, 0, HS_OK);
	assert_int_equal(hs_filter_parse(&words, 4, &none, why), HS_OK);
	a = hs_interest_get(store.interests, &all);
	b = hs_interest_get(store.interests, &all_too);
	c = hs_interest_get(store.interests, &none);
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(hs_interest_count(store.interests), 2);
	for (int i = 0; i < 100; i++) {
		assert_non_null(hs_store_snapshot(&store, a, HS_FORM_JSON, encodes));
		assert_non_null(hs_store_snapshot(&store, b, HS_FORM_JSON, encodes));
	}
	assert_int_equal(encodes[HS_FORM_JSON], 1);
	frame = hs_store_snapshot(&store, c, HS_FORM_JSON, encodes);
	json = json_loadb((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "notices")), 0);
	json_decref(json);
	put(2, 1, HS_OK);
	frame = hs_store_snapshot(&store, a, HS_FORM_JSON, encodes);
	json = json_loadb((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "notices")), 2);
	assert_int_equal(json_integer_value(json_object_get(json, "seq")), 2);
	assert_string_equal(json_string_value(json_object_get(json, "digest")), store.digest);
	json_decref(json);
	assert_int_equal(encodes[HS_FORM_JSON], 3);
	hs_interest_put(store.interests, a);
	hs_interest_put(store.interests, b);
	hs_interest_put(store.interests, c);
	assert_int_equal(hs_interest_count(store.interests), 0);
}

/* Applies a notice as the hub's snapshot does. */
static void
apply_made(uint64_t seq, struct made made)
{
	made.kind = HS_KIND(EVACUATION);
	assert_int_equal(
		hs_active_apply(store.active, seq, make_notice(arena, &made), NULL), HS_OK);
	store.active_seq = seq;
}

/* The seqs in the snapshot for this filter, joined by commas. */
static void
expect_snapshot(const char *area, uint32_t level_min, const char *seqs)
{
	const struct hs_filter_words words = { &area, area == NULL ? 0 : 1, NULL, 0, level_min };
	char why[HS_FILTER_WHY], found[64] = "";
	struct hs_interest *interest;
	struct hs_filter filter;
	struct hs_frame *frame;
	json_t *json, *item;
	size_t i;

	assert_int_equal(hs_filter_parse(&words, 4, &filter, why), HS_OK);
	interest = hs_interest_get(store.interests, &filter);
	frame = hs_store_snapshot(&store, interest, HS_FORM_JSON, NULL);
	assert_non_null(frame);
	json = json_loadb((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame), 0, NULL);
	json_array_foreach (json_object_get(json, "notices"), i, item)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%lld",
			i > 0 ? "," : "", json_integer_value(json_object_get(item, "seq")));
	if (strcmp(found, seqs) != 0)
		fail_msg("%s from %u: \"%s\" and not \"%s\"", area, level_min, found, seqs);
	json_decref(json);
	hs_interest_put(store.interests, interest);
}

/* Of a document all notices that it rests on, or none: else a subscriber holds what is no longer in force. */
static void
a_document_is_whole_in_a_snapshot(void **state)
{
	(void)state;
	apply_made(1,
		(struct made){ .area = "990019", .also = "990027", .level = 4, .document = "a" });
	apply_made(2, (struct made){ .area = "990035", .level = 4, .document = "b" });
	apply_made(
		3, (struct made){ .area = "990019", .level = 2, .document = "a", .revision = 2 });
	expect_snapshot(NULL, 0, "1,2,3");
	expect_snapshot("990019", 0, "1,3");
	expect_snapshot("990027", 0, "1,3"); /* left out by 3 */
	expect_snapshot("990035", 0, "2");
	expect_snapshot("131016", 0, "");
	expect_snapshot(NULL, 3, "1,2,3"); /* lowered by 3 */
	apply_made(4, (struct made){ .area = "990019",
			      .level = 2,
			      .document = "a",
			      .revision = 3,
			      .before = "990027" });
	expect_snapshot("990027", 0, "3,4");
	expect_snapshot(NULL, 3, "2");
}

/* ---- a large one, which the active set follows later ---- */

static void
put_large(uint64_t seq, uint64_t prev_seq)
{
	hs_deliver *deliver = make_order(arena, seq);
	struct hs_entry *entry;

	deliver->prev_seq = prev_seq;
	assert_int_equal(hs_entry_create("ep", deliver, 1, &entry), HS_OK);
	assert_int_equal(hs_store_put_large(&store, deliver, entry), HS_OK);
	hs_entry_unref(entry);
}

static void
the_set_follows_a_large_notice_in_order(void **state)
{
	struct hs_store plain;
	struct hs_entry *large;
	hs_deliver *second;

	(void)state;
	put(1, 0, HS_OK);
	store.large_bytes = 1; /* each one that is looked at from now on */
	put_large(2, 1);
	put(3, 2, HS_OK);
	hs_store_live(&store, 3);
	assert_int_equal(hs_store_newest(&store), 3);
	assert_int_equal(store.active_seq, 1);
	assert_int_equal(hs_active_document_count(store.active), 1);
	assert_string_equal(hs_store_digest(&store), "");
	assert_int_equal(hs_store_follow(&store, &large), HS_OK);
	assert_int_equal(large->seq, 2);
	second = make_order(arena, 2);
	assert_int_equal(hs_store_apply_read(&store, 2, second->notice, NULL), HS_OK);
	assert_int_equal(store.active_seq, 2);
	store.large_bytes = 1 << 20;
	assert_int_equal(hs_store_follow(&store, &large), HS_OK);
	assert_null(large);
	assert_int_equal(store.active_seq, 3);
	assert_int_equal(hs_store_init(&plain, HS_MODE(DRILL), 16, 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&plain, "ep", 0), HS_OK);
	for (uint64_t seq = 1; seq <= 3; seq++) {
		hs_deliver *deliver = make_order(arena, seq);

		deliver->prev_seq = seq - 1;
		assert_int_equal(hs_store_put(&plain, deliver, 1), HS_OK);
	}
	assert_string_equal(hs_store_digest(&store), plain.digest);
	hs_store_free(&plain);
}

static void
a_set_that_lost_what_it_lacks_begins_anew(void **state)
{
	struct hs_entry *large;

	(void)state;
	put_large(1, 0);
	for (uint64_t seq = 2; seq <= 18; seq++) /* the ring holds 16 */
		put(seq, seq - 1, HS_OK);
	assert_int_equal(hs_store_follow(&store, &large), HS_ERR_CORRUPT);
	assert_int_equal(hs_store_begin(&store, "ep", 0), HS_OK);
	assert_false(store.behind);
}

/* Who asked for level 4 must not take for in force what a later document at level 3 displaced: both are there, and of what
 * only stands elsewhere nothing. */
static void
what_displaces_goes_with_it(void **state)
{
	static const struct made notices[] = {
		{ .area = "990019", .kind = HS_KIND(EVACUATION), .level = 4, .document = "a" },
		{ .area = "990019", .kind = HS_KIND(EVACUATION), .level = 3, .document = "b" },
		{ .area = "990019", .kind = HS_KIND(EVACUATION), .level = 2, .document = "c" },
		{ .area = "990027", .kind = HS_KIND(EVACUATION), .level = 3, .document = "d" },
	};
	const struct hs_filter high = { .level_min = 4 }, low = { .level_min = 3 };
	struct hs_chosen *chosen;

	(void)state;
	assert_int_equal(hs_store_begin(&store, "ep-2", 0), HS_OK);
	for (uint64_t seq = 1; seq <= HS_COUNT(notices); seq++) {
		struct hs_arena *own = make_arena();

		assert_int_equal(
			hs_store_put(&store, make_deliver(own, seq, seq - 1, &notices[seq - 1]), 0),
			HS_OK);
		hs_arena_destroy(own);
	}
	chosen = hs_chosen_create(store.active, &high);
	assert_true(hs_chosen_has(chosen, "drill|bosai.kakuu.example|a"));
	assert_false(
		hs_chosen_has(chosen, "drill|bosai.kakuu.example|b")); /* nothing of it stands */
	assert_true(hs_chosen_has(chosen, "drill|bosai.kakuu.example|c"));
	assert_false(hs_chosen_has(chosen, "drill|bosai.kakuu.example|d"));
	hs_chosen_destroy(chosen);
	chosen = hs_chosen_create(store.active, &low);
	assert_true(hs_chosen_has(chosen, "drill|bosai.kakuu.example|b"));
	assert_true(hs_chosen_has(chosen, "drill|bosai.kakuu.example|d"));
	hs_chosen_destroy(chosen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_what_follows_and_nothing_else, begin, end),
		cmocka_unit_test_setup_teardown(keeps_the_modes_apart, begin, end),
		cmocka_unit_test_setup_teardown(a_snapshot_and_a_warm_ring, begin, end),
		cmocka_unit_test_setup_teardown(a_snapshot_and_an_empty_ring, begin, end),
		cmocka_unit_test_setup_teardown(
			live_lies_above_the_last_notice_of_a_filtered_stream, begin, end),
		cmocka_unit_test_setup_teardown(says_why_a_place_is_gone, begin, end),
		cmocka_unit_test_setup_teardown(
			snapshots_are_encoded_once_until_a_notice_comes, begin, end),
		cmocka_unit_test_setup_teardown(a_document_is_whole_in_a_snapshot, begin, end),
		cmocka_unit_test_setup_teardown(what_displaces_goes_with_it, begin, end),
		cmocka_unit_test_setup_teardown(
			the_set_follows_a_large_notice_in_order, begin, end),
		cmocka_unit_test_setup_teardown(
			a_set_that_lost_what_it_lacks_begins_anew, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
