/* How long notices take from the hub's commit to the output of this adapter, by the clocks of both: on one machine the same. */
#include <inttypes.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

static const int64_t limits_us[HS_DELAYS - 1] = { 500, 1000, 1500, 2000, 3000, 4000, 5000, 7500,
	10000, 20000, 50000, 100000, 500000, 1000000, 10000000 };

int64_t
hs_durable_unix_us(const hs_deliver *deliver)
{
	for (size_t i = 0; i < deliver->n_hops; i++)
		if (strcmp(deliver->hops[i]->name, "durable") == 0 && deliver->hops[i]->time)
			return deliver->hops[i]->time->unix_us;
	return 0;
}

void
hs_delay_note(struct hs_item *item)
{
	struct hs_delays *delays = &item->lane->adapter->counts.delays;
	if (item->durable_unix_us == 0)
		return;
	int64_t delay_us = hs_clock_unix_us() - item->durable_unix_us;
	size_t i = 0;
	while (i < HS_COUNT(limits_us) && delay_us > limits_us[i])
		i++;
	delays->buckets[i]++;
	delays->count++;
	delays->sum_us += delay_us;
}

void
hs_delays_metrics(const struct hs_delays *delays, struct hs_buf *out)
{
	uint64_t below = 0;
	for (size_t i = 0; i < HS_COUNT(limits_us); i++) {
		below += delays->buckets[i];
		hs_buf_printf(out,
			"hansho_adapter_output_delay_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			(double)limits_us[i] / 1e6, below);
	}
	hs_buf_printf(out,
		"hansho_adapter_output_delay_seconds_bucket{le=\"+Inf\"} %" PRIu64
		"\nhansho_adapter_output_delay_seconds_sum %g\n"
		"hansho_adapter_output_delay_seconds_count %" PRIu64 "\n",
		delays->count, (double)delays->sum_us / 1e6, delays->count);
}
