/* screen_test.c: which notices are proven by what a player says it drew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/signage/screen.h"

static const struct hs_screen_settings settings = { .id = "hall" };

struct proofs {
	char text[512];
};

static void
proven(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id)
{
	struct proofs *proofs = owner;
	size_t used = strlen(proofs->text);
	snprintf(proofs->text + used, sizeof(proofs->text) - used, "%s/%s/%llu ", screen_id,
		hs_lane_name(lane), (unsigned long long)seq);
}

static struct hs_screen_face
face_of(enum hs_screen_state state, enum hs_adapter_lane lane, uint64_t seq)
{
	return (struct hs_screen_face){ .state = state, .lane = lane, .seq = seq, .digest = "d" };
}

static void
displayed(struct hs_screen *screen, struct proofs *proofs, enum hs_screen_state state,
	enum hs_adapter_lane lane, uint64_t seq)
{
	struct hs_screen_face face = face_of(state, lane, seq);
	proofs->text[0] = '\0';
	hs_screen_displayed(screen, &face, 1, proven, proofs);
}

static void
test_one_proof_covers_what_came_before(void **state)
{
	struct hs_screen screen = { .settings = &settings };
	struct proofs proofs;
	(void)state;
	hs_screen_wait(&screen, HS_LANE_LIVE, 3);
	hs_screen_wait(&screen, HS_LANE_LIVE, 5);
	hs_screen_wait(&screen, HS_LANE_LIVE, 5);
	hs_screen_wait(&screen, HS_LANE_LIVE, 8);
	displayed(&screen, &proofs, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 5);
	assert_string_equal(proofs.text, "hall/live/3 hall/live/5 ");
	displayed(&screen, &proofs, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 5);
	assert_string_equal(proofs.text, "");
	displayed(&screen, &proofs, HS_SCREEN_NORMAL, HS_LANE_LIVE, 8);
	assert_string_equal(proofs.text, "hall/live/8 ");
	hs_screen_wait(&screen, HS_LANE_LIVE, 8); /* known to be shown */
	displayed(&screen, &proofs, HS_SCREEN_NORMAL, HS_LANE_LIVE, 8);
	assert_string_equal(proofs.text, "");
}

static void
test_lost_and_the_other_lane_prove_nothing(void **state)
{
	struct hs_screen screen = { .settings = &settings };
	struct proofs proofs;
	(void)state;
	hs_screen_wait(&screen, HS_LANE_DRILL, 3);
	displayed(&screen, &proofs, HS_SCREEN_LOST, HS_LANE_DRILL, 3);
	assert_string_equal(proofs.text, "");
	displayed(&screen, &proofs, HS_SCREEN_EMERGENCY, HS_LANE_LIVE, 9);
	assert_string_equal(proofs.text, "");
	displayed(&screen, &proofs, HS_SCREEN_DRILL, HS_LANE_DRILL, 3);
	assert_string_equal(proofs.text, "hall/drill/3 ");
}

static void
test_waiting_is_bounded(void **state)
{
	struct hs_screen screen = { .settings = &settings };
	struct proofs proofs;
	(void)state;
	for (uint64_t seq = 1; seq <= 3 * HS_SCREEN_WAITING_MAX; seq++)
		hs_screen_wait(&screen, HS_LANE_LIVE, seq);
	assert_int_equal(screen.lanes[HS_LANE_LIVE].count, HS_SCREEN_WAITING_MAX);
	displayed(&screen, &proofs, HS_SCREEN_NORMAL, HS_LANE_LIVE, 2 * HS_SCREEN_WAITING_MAX + 1);
	assert_string_equal(proofs.text, "hall/live/129 ");
	hs_screen_reset(&screen, HS_LANE_LIVE);
	hs_screen_wait(&screen, HS_LANE_LIVE, 1);
	displayed(&screen, &proofs, HS_SCREEN_NORMAL, HS_LANE_LIVE, 1);
	assert_string_equal(proofs.text, "hall/live/1 ");
}

static void
test_show_only_what_changed(void **state)
{
	struct hs_screen screen = { .settings = &settings };
	bool changed;
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct hs_signage_face face = { .message = json_pack("{s:i}", "n", i / 2),
			.digest = "same" };
		if (i == 2)
			strcpy(face.digest, "other");
		assert_int_equal(hs_screen_show(&screen, &face, 7 + i, &changed), HS_OK);
		assert_null(face.message);
		assert_int_equal(changed, i != 1);
	}
	assert_memory_equal(hs_frame_bytes(screen.face.frame), "{\"n\":1}", 7);
	assert_int_equal(screen.changed_unix_us, 9);
	hs_screen_free(&screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_proof_covers_what_came_before),
		cmocka_unit_test(test_lost_and_the_other_lane_prove_nothing),
		cmocka_unit_test(test_waiting_is_bounded),
		cmocka_unit_test(test_show_only_what_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
