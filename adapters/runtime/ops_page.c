/* What the operations page of an adapter shows: one lane after the other, then the deliveries. */
#include <inttypes.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

static const char *const state_names[] = {
	[HS_LANE_DOWN] = "down",
	[HS_LANE_CATCHING] = "catching_up",
	[HS_LANE_CURRENT] = "current",
};

static const char *
not_ready(void *owner)
{
	const struct hs_adapter *adapter = owner;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		if (adapter->lanes[i].link && adapter->lanes[i].state == HS_LANE_DOWN)
			return i == HS_LANE_LIVE ? "no hub on the live lane"
						 : "no hub on the drill lane";
	if (!adapter->lanes[HS_LANE_LIVE].link && !adapter->lanes[HS_LANE_DRILL].link)
		return "no lane is configured: set live_url, or drill_url with drill: true";
	if (adapter->settings->maintenance)
		return "maintenance: nothing goes out here; end it with maintenance: false and a "
		       "restart";
	return adapter->ops->not_ready ? adapter->ops->not_ready(adapter->state) : "";
}

static void
lane_metrics(const struct hs_lane *lane, struct hs_buf *out)
{
	const struct hs_lane_counts *counts = &lane->counts;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "link_up", lane->state != HS_LANE_DOWN },
		{ "last_seq", lane->stream.last_seq },
		{ "ack_seq", lane->stream.ack_seq },
		{ "items_open", lane->items.unacked.count + lane->items.early.count },
		{ "notices_total", counts->notices },
		{ "duplicates_total", counts->duplicates },
		{ "filtered_total", counts->filtered },
		{ "expired_total", counts->expired },
		{ "held_total", counts->held },
		{ "early_acks_total", counts->early_acks },
		{ "receipts_total", counts->receipts },
		{ "receipts_dropped_total", counts->receipts_dropped },
		{ "gaps_total", counts->gaps },
		{ "link_drops_total", counts->drops },
		{ "unknown_frames_total", counts->unknown_frames },
		{ "digests_differ_total", counts->digests_differ },
		{ "resyncs_total", counts->resyncs },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		hs_buf_printf(out, "hansho_adapter_%s{lane=\"%s\"} %" PRIu64 "\n", rows[i].name,
			hs_lane_name(lane->id), rows[i].value);
}

static void
metrics(void *owner, struct hs_buf *out)
{
	const struct hs_adapter *adapter = owner;
	const struct hs_delivery_counts *counts = &adapter->counts;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "deliveries_waiting", hs_deliveries_waiting(adapter) },
		{ "attempts_total", counts->attempts },
		{ "retries_total", counts->retries },
		{ "deliveries_accepted_total", counts->accepted },
		{ "deliveries_failed_total", counts->failed },
		{ "deliveries_expired_total", counts->expired },
		{ "deliveries_superseded_total", counts->superseded },
	};
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		lane_metrics(&adapter->lanes[i], out);
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		hs_buf_printf(out, "hansho_adapter_%s %" PRIu64 "\n", rows[i].name, rows[i].value);
	hs_buf_printf(out, "hansho_adapter_maintenance %d\n", adapter->settings->maintenance);
	hs_delays_metrics(&counts->delays, out);
	hs_canaries_metrics(adapter, out);
	hs_proofs_metrics(adapter, out);
	if (adapter->opened && adapter->ops->metrics)
		adapter->ops->metrics(adapter->state, out);
}

static void
lane_status(const struct hs_lane *lane, struct hs_buf *out)
{
	int64_t quiet_ms = (hs_clock_mono_us() - lane->heard_mono_us) / 1000;
	hs_buf_printf(out,
		"{\"lane\":\"%s\",\"configured\":%s,\"state\":\"%s\",\"epoch\":\"%s\","
		"\"seq\":%" PRIu64 ",\"ack_seq\":%" PRIu64 ",\"open\":%zu,\"filtered\":%" PRIu64
		",\"expired\":%" PRIu64 ",\"held\":%" PRIu64 ",\"quiet_ms\":%" PRId64 "}",
		hs_lane_name(lane->id), lane->link ? "true" : "false", state_names[lane->state],
		lane->stream.epoch, lane->stream.last_seq, lane->stream.ack_seq,
		lane->items.unacked.count + lane->items.early.count, lane->counts.filtered,
		lane->counts.expired, lane->counts.held, quiet_ms);
}

static void
status(void *owner, struct hs_buf *out)
{
	const struct hs_adapter *adapter = owner;
	hs_buf_printf(out, "{\"name\":\"%s\",\"adapter\":\"%s\",\"version\":\"%s\",\"drill\":%s,",
		adapter->settings->name, adapter->ops->name, HS_VERSION,
		adapter->settings->drill ? "true" : "false");
	hs_buf_puts(out, "\"lanes\":[");
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_buf_puts(out, i ? "," : "");
		lane_status(&adapter->lanes[i], out);
	}
	hs_buf_printf(out,
		"],\"waiting\":%zu,\"accepted\":%" PRIu64 ",\"failed\":%" PRIu64
		",\"expired\":%" PRIu64,
		hs_deliveries_waiting(adapter), adapter->counts.accepted, adapter->counts.failed,
		adapter->counts.expired);
	hs_buf_printf(
		out, ",\"maintenance\":%s,", adapter->settings->maintenance ? "true" : "false");
	hs_canaries_status(adapter, out);
	hs_buf_puts(out, ",");
	hs_proofs_status(adapter, out);
	if (adapter->opened && adapter->ops->status) {
		hs_buf_puts(out, ",");
		adapter->ops->status(adapter->state, out);
	}
	hs_buf_puts(out, "}");
}

static const struct hs_ops_callbacks callbacks = { not_ready, metrics, status };

enum hs_err
hs_adapter_page_open(struct hs_adapter *adapter)
{
	return hs_ops_create(
		adapter->loop, adapter->settings->ops_listen, &callbacks, adapter, &adapter->page);
}
