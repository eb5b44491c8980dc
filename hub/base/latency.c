#include "hub/base/latency.h"

#include "hub/base/check.h"

static const int64_t bounds_us[HS_LATENCY_BUCKETS] = { 250, 500, 1000, 2000, 5000, 10000, 20000,
	50000, 100000, 250000, 1000000 };

void
hs_latency_add(struct hs_latency *latency, int64_t us)
{
	if (us < 0)
		us = 0;
	latency->count++;
	latency->sum_us += (uint64_t)us;
	for (size_t i = 0; i < HS_COUNT(bounds_us); i++)
		latency->within[i] += us <= bounds_us[i];
}

void
hs_latency_metrics(
	const struct hs_latency *latency, const char *name, const char *help, struct hs_buf *out)
{
	hs_buf_printf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	for (size_t i = 0; i < HS_COUNT(bounds_us); i++)
		hs_buf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name, (double)bounds_us[i] / 1e6,
			(unsigned long long)latency->within[i]);
	hs_buf_printf(
		out, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)latency->count);
	hs_buf_printf(out, "%s_sum %g\n%s_count %llu\n", name, (double)latency->sum_us / 1e6, name,
		(unsigned long long)latency->count);
}
