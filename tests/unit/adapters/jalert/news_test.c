/* What was heard before the start: from the snapshot and its past, by the code that takes what comes. */
#include "tests/unit/adapters/jalert/news_kit.h"

static char *written_by[] = { (char[]){ "plan_dir" } };

static void
an_early_warning_of_before_is_known(void **state)
{
	struct bench *bench = *state;
	told(bench, 5, eew(bench, "032018", "5+"), heard_by);
	told(bench, 6, eew(bench, "990019", "6-"), heard_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, eew(bench, "032018", "5+"), ""));
	assert_int_equal(0, comes(bench, 22, eew(bench, "032018", "5-"), ""));
	assert_int_equal(1, comes(bench, 23, eew(bench, "032018", "7"), "issue"));
	assert_int_equal(2, comes(bench, 24, cancel(bench, HS_KIND(EEW), "eew"), "cancel"));
	assert_int_equal(0, comes(bench, 25, cancel(bench, HS_KIND(EEW), "eew"), "cancel"));
}

static void
who_did_not_hear_it_hears_the_next(void **state)
{
	struct bench *bench = *state;
	told(bench, 5, eew(bench, "032018", "5+"), written_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, cancel(bench, HS_KIND(EEW), "eew"), "cancel"));
	assert_int_equal(1, comes(bench, 22, eew(bench, "032018", "5+"), "issue"));
}

/* Without loudspeakers it is any outlet that tells. */
static void
any_outlet_tells_where_none_is_named(void **state)
{
	struct bench *bench = *state;
	bench->setup.outlet = NULL;
	told(bench, 5, eew(bench, "032018", "5+"), written_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, eew(bench, "032018", "5+"), ""));
	assert_int_equal(1, comes(bench, 22, cancel(bench, HS_KIND(EEW), "eew"), "cancel"));
}

/* In force and not known to have been sent to the loudspeakers: it was not. */
static void
what_is_in_force_and_was_told_elsewhere_only_was_not_heard(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 5, tsunami(bench, "a", 3));
	told(bench, 5, tsunami(bench, "a", 3), written_by);
	load(bench);
	assert_int_equal(1, comes(bench, 21, tsunami(bench, "a", 3), "issue"));
}

static void
a_cancel_of_before_ends_what_was_told(void **state)
{
	struct bench *bench = *state;
	told(bench, 5, tsunami(bench, "a", 3), heard_by);
	in_force(bench, 6, by_another_route(bench, tsunami(bench, "b", 3)));
	told(bench, 7, cancel(bench, HS_KIND(TSUNAMI), "a"), heard_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "b"), "cancel"));
	assert_int_equal(1, comes(bench, 22, tsunami(bench, "a", 3), "issue"));
}

/* What it ended was told longer ago than the hub remembers; the other route's stands for it until the cancel. */
static void
a_cancel_of_before_ends_what_nobody_remembers(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 6, by_another_route(bench, tsunami(bench, "b", 3)));
	told(bench, 7, cancel(bench, HS_KIND(TSUNAMI), "a"), heard_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "b"), "cancel"));
}

/* The cancel of a missile names its places: what it ends need not be remembered. */
static void
a_second_cancel_that_came_meanwhile_is_not_said(void **state)
{
	struct bench *bench = *state;
	told(bench, 7, civil(bench, "c1", HS_ACTION(CANCEL)), heard_by);
	load(bench);
	assert_int_equal(0, comes(bench, 8, civil(bench, "c2", HS_ACTION(CANCEL)), "cancel"));
	memset(&bench->start, 0, sizeof(bench->start)); /* another process, which knows nothing */
	bench->past_count = 0;
	hs_heard_destroy(bench->heard);
	bench->heard = bench->setup.heard = hs_heard_create();
	load(bench);
	assert_int_equal(1, comes(bench, 8, civil(bench, "c2", HS_ACTION(CANCEL)), "cancel"));
}

/* It was a major warning, of an hour ago, and is a warning since: the order of both lists together counts. */
static void
what_is_in_force_takes_its_place_by_seq(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 3, tsunami(bench, "a", 5));
	in_force(bench, 9, tsunami(bench, "b", 3));
	told(bench, 9, tsunami(bench, "b", 3), heard_by);
	load(bench);
	assert_int_equal(0, comes(bench, 21, tsunami(bench, "b", 3), ""));
	assert_int_equal(1, comes(bench, 22, tsunami(bench, "b", 5), "issue"));
}

static void
what_was_told_and_taken_back_is_over(void **state)
{
	struct bench *bench = *state;
	told(bench, 5, eew(bench, "032018", "5+"), heard_by);
	told(bench, 6, cancel(bench, HS_KIND(EEW), "eew"), heard_by);
	told(bench, 7, tsunami(bench, "a", 3), heard_by);
	load(bench);
	assert_true(hs_start_is_over(&bench->start, 5));
	assert_false(hs_start_is_over(&bench->start, 6));
	assert_false(hs_start_is_over(&bench->start, 7));
}

static void
a_later_snapshot_tells_nothing_of_the_past(void **state)
{
	struct bench *bench = *state;
	load(bench);
	told(bench, 5, eew(bench, "032018", "5+"), heard_by);
	load(bench);
	assert_int_equal(1, comes(bench, 21, eew(bench, "032018", "5+"), "issue"));
}

/* Of two documents of one event that came while nobody was here both come by themselves. */
static void
what_was_guessed_is_told_when_it_comes(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 5, tsunami(bench, "a", 3));
	in_force(bench, 6, tsunami(bench, "b", 3));
	load(bench);
	hs_news_comes(&bench->setup, 5);
	assert_int_equal(1, comes(bench, 5, tsunami(bench, "a", 3), "issue"));
	hs_news_comes(&bench->setup, 6);
	assert_int_equal(0, comes(bench, 6, tsunami(bench, "b", 3), ""));
}

