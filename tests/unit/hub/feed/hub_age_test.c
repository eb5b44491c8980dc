#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/hub_age.h"

#define S 1000000

static void
the_hub_itself_is_as_old_as_its_last_frame(void **state)
{
	struct hs_hub_age age = { 0 };

	(void)state;
	assert_int_equal(hs_hub_age_ms(&age, S), UINT32_MAX);
	hs_hub_age_up(&age, 1 * S);
	assert_int_equal(
		hs_hub_age_ms(&age, 2 * S), UINT32_MAX); /* somebody is there, not yet who */
	assert_int_equal(age.heard_us, 1 * S);
	hs_hub_age_hello(&age, false, 3 * S);
	assert_int_equal(hs_hub_age_ms(&age, 4 * S), 1000);
	hs_hub_age_frame(&age, true, 5 * S);
	assert_int_equal(hs_hub_age_ms(&age, 7 * S), 2000);
	hs_hub_age_up(&age, 9 * S); /* a new connection says nothing of the hub */
	assert_int_equal(hs_hub_age_ms(&age, 9 * S), 4000);
}

static void
through_a_feed_its_age_is_added_and_never_shortened(void **state)
{
	struct hs_hub_age age = { 0 };
	Hansho__V1__RelayState relay;

	(void)state;
	hansho__v1__relay_state__init(&relay);
	hs_hub_age_up(&age, 1 * S);
	relay.hub_age_ms = UINT32_MAX;
	assert_false(hs_hub_age_relay(&age, &relay, 10 * S));
	assert_int_equal(hs_hub_age_ms(&age, 10 * S), UINT32_MAX);
	hs_hub_age_hello(&age, true, 11 * S);
	assert_int_equal(hs_hub_age_ms(&age, 11 * S), UINT32_MAX);
	relay.hub_age_ms = 3000;
	assert_false(hs_hub_age_relay(&age, &relay, 20 * S));
	assert_int_equal(hs_hub_age_ms(&age, 21 * S), 4000);
	hs_hub_age_frame(&age, true, 22 * S); /* the feed lives; the hub may not */
	assert_int_equal(hs_hub_age_ms(&age, 22 * S), 5000);
	assert_int_equal(age.heard_us, 22 * S);
	relay.hub_age_ms = 6000;
	relay.hub_away = true;
	assert_true(hs_hub_age_relay(&age, &relay, 23 * S));
	assert_false(hs_hub_age_relay(&age, &relay, 23 * S));
	assert_int_equal(hs_hub_age_ms(&age, 24 * S), 7000);
	hs_hub_age_up(&age, 25 * S);
	assert_false(age.away);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hub_itself_is_as_old_as_its_last_frame),
		cmocka_unit_test(through_a_feed_its_age_is_added_and_never_shortened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
