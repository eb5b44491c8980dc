#include "hub/core/shell_ops.h"

#include <jansson.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/outlets.h"
#include "schemas/active.h"

void
hs_commit_stats_add(struct hs_commit_stats *stats, const struct hs_journal_result *result)
{
	if (!result->committed) {
		stats->failures++;
		return;
	}
	stats->records += result->records;
	hs_latency_add(&stats->waited, result->waited_us);
}

static int64_t
proof_age_ms(const struct hs_outlet *outlet)
{
	return (hs_clock_mono_us() - outlet->since_mono_us) / 1000;
}

static void
outlet_metrics(const struct hs_core_peer_stats *peer, struct hs_buf *out)
{
	if (!peer->outlets->known)
		return;
	hs_buf_printf(out, "hansho_hub_peer_maintenance{peer=\"%s\"} %d\n", peer->name,
		peer->outlets->maintenance);
	for (size_t i = 0; i < peer->outlets->count; i++) {
		const struct hs_outlet *outlet = &peer->outlets->items[i];

		hs_buf_printf(out,
			"hansho_hub_outlet_proof_age_seconds{peer=\"%s\",outlet=\"%s\"} %.3f\n"
			"hansho_hub_outlet_proven{peer=\"%s\",outlet=\"%s\"} %d\n"
			"hansho_hub_outlet_alarm{peer=\"%s\",outlet=\"%s\"} %d\n",
			peer->name, outlet->name, (double)proof_age_ms(outlet) / 1e3, peer->name,
			outlet->name, outlet->state == (int)HS_PROOF(PROVEN), peer->name,
			outlet->name, outlet->state == (int)HS_PROOF(FAILED));
	}
}

static void
peer_metrics(const struct hs_shell_view *view, struct hs_buf *out)
{
	for (size_t i = 0; i < view->options->peer_count; i++) {
		struct hs_core_peer_stats peer;

		hs_core_peer_stats(view->core, i, &peer);
		hs_buf_printf(out, "hansho_hub_peer_up{peer=\"%s\"} %d\n", peer.name, peer.up);
		hs_buf_printf(out, "hansho_hub_peer_sent_seq{peer=\"%s\"} %llu\n", peer.name,
			(unsigned long long)peer.sent_seq);
		hs_buf_printf(out, "hansho_hub_peer_acked_seq{peer=\"%s\"} %llu\n", peer.name,
			(unsigned long long)peer.acked_seq);
		hs_buf_printf(out, "hansho_hub_peer_in_flight{peer=\"%s\"} %zu\n", peer.name,
			peer.in_flight);
		if (peer.kind == (int)HS_PEER(ADAPTER))
			hs_buf_printf(out, "hansho_hub_outlets_silent{peer=\"%s\"} %zu\n",
				peer.name, peer.silent_outlets);
		outlet_metrics(&peer, out);
	}
}

void
hs_shell_metrics(const struct hs_shell_view *view, struct hs_buf *out)
{
	struct hs_core_stats stats;

	struct hs_journal_room room = hs_journal_room(view->journal);

	hs_core_stats(view->core, &stats);
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "hansho_hub_newest_seq", stats.newest_seq },
		{ "hansho_hub_journal_pos", stats.committed_pos },
		{ "hansho_hub_journal_queue", hs_journal_depth(view->journal) },
		{ "hansho_hub_journal_wal_pages", hs_journal_wal_pages(view->journal) },
		{ "hansho_hub_pending", stats.pending },
		{ "hansho_hub_waiting", stats.waiting },
		{ "hansho_hub_status_waiters", stats.waiters },
		{ "hansho_hub_live_documents", stats.documents },
		{ "hansho_hub_peers_up", stats.peers_up },
		{ "hansho_hub_accepted_total", stats.accepted },
		{ "hansho_hub_duplicates_total", stats.duplicates },
		{ "hansho_hub_stale_total", stats.stale },
		{ "hansho_hub_conflicts_total", stats.conflicts },
		{ "hansho_hub_refused_total", stats.refused },
		{ "hansho_hub_unavailable_total", stats.unavailable },
		{ "hansho_hub_frames_unknown_total", stats.frames_unknown },
		{ "hansho_hub_frames_bad_total", stats.frames_bad },
		{ "hansho_hub_digest_differs_total", stats.digests_differ },
		{ "hansho_hub_guest_receipts_dropped_total", stats.receipts.guests_dropped },
		{ "hansho_hub_receipts_lost_total",
			stats.receipts.held_lost + stats.receipts.not_batched },
		{ "hansho_hub_alarms{kind=\"no_order\"}", stats.alarms[HS_ALARM(NO_ORDER)] },
		{ "hansho_hub_alarms{kind=\"no_update\"}", stats.alarms[HS_ALARM(NO_UPDATE)] },
		{ "hansho_hub_alarms_raised_total{kind=\"no_order\"}",
			stats.alarms_raised[HS_ALARM(NO_ORDER)] },
		{ "hansho_hub_alarms_raised_total{kind=\"no_update\"}",
			stats.alarms_raised[HS_ALARM(NO_UPDATE)] },
		{ "hansho_hub_commit_failures_total", view->commits->failures },
		{ "hansho_hub_records_total", view->commits->records },
		{ "hansho_hub_disk_free_bytes", room.free_bytes },
		{ "hansho_hub_disk_reserve_bytes", room.reserve_bytes },
		{ "hansho_hub_disk_low", room.low },
		{ "hansho_hub_tables_unrehearsed", view->activation->unrehearsed },
		{ "hansho_hub_recovery_microseconds", (uint64_t)view->recovery_us },
	};

	for (size_t i = 0; i < HS_COUNT(rows); i++)
		hs_buf_printf(out, "%s %llu\n", rows[i].name, (unsigned long long)rows[i].value);
	hs_latency_metrics(&view->commits->waited, "hansho_hub_commit_seconds",
		"From the queue to the disk.", out);
	peer_metrics(view, out);
}

