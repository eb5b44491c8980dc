/* screen_test.c: which receipts follow from what players say, and from time that goes by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/signage/screen.h"

#define SECOND_US  1000000LL
#define TIMEOUT_MS 15000

static const struct hs_screen_settings settings = { .id = "hall" };

struct told {
	char text[16384];
};

static const char *
state_word(int state)
{
	switch (state) {
	case HS_RECEIPT(ACCEPTED):
		return "accepted";
	case HS_RECEIPT(DISPLAYED):
		return "displayed";
	case HS_RECEIPT(FAILED):
		return "failed";
	case HS_RECEIPT(EXPIRED):
		return "expired";
	default:
		return "?";
	}
}

static void
report(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id, int state,
	const char *detail)
{
	struct told *told = owner;
	size_t used = strlen(told->text);
	assert_string_equal(screen_id, "hall");
	assert_true((state == HS_RECEIPT(FAILED)) == (detail[0] != '\0') ||
		    state == HS_RECEIPT(EXPIRED));
	snprintf(told->text + used, sizeof(told->text) - used, "%s/%llu/%s ", hs_lane_name(lane),
		(unsigned long long)seq, state_word(state));
}

struct bench {
	struct hs_screen screen;
	struct told told;
	struct hs_screen_reports reports;
};

static int
setup(void **state)
{
	static struct bench bench;
	bench = (struct bench){ .screen = { .settings = &settings } };
	bench.reports = (struct hs_screen_reports){ report, &bench.told };
	*state = &bench;
	return 0;
}

static void
wait_for(struct bench *bench, enum hs_adapter_lane lane, uint64_t seq)
{
	const struct hs_screen_notice notice = { .seq = seq, .bare = true };
	hs_screen_wait(&bench->screen, lane, &notice, &bench->reports);
}

static void
wait_until(struct bench *bench, uint64_t seq, int64_t expires_unix_us, bool quiet)
{
	const struct hs_screen_notice notice = { .seq = seq,
		.since_mono_us = SECOND_US,
		.expires_unix_us = expires_unix_us,
		.quiet = quiet,
		.bare = true };
	hs_screen_wait(&bench->screen, HS_LANE_LIVE, &notice, &bench->reports);
}

static struct hs_screen_face
face_of(enum hs_screen_state state, enum hs_adapter_lane lane, uint64_t seq)
{
	return (struct hs_screen_face){ .state = state, .lane = lane, .seq = seq, .digest = "d" };
}

static void
displayed(struct bench *bench, enum hs_screen_state state, enum hs_adapter_lane lane, uint64_t seq)
{
	const struct hs_screen_face face = face_of(state, lane, seq);
	bench->told.text[0] = '\0';
	hs_screen_displayed(&bench->screen, &face, "h", "2026-07-01", 1, &bench->reports);
}

static void
look(struct bench *bench, size_t players, int64_t mono_s, int64_t unix_us)
{
	bench->told.text[0] = '\0';
	hs_screen_look(
		&bench->screen, players, mono_s * SECOND_US, unix_us, TIMEOUT_MS, &bench->reports);
}

static void
test_one_proof_covers_what_came_before(void **state)
{
	struct bench *bench = *state;
	wait_for(bench, HS_LANE_LIVE, 3);
	wait_for(bench, HS_LANE_LIVE, 5);
	wait_for(bench, HS_LANE_LIVE, 5);
	wait_for(bench, HS_LANE_LIVE, 8);
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 5);
	assert_string_equal(bench->told.text, "live/3/displayed live/5/displayed ");
	displayed(bench, HS_SCREEN_NORMAL, HS_LANE_LIVE, 8);
	assert_string_equal(bench->told.text, "live/8/displayed ");
	wait_for(bench, HS_LANE_LIVE, 8); /* known to be shown */
	displayed(bench, HS_SCREEN_NORMAL, HS_LANE_LIVE, 8);
	assert_string_equal(bench->told.text, "");
	assert_int_equal(bench->screen.proof.count, 3);
	assert_string_equal(bench->screen.proof.shown_at, "2026-07-01");
}

