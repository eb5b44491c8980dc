#include "hub/feed/feed_ops.h"

#include <inttypes.h>

#include "hub/base/check.h"
#include "hub/feed/children.h"
#include "hub/feed/queries.h"

static const char *
not_ready(void *owner)
{
	const struct hs_feed_parts *parts = owner;

	if (!parts->store.ready)
		return "the hub was not heard yet";
	return hs_hub_port_is_up(parts->hub) ? "" : "the hub is away";
}

static const struct {
	const char *name;
	const char *help;
	size_t offset;
} counters[] = {
	{ "hansho_feed_delivered_bytes_total", "bytes of notices to subscribers",
		offsetof(struct hs_feed_counts, delivered_bytes) },
	{ "hansho_feed_choked_total", "times a socket was full",
		offsetof(struct hs_feed_counts, choked) },
	{ "hansho_feed_behind_total", "subscribers closed with 4408",
		offsetof(struct hs_feed_counts, behind) },
	{ "hansho_feed_dead_total", "subscribers dropped for silence",
		offsetof(struct hs_feed_counts, dead) },
	{ "hansho_feed_refused_total", "subscriptions refused",
		offsetof(struct hs_feed_counts, refused) },
	{ "hansho_feed_unsubscribed_total", "clients that never subscribed",
		offsetof(struct hs_feed_counts, unsubscribed) },
	{ "hansho_feed_replays_total", "resumes that were answered exactly",
		offsetof(struct hs_feed_counts, replays) },
	{ "hansho_feed_backfills_total", "times a subscriber waited for a page of the journal",
		offsetof(struct hs_feed_counts, backfills) },
	{ "hansho_feed_gaps_total", "resumes answered with gap and snapshot",
		offsetof(struct hs_feed_counts, gaps) },
	{ "hansho_feed_heartbeats_total", "heartbeats to subscribers",
		offsetof(struct hs_feed_counts, heartbeats) },
	{ "hansho_feed_receipts_total", "receipts passed on to the hub",
		offsetof(struct hs_feed_counts, receipts) },
	{ "hansho_feed_receipts_dropped_total",
		"receipts that were wrong, too many or came while the hub was away",
		offsetof(struct hs_feed_counts, receipts_dropped) },
	{ "hansho_feed_gets_total", "GET requests", offsetof(struct hs_feed_counts, gets) },
	{ "hansho_feed_resyncs_total", "times the active set was fetched anew",
		offsetof(struct hs_feed_counts, resyncs) },
};

static const struct {
	const char *name;
	const char *help;
	size_t offset;
} by_form[] = {
	{ "hansho_feed_encodes_total", "encodings of notices: one per notice and form",
		offsetof(struct hs_feed_counts, encodes) },
	{ "hansho_feed_snapshot_encodes_total", "encodings of snapshots",
		offsetof(struct hs_feed_counts, snapshot_encodes) },
	{ "hansho_feed_deliveries_total", "notices sent to subscribers",
		offsetof(struct hs_feed_counts, deliveries) },
};

