/* What should stand at a centre: pieces put, replaced, run out, merged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/cbc_board.h"
#include "hub/base/check.h"

static struct hs_arena *arena;
static struct hs_cbc_board board;

static int
setup(void **state)
{
	(void)state;
	arena = hs_arena_create(64u << 20);
	board = (struct hs_cbc_board){ 0 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hs_cbc_board_clear(&board);
	hs_arena_destroy(arena);
	return 0;
}

static uint16_t
put(const char *key, const char *area, uint16_t id, uint64_t seq, uint32_t revision,
	const char *text)
{
	const struct hs_cbc_words words = { { text, NULL, text } };
	struct hs_cbc_piece piece = { .document_key = (char *)(uintptr_t)key,
		.message_id = id,
		.seq = seq,
		.revision = revision,
		.until_unix_us = HS_CBC_NEVER };
	uint16_t old = 0;
	snprintf(piece.area_code, sizeof(piece.area_code), "%s", area);
	assert_int_equal(HS_OK, hs_cbc_board_put(&board, &piece, &words, &old));
	return old;
}

/* Restored from an older copy: the same epoch, and seqs that were there before. */
static void
a_history_that_goes_back_makes_nothing_stale(void **state)
{
	(void)state;
	hs_cbc_board_history(&board, "e", 100);
	put("d", "", 4352, hs_cbc_board_seq(&board, "e", 80), 1, "一");
	hs_cbc_board_restart(&board);
	hs_cbc_board_history(&board, "e", 90);
	assert_true(hs_cbc_board_seq(&board, "e", 78) > 80);
	put("d", "", 4352, hs_cbc_board_seq(&board, "e", 78), 2, "二");
}

static struct hs_cbc_content
content(uint16_t id)
{
	struct hs_cbc_content out;
	assert_int_equal(HS_OK, hs_cbc_board_content(&board, arena, id, HS_MODE(LIVE), 15, &out));
	return out;
}

/* What the process before did not get through: until it was sent, or refused once more. */
static void
what_is_owed_is_so_until_it_was_sent_or_refused(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		put("d", "990019", 4371, (uint64_t)refused + 1, 1, "一");
		board.pieces->owed = board.pieces->sent = true;
		assert_true(content(4371).owed && !content(4371).fresh);
		if (refused)
			hs_cbc_board_refused(&board, 4371);
		else
			hs_cbc_board_sent(&board, 4371, 1);
		assert_false(content(4371).owed);
		assert_int_equal(refused, content(4371).fresh);
	}
}

static void
the_newest_leads_and_names_do_not_change(void **state)
{
	(void)state;
	assert_false(content(4371).any);
	put("b", "990019", 4371, 1, 1, "B1");
	assert_string_equal("B1", content(4371).text);
	assert_int_equal(1, content(4371).revision);
	put("a", "990027", 4371, 2, 1, "A1");
	struct hs_cbc_content both = content(4371);
	assert_string_equal("A1\nこのほか：B1", both.text);
	assert_string_equal("a", both.alert_key);
	assert_int_equal(2, both.revision);
	assert_int_equal(2, both.pieces);
	assert_true(both.fresh);
	put("b", "990019", 4371, 3, 2, "B2");
	assert_string_equal("B2\nこのほか：A1", content(4371).text);
	assert_string_equal("a", content(4371).alert_key);
	assert_int_equal(3, content(4371).revision);
	hs_cbc_board_sent(&board, 4371, UINT64_MAX);
	assert_false(content(4371).fresh);
}

static void
another_level_leaves_its_old_identifier(void **state)
{
	(void)state;
	put("a", "990019", 4373, 1, 1, "three");
	assert_int_equal(4373, put("a", "990019", 4371, 2, 2, "four"));
	assert_false(content(4373).any);
	assert_string_equal("four", content(4371).text);
	/* what is older comes too late; the same notice again replaces itself */
	struct hs_cbc_piece late = { .document_key = (char *)(uintptr_t) "a",
		.seq = 1,
		.message_id = 4373,
		.area_code = "990019" };
	uint16_t old;
	assert_int_equal(HS_ERR_STALE, hs_cbc_board_put(&board, &late, NULL, &old));
	put("a", "990019", 4371, 2, 2, "again");
	assert_string_equal("again", content(4371).text);
	assert_int_equal(1, board.count);
}