/* What the face tells of is shown, what came before and is no more told of is not. */
static void
test_only_what_the_face_tells_of_was_displayed(void **state)
{
	struct bench *bench = *state;
	uint64_t told[] = { 4, 9 };
	struct hs_screen_face face = face_of(HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 9);
	face.tells = (struct hs_tells){ .seqs = told, .count = 2 };
	for (uint64_t seq = 3; seq <= 10; seq++) {
		const struct hs_screen_notice notice = {
			.seq = seq, .quiet = seq == 5, .bare = seq == 6
		};
		if (seq != 7 && seq != 8)
			hs_screen_wait(&bench->screen, HS_LANE_LIVE, &notice, &bench->reports);
	}
	hs_screen_accepted(&bench->screen, &face, &bench->reports);
	assert_string_equal(bench->told.text, "live/4/accepted live/6/accepted live/9/accepted ");
	bench->told.text[0] = '\0';
	hs_screen_displayed(&bench->screen, &face, "h", "", 1, &bench->reports);
	assert_string_equal(bench->told.text,
		"live/3/expired live/4/displayed live/6/displayed live/9/displayed ");
	assert_int_equal(bench->screen.lanes[HS_LANE_LIVE].count, 1);
}

/* Nobody is connected: an order that was lifted meanwhile is over, and is not told as failed. */
static void
test_what_ended_before_anybody_drew_it_is_over(void **state)
{
	struct bench *bench = *state;
	uint64_t told[] = { 5 };
	const struct hs_screen_notice order = { .seq = 4 }, lift = { .seq = 5 };
	hs_screen_wait(&bench->screen, HS_LANE_LIVE, &order, &bench->reports);
	hs_screen_wait(&bench->screen, HS_LANE_LIVE, &lift, &bench->reports);
	bench->screen.face = face_of(HS_SCREEN_LOST, HS_LANE_LIVE, 5);
	bench->screen.face.tells = (struct hs_tells){ .seqs = told, .count = 1 };
	look(bench, 0, 1, 0);
	assert_string_equal(bench->told.text, "");
	bench->screen.face.state = HS_SCREEN_CAUTION;
	look(bench, 0, 1, 0);
	assert_string_equal(bench->told.text, "live/4/expired ");
	look(bench, 0, 16, 0);
	assert_string_equal(bench->told.text, "live/5/failed ");
}

static void
test_lost_and_the_other_lane_prove_nothing(void **state)
{
	struct bench *bench = *state;
	wait_for(bench, HS_LANE_DRILL, 3);
	displayed(bench, HS_SCREEN_LOST, HS_LANE_DRILL, 3);
	assert_string_equal(bench->told.text, "");
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 9);
	assert_string_equal(bench->told.text, "");
	displayed(bench, HS_SCREEN_DRILL, HS_LANE_DRILL, 3);
	assert_string_equal(bench->told.text, "drill/3/displayed ");
}

static void
test_accepted_once(void **state)
{
	struct bench *bench = *state;
	const struct hs_screen_face face = face_of(HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	const struct hs_screen_face lost = face_of(HS_SCREEN_LOST, HS_LANE_LIVE, 9);
	wait_for(bench, HS_LANE_LIVE, 4);
	wait_for(bench, HS_LANE_LIVE, 9);
	for (int i = 0; i < 2; i++)
		hs_screen_accepted(&bench->screen, &face, &bench->reports);
	hs_screen_accepted(&bench->screen, &lost, &bench->reports);
	assert_string_equal(bench->told.text, "live/4/accepted ");
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	assert_string_equal(bench->told.text, "live/4/displayed ");
}

static void
test_what_nobody_draws_is_failed_once_and_may_still_be_shown(void **state)
{
	struct bench *bench = *state;
	wait_until(bench, 4, 0, false);
	look(bench, 0, 15, 0);
	assert_string_equal(bench->told.text, "");
	look(bench, 0, 17, 0);
	assert_string_equal(bench->told.text, "live/4/failed ");
	look(bench, 1, 18, 0);
	assert_string_equal(bench->told.text, "");
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	assert_string_equal(bench->told.text, "live/4/displayed ");
}

static void
test_past_its_time_it_is_expired_and_over(void **state)
{
	struct bench *bench = *state;
	wait_until(bench, 4, 100 * SECOND_US, false);
	wait_until(bench, 5, 0, false);
	look(bench, 0, 2, 99 * SECOND_US);
	assert_string_equal(bench->told.text, "");
	look(bench, 0, 3, 100 * SECOND_US);
	assert_string_equal(bench->told.text, "live/4/expired ");
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 5);
	assert_string_equal(bench->told.text, "live/5/displayed ");
}

