/* What a new announcement does to those that are with the controller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/kinds.h"
#include "adapters/jalert/playing.h"
#include "hub/base/check.h"

#define MISSILE HS_PLAYING_KIND(HS_ALERT_MISSILE)
#define AIR	HS_PLAYING_KIND(HS_ALERT_AIR_ATTACK)
#define ONE(event, kinds)                                  \
	{                                                  \
		(struct hs_about[]){ { event, kinds } }, 1 \
	}
#define TWO(one, other, kinds)                                             \
	{                                                                  \
		(struct hs_about[]){ { one, kinds }, { other, kinds } }, 2 \
	}

static void
ways(void **state)
{
	(void)state;
	char request[] = "{}", e1[] = "E1", e2[] = "E2", e9[] = "E9", places[] = ",990019,990027,";
	const struct {
		const char *what;
		enum hs_adapter_lane lane;
		uint32_t priority;
		bool started, interrupted;
		struct hs_coming coming;
		enum hs_way way;
	} rows[] = {
		{ "a drill ends for what is live", HS_LANE_DRILL, 0, true, false,
			{ HS_LANE_LIVE, 4, 0, false, ONE(e9, AIR), ",1," }, HS_WAY_END },
		{ "a drill never ends what is live", HS_LANE_LIVE, 4, true, false,
			{ HS_LANE_DRILL, 0, AIR, true, ONE(e1, AIR), ",990019," }, HS_WAY_STAY },
		{ "a cancel stops what it takes back", HS_LANE_LIVE, 1, true, false,
			{ HS_LANE_LIVE, 1, AIR, true, ONE(e1, AIR), ",990019," }, HS_WAY_CANCEL },
		{ "also when it was interrupted", HS_LANE_LIVE, 1, false, true,
			{ HS_LANE_LIVE, 1, AIR, true, ONE(e1, AIR), ",990019," }, HS_WAY_CANCEL },
		{ "not with what it does not name", HS_LANE_LIVE, 1, false, false,
			{ HS_LANE_LIVE, 1, MISSILE, true, ONE(e1, MISSILE), ",990019,990027," },
			HS_WAY_STAY },
		{ "a cancel of all names each", HS_LANE_LIVE, 1, false, false,
			{ HS_LANE_LIVE, 1, 0, true, ONE(e1, AIR), ",990019," }, HS_WAY_CANCEL },
		{ "a cancel of something else does not", HS_LANE_LIVE, 1, true, false,
			{ HS_LANE_LIVE, 1, AIR, true, ONE(e2, AIR), ",990019," }, HS_WAY_STAY },
		{ "a newer state replaces what waits", HS_LANE_LIVE, 1, false, false,
			{ HS_LANE_LIVE, 1, 0, false, ONE(e1, AIR), ",990027,990019,990035," },
			HS_WAY_REPLACE },
		{ "not for fewer places", HS_LANE_LIVE, 1, false, false,
			{ HS_LANE_LIVE, 1, 0, false, ONE(e1, AIR), ",990019," }, HS_WAY_STAY },
		{ "not what sounds", HS_LANE_LIVE, 1, true, false,
			{ HS_LANE_LIVE, 1, 0, false, ONE(e1, AIR), ",990019,990027," },
			HS_WAY_STAY },
		{ "more urgent interrupts", HS_LANE_LIVE, 3, true, false,
			{ HS_LANE_LIVE, 0, 0, false, ONE(e2, AIR), ",1," }, HS_WAY_INTERRUPT },
		{ "once", HS_LANE_LIVE, 3, false, true,
			{ HS_LANE_LIVE, 0, 0, false, ONE(e2, AIR), ",1," }, HS_WAY_STAY },
		{ "equal waits", HS_LANE_LIVE, 3, true, false,
			{ HS_LANE_LIVE, 3, 0, false, ONE(e2, AIR), ",1," }, HS_WAY_STAY },
		{ "less urgent waits", HS_LANE_LIVE, 0, true, false,
			{ HS_LANE_LIVE, 3, 0, false, ONE(e2, AIR), ",1," }, HS_WAY_STAY },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_playing playing = { .id = "x",
			.lane = rows[i].lane,
			.priority = rows[i].priority,
			.request = request,
			.started = rows[i].started,
			.interrupted = rows[i].interrupted,
			.about = ONE(e1, AIR),
			.places = places };
		if (hs_playing_way(&playing, &rows[i].coming) != rows[i].way)
			fail_msg("%s", rows[i].what);
	}
}

static void
ways_of_several_events(void **state)
{
	(void)state;
	char e1[] = "E1", e2[] = "E2", places[] = ",990019,";
	const struct hs_abouts one = ONE(e1, AIR), other = ONE(e2, AIR), both = TWO(e1, e2, AIR),
			       all = TWO(e2, e1, MISSILE | AIR);
	const struct {
		const char *what;
		struct hs_abouts playing, coming;
		bool cancel;
		enum hs_way way;
	} rows[] = {
		{ "a cancel of several stops each", other, both, true, HS_WAY_CANCEL },
		{ "a newer state of one is none of the other", both, one, false, HS_WAY_STAY },
		{ "a cancel of one is none of the other", both, other, true, HS_WAY_STAY },
		{ "a cancel of both is", both, both, true, HS_WAY_CANCEL },
		{ "also when it takes back more", both, all, true, HS_WAY_CANCEL },
		{ "not when it takes back less", all, both, true, HS_WAY_STAY },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_playing playing = {
			.id = "x", .lane = HS_LANE_LIVE, .about = rows[i].playing, .places = places
		};
		const struct hs_coming coming = { .lane = HS_LANE_LIVE,
			.named = AIR,
			.cancel = rows[i].cancel,
			.about = rows[i].coming,
			.places = places };
		if (hs_playing_way(&playing, &coming) != rows[i].way)
			fail_msg("%s", rows[i].what);
	}
}

static void
what_is_interrupted_does_not_sound(void **state)
{
	(void)state;
	static struct hs_playing_list list;
	hs_playing_add(&list, &(struct hs_playing){ .id = "a",
				      .lane = HS_LANE_LIVE,
				      .priority = 3,
				      .until_mono_us = 100,
				      .deadline_mono_us = 80,
				      .request = strdup("r") });
	assert_true(hs_playing_any(&list, HS_LANE_LIVE, 50));
	assert_false(hs_playing_above(&list, HS_LANE_LIVE, 3, 50));
	assert_true(hs_playing_above(&list, HS_LANE_LIVE, 4, 50));
	assert_false(hs_playing_above(&list, HS_LANE_LIVE, 4, 100)); /* over by its plan */
	hs_playing_find(&list, "a")->interrupted = true;
	assert_false(hs_playing_above(&list, HS_LANE_LIVE, 4, 50));
	assert_false(hs_playing_any(&list, HS_LANE_LIVE, 80)); /* too old to begin again */
	assert_true(hs_playing_any(&list, HS_LANE_LIVE, 50));
	hs_playing_find(&list, "a")->over = true;
	assert_false(hs_playing_any(&list, HS_LANE_LIVE, 50));
	for (int i = 0; i < HS_PLAYING_MAX + 5; i++) {
		struct hs_playing one = { .lane = HS_LANE_LIVE, .until_mono_us = 200 + i };
		snprintf(one.id, sizeof(one.id), "n%d", i);
		hs_playing_add(&list, &one);
	}
	assert_null(hs_playing_find(&list, "a")); /* the one that ends first gave way */
	hs_playing_free(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ways),
		cmocka_unit_test(ways_of_several_events),
		cmocka_unit_test(what_is_interrupted_does_not_sound) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
