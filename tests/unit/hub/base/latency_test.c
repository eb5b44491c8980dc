/* Latencies in buckets, and how they read in the metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/latency.h"

static void
test_buckets(void **state)
{
	struct hs_latency latency = { 0 };
	struct hs_buf out;
	const char *const lines[] = { "# TYPE hansho_x_seconds histogram\n",
		"hansho_x_seconds_bucket{le=\"0.00025\"} 2\n",
		"hansho_x_seconds_bucket{le=\"0.0005\"} 3\n",
		"hansho_x_seconds_bucket{le=\"0.01\"} 3\n",
		"hansho_x_seconds_bucket{le=\"0.02\"} 4\n", "hansho_x_seconds_bucket{le=\"1\"} 4\n",
		"hansho_x_seconds_bucket{le=\"+Inf\"} 5\n", "hansho_x_seconds_sum 2.01275\n",
		"hansho_x_seconds_count 5\n" };
	const int64_t values_us[] = { -7, 250, 500, 12000, 2000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(values_us) / sizeof(values_us[0]); i++)
		hs_latency_add(&latency, values_us[i]);
	hs_buf_init(&out, 65536);
	hs_latency_metrics(&latency, "hansho_x_seconds", "what", &out);
	hs_buf_add(&out, "", 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_non_null(strstr(out.bytes, lines[i]));
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_buckets) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