/* A warning that no outlet took, and of which that is known, does not keep its further reports silent; nor is it corrected. */
static void
what_is_known_to_be_unheard_is_no_guess(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 5;
	in_force(bench, 5, tsunami(bench, "a", 3));
	load(bench);
	assert_int_equal(0, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
	assert_int_equal(1, comes(bench, 22, tsunami(bench, "a", 3), "issue"));
}

/* It does not come by itself, and may be all that is left of what was heard. */
static void
what_another_route_told_stays_when_something_before_it_comes(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 6, by_another_route(bench, tsunami(bench, "b", 3)));
	load(bench);
	hs_news_comes(&bench->setup, 5);
	assert_int_equal(1, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "b"), "cancel"));
}

/* They were acknowledged, and so told: only later ones come. */
static void
a_guess_stands_before_what_comes(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 5, tsunami(bench, "a", 3));
	load(bench);
	hs_news_comes(&bench->setup, 6);
	assert_int_equal(0, comes(bench, 6, tsunami(bench, "b", 3), ""));
	assert_int_equal(1, comes(bench, 7, cancel(bench, HS_KIND(TSUNAMI), "b"), "cancel"));
}

static void
what_only_a_guess_ended_is_not_over(void **state)
{
	struct bench *bench = *state;
	hs_notice *nothing_more = tsunami(bench, "b", 3);
	nothing_more->tsunami->n_items = 0;
	told(bench, 5, tsunami(bench, "a", 3), heard_by);
	in_force(bench, 6, nothing_more);
	load(bench);
	assert_false(hs_start_is_over(&bench->start, 5));
}

/* What was heard is corrected in the new history too; a seq of it is another notice. */
static void
another_history_keeps_what_was_heard_and_no_seq(void **state)
{
	struct bench *bench = *state;
	assert_int_equal(1, comes(bench, 1, tsunami(bench, "a", 3), "issue"));
	hs_heard_restart(bench->heard);
	hs_heard_forget(bench->heard, 1);
	assert_int_equal(1, comes(bench, 2, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
	hs_heard_restart(bench->heard);
	assert_int_equal(1, comes(bench, 1, tsunami(bench, "a", 3), "issue"));
}

static void
what_the_controller_tells_late_goes_behind_what_is_newer(void **state)
{
	struct bench *bench = *state;
	load(bench);
	assert_int_equal(1, comes(bench, 21, tsunami(bench, "b", 3), "issue"));
	hs_news_was_told(&bench->setup, 5, tsunami(bench, "a", 5));
	assert_int_equal(1, comes(bench, 22, tsunami(bench, "a", 5), "issue"));
	assert_int_equal(1, comes(bench, 23, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
	hs_news_was_told(&bench->setup, 5, tsunami(bench, "a", 5));
	assert_int_equal(0, comes(bench, 24, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

/* On the loop of the adapter, which has to sound meanwhile. */
static void
a_long_past_is_taken_in_soon(void **state)
{
	enum { COUNT = 1000, PLACES = 60, SECONDS_MAX = 2 };
	struct bench *bench = *state;
	struct hs_arena *arena = bench->arena;
	struct hs_adapter_past *past = calloc(COUNT, sizeof(*past));
	hs_notice *model = tsunami(bench, "a", 3);
	hs_hazard *item = model->tsunami->items[0];
	for (size_t i = 1; i < PLACES; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_printf(arena, "990%03zu", i);
		assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	}
	for (size_t i = 0; i < COUNT; i++) {
		hs_notice *notice = notice_of(arena, HS_KIND(TSUNAMI), "a", HS_ACTION(ISSUE));
		notice->document->event = hs_arena_printf(arena, "E%zu", i);
		notice->detail_case = model->detail_case;
		notice->tsunami = model->tsunami;
		past[i] = (struct hs_adapter_past){ i + 1, notice, heard_by, 1 };
	}
	const struct hs_adapter_snapshot snapshot = { .lane = HS_LANE_LIVE,
		.epoch = "e",
		.seq = COUNT,
		.digest = "",
		.past_count = COUNT,
		.past = past };
	clock_t begin = clock();
	hs_news_load(&bench->setup, &snapshot);
	clock_t took = clock() - begin;
	print_message("%d ms\n", (int)(took * 1000 / CLOCKS_PER_SEC));
	assert_true(took < SECONDS_MAX * CLOCKS_PER_SEC);
	assert_int_equal(HS_HEARD_MAX, hs_heard_count(bench->heard));
	free(past);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(an_early_warning_of_before_is_known),
		ROW(who_did_not_hear_it_hears_the_next),
		ROW(any_outlet_tells_where_none_is_named),
		ROW(what_is_in_force_and_was_told_elsewhere_only_was_not_heard),
		ROW(a_cancel_of_before_ends_what_was_told),
		ROW(a_cancel_of_before_ends_what_nobody_remembers),
		ROW(a_second_cancel_that_came_meanwhile_is_not_said),
		ROW(what_is_in_force_takes_its_place_by_seq),
		ROW(what_was_told_and_taken_back_is_over),
		ROW(a_later_snapshot_tells_nothing_of_the_past),
		ROW(what_was_guessed_is_told_when_it_comes),
		ROW(what_is_known_to_be_unheard_is_no_guess),
		ROW(what_another_route_told_stays_when_something_before_it_comes),
		ROW(a_guess_stands_before_what_comes),
		ROW(what_only_a_guess_ended_is_not_over),
		ROW(another_history_keeps_what_was_heard_and_no_seq),
		ROW(what_the_controller_tells_late_goes_behind_what_is_newer),
		ROW(a_long_past_is_taken_in_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