static bool
none_stands(const void *owner, const struct hs_cbc_piece *piece)
{
	(void)piece;
	return owner != NULL;
}

static void
what_ends_is_remembered_and_not_said(void **state)
{
	(void)state;
	put("a", "990019", 4371, 1, 1, "A");
	board.pieces->until_unix_us = 100;
	hs_cbc_board_expire(&board, 99);
	assert_true(content(4371).any);
	hs_cbc_board_expire(&board, 100);
	assert_false(content(4371).any);
	assert_non_null(hs_cbc_board_find(&board, "a", "990019", HS_CBC_JA));
	put("b", "990019", 4371, 2, 1, "B");
	hs_cbc_board_prune(&board, none_stands, "everything stands");
	assert_true(content(4371).any);
	hs_cbc_board_prune(&board, none_stands, NULL);
	assert_false(content(4371).any);
}

static void
what_was_never_sent_is_dropped(void **state)
{
	(void)state;
	put("a", "990019", 4371, 1, 1, "A");
	put("b", "990019", 4371, 2, 1, "B");
	hs_cbc_board_drop(&board, 2, 4371);
	assert_string_equal("A", content(4371).text);
	hs_cbc_board_sent(&board, 4371, UINT64_MAX);
	hs_cbc_board_drop(&board, 1, 4371);
	assert_string_equal("A", content(4371).text);
	/* what came after the message was made was not in it */
	put("c", "990019", 4371, 3, 1, "C");
	hs_cbc_board_sent(&board, 4371, 2);
	hs_cbc_board_drop(&board, 3, 4371);
	assert_string_equal("A", content(4371).text);
}

static void
a_primary_warning_has_no_text(void **state)
{
	(void)state;
	put("q", "", 4352, 1, 1, "");
	board.pieces->what = HS_CBC_ETWS;
	board.pieces->warning_type = 1;
	struct hs_cbc_content out = content(4352);
	assert_true(out.any && out.etws);
	assert_int_equal(1, out.warning_type);
	assert_string_equal("", out.text);
	/* a second earthquake while the first is warned of has a code of its own */
	put("p", "", 4352, 2, 1, "");
	board.pieces->what = HS_CBC_ETWS;
	assert_string_equal("p", content(4352).alert_key);
	put("a", "", 4352, 3, 1, "");
	board.pieces->what = HS_CBC_ETWS;
	assert_string_equal("a", content(4352).alert_key);
	put("q", "", 4352, 4, 2, "over");
	assert_false(content(4352).etws);
	assert_string_equal("over", content(4352).text);
}

static void
what_is_assumed_makes_no_post_alone(void **state)
{
	(void)state;
	put("a", "990019", 4371, 1, 1, "A");
	board.pieces->assumed = board.pieces->sent = true;
	assert_true(content(4371).assumed);
	put("b", "990027", 4371, 2, 1, "B");
	assert_false(content(4371).assumed);
}

static void
it_is_bounded(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= HS_CBC_PIECES_MAX + 5; i++) {
		char key[32];
		snprintf(key, sizeof(key), "d%llu", (unsigned long long)i);
		put(key, "990019", 4371, i, 1, "t");
		if (i == 3)
			board.pieces->over = true;
	}
	assert_int_equal(HS_CBC_PIECES_MAX, board.count);
	assert_null(hs_cbc_board_find(&board, "d3", "990019", HS_CBC_JA));
	assert_null(hs_cbc_board_find(&board, "d1", "990019", HS_CBC_JA));
	assert_non_null(hs_cbc_board_find(&board, "d6", "990019", HS_CBC_JA));
}

/* In force at the start, and it comes by itself: what was sent of the same document stays known. */
static void
only_what_was_guessed_is_forgotten(void **state)
{
	(void)state;
	put("a", "", 4352, 5, 1, "x");
	put("b", "", 4352, 5, 1, "y");
	hs_cbc_board_find(&board, "a", "", HS_CBC_JA)->guessed = true;
	hs_cbc_board_forget(&board, 6);
	assert_int_equal(2, board.count);
	hs_cbc_board_forget(&board, 5);
	assert_int_equal(1, board.count);
	assert_null(hs_cbc_board_find(&board, "a", "", HS_CBC_JA));
	assert_non_null(hs_cbc_board_find(&board, "b", "", HS_CBC_JA));
}

