/* What nobody heard before the start, and what perhaps somebody did. */
#include "tests/unit/adapters/jalert/news_kit.h"

/* It came while nobody was here. What was heard of it is known, however long ago: that is silent, what was added rings. */
static void
an_update_that_nobody_heard_leaves_what_was_heard_before(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 3;
	told(bench, 4, tsunami(bench, "a", 3), heard_by);
	in_force(bench, 9, updated(tsunami(bench, "a", 5)));
	load(bench);
	assert_int_equal(0, comes(bench, 21, updated(tsunami(bench, "a", 3)), ""));
	assert_int_equal(1, comes(bench, 22, updated(tsunami(bench, "a", 5)), "issue"));
	assert_int_equal(1, comes(bench, 23, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

/* What came before it is older than what is known: in doubt its next report rings, once, and its cancel is told. */
static void
an_update_that_nobody_heard_is_news_when_it_comes_again(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 5;
	in_force(bench, 5, updated(tsunami(bench, "a", 3)));
	load(bench);
	assert_int_equal(1, comes(bench, 21, updated(tsunami(bench, "a", 3)), "issue"));
	assert_int_equal(0, comes(bench, 22, updated(tsunami(bench, "a", 3)), ""));
	assert_int_equal(1, comes(bench, 23, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

static void
what_was_perhaps_heard_before_an_update_is_corrected(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 5;
	in_force(bench, 5, updated(tsunami(bench, "a", 3)));
	load(bench);
	hs_news_comes(&bench->setup, 5); /* too old by then */
	assert_int_equal(1, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
	assert_int_equal(0, comes(bench, 22, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

static void
of_an_update_that_is_all_there_is_nothing_was_heard(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 1;
	in_force(bench, 5, updated(tsunami(bench, "a", 3)));
	load(bench);
	assert_int_equal(0, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
	assert_int_equal(1, comes(bench, 22, updated(tsunami(bench, "a", 3)), "issue"));
}

/* It was taken for heard, comes by itself after all, and is too old to be said: what was heard before it is not known. */
static void
an_update_that_is_no_guess_any_more_may_follow_what_was_heard(void **state)
{
	struct bench *bench = *state;
	in_force(bench, 5, updated(tsunami(bench, "a", 3)));
	load(bench);
	hs_news_comes(&bench->setup, 5);
	assert_int_equal(1, comes(bench, 21, updated(tsunami(bench, "a", 3)), "issue"));
	hs_heard_forget(bench->heard, 21); /* nobody took it */
	assert_int_equal(1, comes(bench, 22, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

/* Who refused it did not hear it, however little else is known of that time. */
static void
what_was_refused_was_not_heard(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 7;
	in_force(bench, 5, tsunami(bench, "a", 3));
	refused(bench, 5, tsunami(bench, "a", 3));
	load(bench);
	assert_int_equal(1, comes(bench, 21, tsunami(bench, "a", 3), "issue"));
}

/* It never went out, so it ended nothing. */
static void
a_cancel_that_nobody_took_leaves_what_was_heard(void **state)
{
	struct bench *bench = *state;
	bench->past_from_seq = 1;
	told(bench, 4, tsunami(bench, "a", 3), heard_by);
	in_force(bench, 6, cancel(bench, HS_KIND(TSUNAMI), "a"));
	load(bench);
	assert_int_equal(1, comes(bench, 21, cancel(bench, HS_KIND(TSUNAMI), "a"), "cancel"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(an_update_that_nobody_heard_leaves_what_was_heard_before),
		ROW(an_update_that_nobody_heard_is_news_when_it_comes_again),
		ROW(what_was_perhaps_heard_before_an_update_is_corrected),
		ROW(of_an_update_that_is_all_there_is_nothing_was_heard),
		ROW(an_update_that_is_no_guess_any_more_may_follow_what_was_heard),
		ROW(what_was_refused_was_not_heard),
		ROW(a_cancel_that_nobody_took_leaves_what_was_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