static json_t *
outlets_status(const struct hs_outlets *outlets)
{
	json_t *list = json_array();

	for (size_t i = 0; i < outlets->count; i++) {
		const struct hs_outlet *outlet = &outlets->items[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:I, s:s}", "outlet", outlet->name, "proof",
				      hs_outlet_state_word(outlet->state), "proof_age_ms",
				      (json_int_t)proof_age_ms(outlet), "detail", outlet->detail));
	}
	return list;
}

static json_t *
peer_status(const struct hs_shell_view *view, size_t i)
{
	static const char *const kinds[] = { "", "gate", "feed", "adapter" };
	struct hs_core_peer_stats peer;
	int64_t ago_ms = -1;

	hs_core_peer_stats(view->core, i, &peer);
	if (peer.up)
		ago_ms = (hs_clock_mono_us() - peer.heard_mono_us) / 1000;
	return json_pack("{s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:o}", "name",
		peer.name, "kind", kinds[peer.kind], "up", peer.up, "link", peer.link_state,
		"delivery", peer.delivery_state, "sent_seq", (json_int_t)peer.sent_seq, "acked_seq",
		(json_int_t)peer.acked_seq, "in_flight", (json_int_t)peer.in_flight, "heard_ms_ago",
		(json_int_t)ago_ms, "maintenance", peer.outlets->maintenance, "silent_outlets",
		(json_int_t)peer.silent_outlets, "outlets", outlets_status(peer.outlets));
}

static json_t *
disk_status(const struct hs_shell_view *view)
{
	struct hs_journal_room room = hs_journal_room(view->journal);

	return json_pack("{s:I, s:I, s:b}", "free_bytes", (json_int_t)room.free_bytes,
		"reserve_bytes", (json_int_t)room.reserve_bytes, "low", room.low);
}

void
hs_shell_status(const struct hs_shell_view *view, struct hs_buf *out)
{
	struct hs_core_stats stats;
	char digest[HS_DIGEST_SIZE];
	json_t *peers = json_array();
	json_t *status;
	char *text;

	hs_core_stats(view->core, &stats);
	hs_core_digest(view->core, digest);
	for (size_t i = 0; i < view->options->peer_count; i++)
		json_array_append_new(peers, peer_status(view, i));
	status = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:b, s:o, s:I, s:o}",
		"process", "hansho-hub", "version", view->options->version, "mode",
		view->options->mode == (int)HS_MODE(LIVE) ? "live" : "drill", "epoch",
		view->options->epoch, "newest_seq", (json_int_t)stats.newest_seq, "journal_pos",
		(json_int_t)stats.committed_pos, "pending", (json_int_t)stats.pending,
		"live_documents", (json_int_t)stats.documents, "alarms",
		(json_int_t)stats.alarms[HS_ALARM(NO_ORDER)] +
			(json_int_t)stats.alarms[HS_ALARM(NO_UPDATE)],
		"peers_up", (json_int_t)stats.peers_up, "digest", digest, "tables",
		view->activation->version.digest, "tables_unrehearsed",
		view->activation->unrehearsed, "disk", disk_status(view), "started_unix_us",
		(json_int_t)view->started_unix_us, "peers", peers);
	text = json_dumps(status, JSON_COMPACT);
	HS_CHECK(text != NULL);
	hs_buf_puts(out, text);
	free(text);
	json_decref(status);
}
