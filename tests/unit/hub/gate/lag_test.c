/* Entry lags: what counts, from when to when, and how it reads in the metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/lag.h"

static const struct {
	int kind;
	int64_t ordered_s, received_s; /* -1: absent */
	int64_t lag_s;
} cases[] = {
	{ HS_KIND(EVACUATION), 1000, 3100, 2100 },
	{ HS_KIND(EVACUATION), 1000, 1000, 0 },
	{ HS_KIND(EVACUATION), 1000, 990, 0 },
	{ HS_KIND(EVACUATION), -1, 3100, -1 },
	{ HS_KIND(EVACUATION), 1000, -1, -1 },
	{ HS_KIND(SHELTER), 1000, 3100, -1 },
};

static void
test_lag_of(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		hs_time ordered = HANSHO__V1__TIME__INIT, received = HANSHO__V1__TIME__INIT;
		hs_times times = HANSHO__V1__TIMES__INIT;
		hs_notice notice = HANSHO__V1__NOTICE__INIT;

		ordered.unix_us = cases[i].ordered_s * HS_US_PER_S;
		received.unix_us = cases[i].received_s * HS_US_PER_S;
		times.ordered = cases[i].ordered_s < 0 ? NULL : &ordered;
		times.received = cases[i].received_s < 0 ? NULL : &received;
		notice.kind = (Hansho__V1__Kind)cases[i].kind;
		notice.times = &times;
		assert_int_equal(hs_lag_of(&notice), cases[i].lag_s);
		notice.times = NULL;
		assert_int_equal(hs_lag_of(&notice), -1);
	}
}

static void
test_per_sender(void **state)
{
	struct hs_lags *lags = hs_lags_create();
	struct hs_buf out;

	(void)state;
	hs_lags_add(lags, "kakuu", 60);
	hs_lags_add(lags, "kakuu", 2100);
	hs_lags_add(lags, "sotei", 7200);
	hs_buf_init(&out, 65536);
	hs_lags_metrics(lags, &out);
	for (size_t i = 0; i < 8; i++) {
		static const char *const lines[] = {
			"_bucket{principal=\"kakuu\",le=\"60\"} 1\n",
			"_bucket{principal=\"kakuu\",le=\"1800\"} 1\n",
			"_bucket{principal=\"kakuu\",le=\"3600\"} 2\n",
			"_bucket{principal=\"kakuu\",le=\"+Inf\"} 2\n",
			"_sum{principal=\"kakuu\"} 2160\n",
			"_count{principal=\"kakuu\"} 2\n",
			"_bucket{principal=\"sotei\",le=\"3600\"} 0\n",
			"_bucket{principal=\"sotei\",le=\"21600\"} 1\n",
		};

		assert_non_null(strstr(hs_buf_text(&out), lines[i]));
	}
	hs_buf_free(&out);
	hs_lags_destroy(lags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lag_of),
		cmocka_unit_test(test_per_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
