/* silence_test.c: a dead path is found in time, and nobody is judged by one who stood still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/silence.h"

#define US_PER_S INT64_C(1000000)

static void
a_dead_path_is_found_in_time(void **state)
{
	const int64_t beat_ms = 5000, look_us = (int64_t)hs_silence_look_ms(beat_ms) * 1000;

	(void)state;
	/* one heartbeat that is late is borne */
	assert_true(hs_silence_of_hub_us(beat_ms, true) > beat_ms * 1000 + 2 * US_PER_S);
	assert_true(hs_silence_of_hub_us(beat_ms, true) + look_us < 10 * US_PER_S);
	assert_int_equal(hs_silence_of_hub_us(100, false), hs_silence_of_hub_us(beat_ms, true));
	assert_true(hs_silence_of_peer_us(beat_ms) > 2 * beat_ms * 1000 + 2 * US_PER_S);
	assert_true(hs_silence_of_peer_us(beat_ms) + look_us < 15 * US_PER_S);
}

static void
who_stood_still_judges_nobody_at_once(void **state)
{
	struct hs_silence_looks looks = { 0 };
	int64_t now_us = 100 * US_PER_S;

	(void)state;
	for (int i = 0; i < 10; i++, now_us += US_PER_S / 4)
		assert_true(hs_silence_may_judge(&looks, now_us));
	now_us += 20 * US_PER_S;
	assert_false(hs_silence_may_judge(&looks, now_us));
	assert_false(hs_silence_may_judge(&looks, now_us + US_PER_S / 4));
	assert_true(hs_silence_may_judge(&looks, now_us + US_PER_S));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_path_is_found_in_time),
		cmocka_unit_test(who_stood_still_judges_nobody_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