/* After a start: it may have been shown yesterday, so silence is no failure. */
static void
test_what_a_snapshot_brought_never_fails(void **state)
{
	struct bench *bench = *state;
	const struct hs_screen_face face = face_of(HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	wait_until(bench, 4, 0, true);
	look(bench, 0, 1000, 0);
	hs_screen_failed(&bench->screen, &face, "why", &bench->reports);
	hs_screen_accepted(&bench->screen, &face, &bench->reports);
	assert_string_equal(bench->told.text, "");
	assert_int_equal(bench->screen.proof.failures, 1);
	displayed(bench, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	assert_string_equal(bench->told.text, "live/4/displayed ");
}

static void
test_a_player_that_draws_something_else(void **state)
{
	struct bench *bench = *state;
	const struct hs_screen_face face = face_of(HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 4);
	wait_for(bench, HS_LANE_LIVE, 4);
	wait_for(bench, HS_LANE_LIVE, 5);
	for (int i = 0; i < 2; i++)
		hs_screen_failed(&bench->screen, &face, "it drew something else", &bench->reports);
	assert_string_equal(bench->told.text, "live/4/failed ");
	assert_string_equal(bench->screen.proof.failure, "it drew something else");
}

static void
test_waiting_is_bounded(void **state)
{
	struct bench *bench = *state;
	for (uint64_t seq = 1; seq <= HS_SCREEN_WAITING_MAX + 1; seq++)
		wait_for(bench, HS_LANE_LIVE, seq);
	assert_string_equal(bench->told.text, "live/1/failed ");
	assert_int_equal(bench->screen.lanes[HS_LANE_LIVE].count, HS_SCREEN_WAITING_MAX);
	displayed(bench, HS_SCREEN_NORMAL, HS_LANE_LIVE, 2);
	assert_string_equal(bench->told.text, "live/2/displayed ");
	hs_screen_reset(&bench->screen, HS_LANE_LIVE);
	wait_for(bench, HS_LANE_LIVE, 1);
	displayed(bench, HS_SCREEN_NORMAL, HS_LANE_LIVE, 1);
	assert_string_equal(bench->told.text, "live/1/displayed ");
}

static void
test_show_only_what_changed(void **state)
{
	struct bench *bench = *state;
	bool changed;
	for (int i = 0; i < 3; i++) {
		struct hs_screen_face face = { .frame = hs_frame_from(
						       i == 2 ? "{\"n\":1}" : "{\"n\":0}", 7),
			.digest = "same" };
		if (i == 2)
			strcpy(face.digest, "other");
		hs_screen_show(&bench->screen, &face, 7 + i, &changed);
		assert_null(face.frame);
		assert_int_equal(changed, i != 1);
	}
	assert_memory_equal(hs_frame_bytes(bench->screen.face.frame), "{\"n\":1}", 7);
	assert_int_equal(bench->screen.changed_unix_us, 9);
	hs_screen_free(&bench->screen);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		ROW(test_one_proof_covers_what_came_before),
		ROW(test_only_what_the_face_tells_of_was_displayed),
		ROW(test_what_ended_before_anybody_drew_it_is_over),
		ROW(test_lost_and_the_other_lane_prove_nothing),
		ROW(test_accepted_once),
		ROW(test_what_nobody_draws_is_failed_once_and_may_still_be_shown),
		ROW(test_past_its_time_it_is_expired_and_over),
		ROW(test_what_a_snapshot_brought_never_fails),
		ROW(test_a_player_that_draws_something_else),
		ROW(test_waiting_is_bounded),
		ROW(test_show_only_what_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