/* A later one in force passes for sent; the earlier one is delivered: nothing may silence it. */
static void
what_comes_after_a_delivered_notice_comes_by_itself(void **state)
{
	(void)state;
	put("a", "", 4352, 5, 2, "x");
	hs_cbc_board_find(&board, "a", "", HS_CBC_JA)->guessed = true;
	hs_cbc_board_forget(&board, 6);
	assert_int_equal(1, board.count);
	hs_cbc_board_forget(&board, 4);
	assert_int_equal(0, board.count);
}

static void
another_history_is_newer_than_all_before(void **state)
{
	static const struct {
		const char *epoch;
		uint64_t seq;
		bool other;
	} rows[] = { { "one", 9, false }, { "one", 3, true }, { "two", 9, true } };
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		hs_cbc_board_clear(&board);
		board = (struct hs_cbc_board){ 0 };
		hs_cbc_board_history(&board, "one", 0);
		put("a", "990019", 4371, hs_cbc_board_seq(&board, "one", 9), 1, "old");
		hs_cbc_board_history(&board, rows[i].epoch, rows[i].seq);
		uint64_t seq = hs_cbc_board_seq(&board, rows[i].epoch, 1);
		assert_int_equal(rows[i].other ? 10 : 1, seq);
		hs_cbc_board_history(&board, rows[i].epoch, 10);
		assert_int_equal(seq, hs_cbc_board_seq(&board, rows[i].epoch, 1));
		if (!rows[i].other)
			continue;
		put("a", "990019", 4371, seq, 2, "new");
		assert_string_equal("new", content(4371).text);
	}
	assert_int_equal(9, hs_cbc_board_seq(&board, "one", 50)); /* what waited since then */
}

/* A primary warning of document "e" under 4352. */
static struct hs_cbc_piece *
warn(uint64_t seq, uint32_t revision, uint32_t rank)
{
	const struct hs_cbc_piece piece = { .document_key = (char[]){ "e" },
		.what = HS_CBC_ETWS,
		.message_id = 4352,
		.seq = seq,
		.revision = revision,
		.rank = rank,
		.until_unix_us = HS_CBC_NEVER };
	uint16_t old;
	assert_int_equal(HS_OK, hs_cbc_board_put(&board, &piece, NULL, &old));
	return hs_cbc_board_find(&board, "e", "", HS_CBC_JA);
}

static void
only_what_was_sent_of_a_primary_warning_was_told(void **state)
{
	(void)state;
	assert_int_equal(0, hs_cbc_piece_told_rank(warn(1, 1, 3)));
	hs_cbc_board_drop(&board, 1, 4352);
	assert_int_equal(0, hs_cbc_piece_told_rank(warn(2, 2, 3)));
	hs_cbc_board_sent(&board, 4352, 2);
	assert_int_equal(3, hs_cbc_piece_told_rank(hs_cbc_board_find(&board, "e", "", HS_CBC_JA)));
	assert_int_equal(3, hs_cbc_piece_told_rank(warn(3, 3, 4)));
	assert_int_equal(3, hs_cbc_piece_told_rank(warn(4, 4, 4)));
	hs_cbc_board_sent(&board, 4352, 4);
	assert_int_equal(4, hs_cbc_piece_told_rank(warn(5, 5, 3)));
}

/* So that the centre knows it when the first did get through. */
static void
what_follows_an_unsent_warning_has_its_revision(void **state)
{
	(void)state;
	assert_int_equal(1, warn(1, 1, 3)->revision);
	assert_int_equal(1, warn(2, 2, 3)->revision);
	assert_int_equal(3, warn(3, 3, 4)->revision);
	hs_cbc_board_sent(&board, 4352, 3);
	assert_int_equal(4, warn(4, 4, 4)->revision);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_owed_is_so_until_it_was_sent_or_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_newest_leads_and_names_do_not_change, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_level_leaves_its_old_identifier, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_ends_is_remembered_and_not_said, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_never_sent_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_primary_warning_has_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_assumed_makes_no_post_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_what_was_guessed_is_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_comes_after_a_delivered_notice_comes_by_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_history_is_newer_than_all_before, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_history_that_goes_back_makes_nothing_stale, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_what_was_sent_of_a_primary_warning_was_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_follows_an_unsent_warning_has_its_revision, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