static void
head(struct hs_buf *out, const char *name, const char *help, const char *type)
{
	hs_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
gauge(struct hs_buf *out, const char *name, const char *help, uint64_t value)
{
	head(out, name, help, "gauge");
	hs_buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

/* The most notices that any live subscriber is behind. */
static uint64_t
worst_backlog(const struct hs_feed_parts *parts)
{
	uint64_t newest = hs_store_newest(&parts->store), worst = 0;

	for (size_t i = 0; i < hs_subscribers_limit(parts->subscribers); i++) {
		const struct hs_subscriber *subscriber = hs_subscribers_at(parts->subscribers, i);

		uint64_t at = hs_broadcast_position(parts->broadcast, subscriber);

		if (subscriber->state == HS_SUB_LIVE && newest - at > worst)
			worst = newest - at;
	}
	return worst;
}

static void
add_gauges(const struct hs_feed_parts *parts, struct hs_buf *out)
{
	const struct hs_store *store = &parts->store;

	gauge(out, "hansho_feed_hub_up", "1 while the link to the hub stands",
		hs_hub_port_is_up(parts->hub));
	gauge(out, "hansho_feed_hub_age_ms", "milliseconds since the hub was heard",
		hs_hub_port_age_ms(parts->hub));
	gauge(out, "hansho_feed_hub_reconnects_total", "times the link to the hub broke",
		hs_hub_port_reconnects(parts->hub));
	gauge(out, "hansho_feed_newest_seq", "newest notice", hs_store_newest(store));
	gauge(out, "hansho_feed_ring_notices", "notices in memory", hs_ring_count(store->ring));
	gauge(out, "hansho_feed_ring_bytes", "bytes of them", hs_ring_bytes(store->ring));
	gauge(out, "hansho_feed_pages", "pages of older notices in memory",
		hs_pager_count(parts->pager));
	gauge(out, "hansho_feed_documents", "documents in force",
		hs_active_document_count(store->active));
	gauge(out, "hansho_feed_filters", "distinct filters", hs_interest_count(store->interests));
	gauge(out, "hansho_feed_backlog_notices", "most notices a live subscriber is behind",
		worst_backlog(parts));
	gauge(out, "hansho_feed_connections", "open connections",
		hs_http_connection_count(parts->server));
	gauge(out, "hansho_feed_queries_waiting", "GETs that wait for the hub",
		hs_queries_waiting(parts->queries));
	gauge(out, "hansho_feed_wrong_mode", "notices of the other mode that were refused",
		store->wrong_mode);
}

static void
metrics(void *owner, struct hs_buf *out)
{
	const struct hs_feed_parts *parts = owner;
	const char *counts = (const char *)&parts->counts;

	for (size_t i = 0; i < HS_COUNT(counters); i++) {
		const uint64_t *value = (const void *)(counts + counters[i].offset);

		head(out, counters[i].name, counters[i].help, "counter");
		hs_buf_printf(out, "%s %" PRIu64 "\n", counters[i].name, *value);
	}
	for (size_t i = 0; i < HS_COUNT(by_form); i++) {
		const uint64_t *values = (const void *)(counts + by_form[i].offset);

		head(out, by_form[i].name, by_form[i].help, "counter");
		for (int form = 0; form < HS_FORM_COUNT; form++)
			hs_buf_printf(out, "%s{form=\"%s\"} %" PRIu64 "\n", by_form[i].name,
				hs_form_name((enum hs_form)form), values[form]);
	}
	hs_latency_metrics(&parts->counts.arrived, "hansho_feed_arrived_seconds",
		"from the hub's commit until the notice came in here, by their clocks", out);
	hs_latency_metrics(&parts->counts.begun, "hansho_feed_begun_seconds",
		"from the arrival of a notice until the first slice of those who were up to date "
		"has been sent it",
		out);
	hs_latency_metrics(&parts->counts.served, "hansho_feed_served_seconds",
		"from the arrival of a notice until all who were up to date have been sent it",
		out);
	head(out, "hansho_feed_subscribers", "subscribers", "gauge");
	for (int form = 0; form < HS_FORM_COUNT; form++)
		hs_buf_printf(out, "hansho_feed_subscribers{form=\"%s\"} %zu\n",
			hs_form_name((enum hs_form)form),
			hs_subscribers_in_form(parts->subscribers, (enum hs_form)form));
	add_gauges(parts, out);
	hs_children_metrics(parts->children, out);
}

static void
status(void *owner, struct hs_buf *out)
{
	const struct hs_feed_parts *parts = owner;
	const struct hs_store *store = &parts->store;

	hs_buf_printf(out,
		"{\"process\":\"hansho-feed\",\"mode\":\"%s\",\"ready\":%s,\"hub_up\":%s,"
		"\"hub_age_ms\":%u,\"epoch\":\"%s\",\"newest_seq\":%" PRIu64
		",\"oldest_seq\":%" PRIu64 ",\"digest\":\"%s\",\"documents\":%zu,"
		"\"subscribers\":{\"json\":%zu,\"proto\":%zu,\"sse\":%zu},\"children\":",
		store->mode == HS_MODE(LIVE) ? "live" : "drill", store->ready ? "true" : "false",
		hs_hub_port_is_up(parts->hub) ? "true" : "false", hs_hub_port_age_ms(parts->hub),
		store->epoch, hs_store_newest(store), store->oldest_seq, hs_store_digest(store),
		hs_active_document_count(store->active),
		hs_subscribers_in_form(parts->subscribers, HS_FORM_JSON),
		hs_subscribers_in_form(parts->subscribers, HS_FORM_PROTO),
		hs_subscribers_in_form(parts->subscribers, HS_FORM_SSE));
	hs_children_status(parts->children, out);
	hs_buf_printf(out, "}");
}

const struct hs_ops_callbacks hs_feed_ops = {
	.not_ready = not_ready, .metrics = metrics, .status = status
};
