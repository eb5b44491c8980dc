#include "hub/core/settings.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/alarm_command.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

#define PEER(field) offsetof(struct hs_hub_peer_settings, field)
#define MS_PER_S    1000
#define US_PER_S    1000000
#define HUB(field)  offsetof(struct hs_hub_settings, field)

/* clang-format off */
static const struct hs_config_item peer_items[] = {
	{ "name", HS_CONFIG_TEXT, PEER(name), "", 1, 64, NULL,
		"Name that the peer says in its hello.", NULL },
	{ "kind", HS_CONFIG_ENUM, PEER(kind), "gate feed adapter", 0, 0, NULL,
		"What it is: gates submit, feeds and adapters take notices.", NULL },
	{ "url", HS_CONFIG_TEXT, PEER(url), "url", 1, 200, NULL,
		"Where the hub listens for this one peer: unix:///path (fastest), ipc:///path (nng) or tls+tcp://host:port.", NULL },
	{ "kinds", HS_CONFIG_TEXTS, PEER(kinds), "", 0, 64, "",
		"Kinds that it gets (evacuation, or !weather for all but that); none listed: every kind.", NULL },
	{ "areas", HS_CONFIG_TEXTS, PEER(areas), "code", 0, 2000, "",
		"Area codes of 2, 5, 6 or 12 digits that it gets; none listed: everywhere.", NULL },
	{ "level_min", HS_CONFIG_INT, PEER(level_min), "level", 0, 5, "0",
		"Least level that it gets; notices without a level (lifts, cancels) always pass.", NULL },
	{ "rank", HS_CONFIG_INT, PEER(rank), "", 0, 9, "0",
		"Who gets a notice first: 1 before 9, within a rank as they stand here; 0: adapters as 3, feeds as 6.", NULL },
	{ "silent_after_ms", HS_CONFIG_INT, PEER(silent_after_ms), "ms", 0, 86400000, "60000",
		"Of an adapter: how long its outlets may say nothing about a notice before senders are shown that they are silent; as long as outlets of its kind need; 0: never.", NULL },
	{ "tls_ca", HS_CONFIG_TEXT, PEER(tls_ca), "path", 0, 4096, "",
		"CA certificate in PEM for tls+tcp urls.", NULL },
	{ "tls_cert_key", HS_CONFIG_TEXT, PEER(tls_cert_key), "path", 0, 4096, "",
		"The hub's certificate and key in PEM for tls+tcp urls.", NULL },
};
static const struct hs_config_record peer_record = { peer_items, HS_COUNT(peer_items),
	sizeof(struct hs_hub_peer_settings) };

static const struct hs_config_item hub_items[] = {
	{ "mode", HS_CONFIG_ENUM, HUB(mode), "live drill", 0, 0, NULL,
		"The lane: a hub serves live or drill, never both.", NULL },
	{ "journal", HS_CONFIG_TEXT, HUB(journal.path), "path", 1, 4000, NULL,
		"Journal file on a local disk; made when it is missing.", NULL },
	{ "ops_listen", HS_CONFIG_TEXT, HUB(ops_listen), "address:port", 0, 100, "",
		"Where /healthz /readyz /metrics /status are served; empty: nowhere.", NULL },
	{ "heartbeat_ms", HS_CONFIG_INT, HUB(heartbeat_ms), "ms", 50, 15000, "5000",
		"Interval of heartbeats on links; a peer that is silent for nearly three is dropped, and nearly two are what it bears.", NULL },
	{ "window", HS_CONFIG_INT, HUB(windows.adapter), "notices", 1, 65536, "8192",
		"Most notices that an adapter may have unacknowledged, because an outlet of it waits; and at most 16 MiB of them. What an adapter has acknowledged does not come again after its restart.", NULL },
	{ "feed_window", HS_CONFIG_INT, HUB(windows.feed), "notices", 1, 65536, "256",
		"The same of a feed, which acknowledges what it has; more only fill a slow link.", NULL },
	{ "commit_linger_us", HS_CONFIG_INT, HUB(journal.commit_linger_us), "us", 0, 100000, "0",
		"Wait before each commit for more records; 0 is fastest for a lone one.", NULL },
	{ "checkpoint_pages", HS_CONFIG_INT, HUB(journal.checkpoint_pages), "pages of 4096 bytes", 100, 1000000, "4000",
		"Write-ahead log size at which a checkpoint is made beside the commits. Each one lengthens the tail of the answers that it meets.", NULL },
	{ "verify_tail", HS_CONFIG_INT, HUB(journal.verify_tail), "records", 0, 1000000000, "10000",
		"Newest records whose hash chain is verified at every start.", NULL },
	{ "reserve_bytes", HS_CONFIG_INT, HUB(journal.reserve_bytes), "bytes", 0, 1099511627776, "67108864",
		"With less than this free on the journal's disk, only cancels, evacuation orders of level 4 and 5, civil protection, earthquake and tsunami warnings are taken; others get disk_full. 0: everything until the disk is full.", NULL },
	{ "tables_unrehearsed", HS_CONFIG_BOOL, HUB(journal.tables_unrehearsed), "", 0, 0, "false",
		"For emergencies: start with rule tables that nobody has acknowledged by hansho rehearse, and let gates send with any; log and status say so.", NULL },
	{ "pending_max", HS_CONFIG_INT, HUB(pending_max), "records", 1, 100000, "4096",
		"Records that may wait for the disk; further submissions are told to come again.", NULL },
	{ "ahead_records", HS_CONFIG_INT, HUB(ahead_records), "records", 1, 100000, "32",
		"Records given to the journal ahead of the disk; further submissions wait in lanes, the most urgent first. From level 4 on twice as many.", NULL },
	{ "ahead_large_bytes", HS_CONFIG_INT, HUB(ahead_large_bytes), "bytes", 1024, 8388608, "262144",
		"A submission less urgent than level 4 whose original is larger goes to disk in pieces before it gets its place, and whatever has one goes between them.", NULL },
	{ "piece_bytes", HS_CONFIG_INT, HUB(journal.piece_bytes), "bytes", 4096, 1048576, "65536",
		"Size of such a piece, which has a commit and a sync of its own: an order that comes just then waits for that one. Smaller: a shorter wait, more syncs.", NULL },
	{ "piece_pause_us", HS_CONFIG_INT, HUB(journal.piece_pause_us), "us", 0, 100000, "1000",
		"Pause between two pieces, so that the disk is free for orders in most moments. The default adds 16 ms to 1 MB.", NULL },
	{ "piece_checkpoint_bytes", HS_CONFIG_INT, HUB(journal.piece_checkpoint_bytes), "bytes", 65536, 1073741824, "1048576",
		"A checkpoint is made after so many bytes of pieces, also before checkpoint_pages are full: many small ones disturb orders less than one large one.", NULL },
	{ "aside_nice", HS_CONFIG_INT, HUB(journal.aside_nice), "nice", 0, 19, "15",
		"How much the thread that opens submissions above ahead_large_bytes yields to the loops.", NULL },
	{ "recent_notices", HS_CONFIG_INT, HUB(recent.notices), "notices", 1, 1000000, "4096",
		"Newest notices kept in memory for sending.", NULL },
	{ "recent_bytes", HS_CONFIG_INT, HUB(recent.bytes), "bytes", 1048576, 4294967296, "67108864",
		"Most bytes of them.", NULL },
	{ "past_ms", HS_CONFIG_INT, HUB(recent.past_ms), "ms", 0, 86400000, "3600000",
		"How far back an adapter that starts is told which of the newest notices its outlets took, also of what does not last: so a cancel still reaches who heard it, and a repeat stays silent; 0: none.", NULL },
	{ "past_notices_max", HS_CONFIG_INT, HUB(recent.past_notices_max), "notices", 1, 100000, "1000",
		"Most notices that it is told so, the newest.", NULL },
	{ "past_bytes", HS_CONFIG_INT, HUB(recent.past_bytes), "bytes", 65536, 16777216, "8388608",
		"Most bytes of them; one that is larger than a quarter of it is left out.", NULL },
	{ "status_notices", HS_CONFIG_INT, HUB(status_notices), "notices", 1, 1000000, "4096",
		"Newest notices whose receipts are kept in memory, for status queries and for what an adapter that starts is told: less than recent_notices shortens that (log: hub.past).", NULL },
	{ "receipts_per_notice", HS_CONFIG_INT, HUB(receipts_per_notice), "receipts", 1, 10000, "128",
		"Most receipts of one adapter kept in memory for one notice; the journal keeps all (of guests, who have one row, the first of each state).", NULL },
	{ "receipts_held_bytes", HS_CONFIG_INT, HUB(receipts_held_bytes), "bytes", 1048576, 1073741824, "16777216",
		"While the disk is full: most bytes of what outlets said that wait in memory for it; beyond it the oldest is lost for the journal (log: hub.receipts_lost). What guests say is dropped then.", NULL },
	{ "waiters_max", HS_CONFIG_INT, HUB(waiters_max), "queries", 1, 100000, "1024",
		"Status queries that may wait for a change; more are answered at once.", NULL },
	{ "index_max", HS_CONFIG_INT, HUB(index_max), "submissions", 1000, 50000000, "5000000",
		"Submissions that one journal takes; about 350 bytes of memory each.", NULL },
	{ "references_max", HS_CONFIG_INT, HUB(references_max), "documents", 0, 10000000, "100000",
		"Documents that were replaced or cancelled before they came, remembered so that they are never in force; beyond it the oldest is forgotten. About 100 bytes of memory each.", NULL },
	{ "state_notices", HS_CONFIG_INT, HUB(state_notices), "notices", 1, 1000000, "4096",
		"How often it is noted what the active set rests on; fewer: faster start after a crash.", NULL },
	{ "batch_ms", HS_CONFIG_INT, HUB(waits.batch_ms), "ms", 1, 1000, "50",
		"Longest time that receipts and acks wait for the journal.", NULL },
	{ "greeting_ms", HS_CONFIG_INT, HUB(waits.greeting_ms), "ms", 100, 60000, "10000",
		"A new connection must have said hello and resume by then.", NULL },
	{ "same_origin_s", HS_CONFIG_INT, HUB(alike.origin_s), "s", 0, 60, "5",
		"Messages of two routes without a common id are about the same earthquake when their origin times are not further apart, and their hypocentres alike; 0: only by the id.", NULL },
	{ "same_hypocentre_cdeg", HS_CONFIG_INT, HUB(alike.hypocentre_cdeg), "hundredths of a degree", 1, 300, "30",
		"How far apart such hypocentres may lie in latitude and in longitude; where one is not told in degrees, both must have the same name.", NULL },
	{ "same_tsunami_s", HS_CONFIG_INT, HUB(alike.tsunami_s), "s", 0, 3600, "600",
		"Tsunami warnings of two routes without a common id or origin are the same when they are for the same areas and were reported not further apart; 0: only by the id.", NULL },
	{ "no_order_s", HS_CONFIG_INT, HUB(watch.no_order_s), "s", 0, 86400, "900",
		"An alarm to the municipality and its prefecture so long after a warning of equivalent level 4 or 5, a tsunami warning, or an urgent mail of its own, when no evacuation order of it is in force; 0: none.", NULL },
	{ "no_update_s", HS_CONFIG_INT, HUB(watch.no_update_s), "s", 0, 2592000, "21600",
		"A reminder to the municipality so long after the last document of an order in force, when no warning of equivalent level 3 or above is in force there any more; 0: none.", NULL },
	{ "mail_s", HS_CONFIG_INT, HUB(watch.mail_s), "s", 1, 604800, "21600",
		"So long after its last urgent mail an order of the municipality is missed; longer than no_order_s.", NULL },
	{ "silence_s", HS_CONFIG_INT, HUB(watch.silence_s), "s", 0, 2592000, "86400",
		"So old a notice may be for an alarm of an outlet that says nothing about it; longer than silent_after_ms of every adapter; 0: no alarms, only answers tell of silence.", NULL },
	{ "alarm_command", HS_CONFIG_TEXT, HUB(watch.alarm_command), "path", 0, 4096, "",
		"Program that is run when an outlet goes silent and when it speaks again, with the arguments alarm|over, hub, lane, outlet, reason; no shell; empty: none.", NULL },
	{ "alarm_timeout_ms", HS_CONFIG_INT, HUB(watch.alarm_timeout_ms), "ms", 100, 600000, "10000",
		"How long alarm_command may run before it is ended.", NULL },
	{ "watch_interval_ms", HS_CONFIG_INT, HUB(watch.interval_ms), "ms", 50, 60000, "2000",
		"How often it is looked for missing and forgotten orders.", NULL },
	{ "peers", HS_CONFIG_LIST, HUB(peers), "", 1, HS_PEERS_MAX, NULL,
		"The processes that may connect, one url each.", &peer_record },
};
/* clang-format on */

const struct hs_config_record hs_hub_settings_record = { hub_items, HS_COUNT(hub_items),
	sizeof(struct hs_hub_settings) };

void
hs_hub_core_options(const struct hs_hub_settings *settings, struct hs_core_peer *peers,
	struct hs_core_options *out)
{
	static const int kinds[] = { HS_PEER(GATE), HS_PEER(FEED), HS_PEER(ADAPTER) };
	const struct hs_hub_peer_settings *rows = settings->peers.items;

	hs_core_options_init(out);
	for (size_t i = 0; i < settings->peers.count; i++)
		peers[i] = (struct hs_core_peer){ .name = rows[i].name,
			.kind = kinds[rows[i].kind],
			.kinds = rows[i].kinds.items,
			.kind_count = rows[i].kinds.count,
			.areas = rows[i].areas.items,
			.area_count = rows[i].areas.count,
			.level_min = (uint32_t)rows[i].level_min,
			.rank = (int)rows[i].rank,
			.silent_after_ms = rows[i].silent_after_ms };
	out->mode = settings->mode == 0 ? HS_MODE(LIVE) : HS_MODE(DRILL);
	out->peers = peers;
	out->peer_count = settings->peers.count;
	out->heartbeat_ms = settings->heartbeat_ms;
	out->windows = settings->windows;
	out->ahead.pending_max = (size_t)settings->pending_max;
	out->ahead.records = (size_t)settings->ahead_records;
	out->ahead.large_bytes = (size_t)settings->ahead_large_bytes;
	out->recent = (struct hs_core_recent){ .notices = (size_t)settings->recent.notices,
		.bytes = (size_t)settings->recent.bytes,
		.past_notices = (size_t)settings->recent.past_notices_max,
		.past_bytes = (size_t)settings->recent.past_bytes,
		.past_ms = settings->recent.past_ms };
	out->status_notices = (size_t)settings->status_notices;
	out->receipts_per_notice = (size_t)settings->receipts_per_notice;
	out->receipts_held_bytes = (size_t)settings->receipts_held_bytes;
	out->waiters_max = (size_t)settings->waiters_max;
	out->index_max = (size_t)settings->index_max;
	out->state_notices = (size_t)settings->state_notices;
	out->references_max = (size_t)settings->references_max;
	out->waits = settings->waits;
	out->alike = settings->alike;
	out->watch = (struct hs_watch_options){ .mode = out->mode,
		.no_order_us = settings->watch.no_order_s * US_PER_S,
		.no_update_us = settings->watch.no_update_s * US_PER_S,
		.mail_us = settings->watch.mail_s * US_PER_S,
		.interval_ms = settings->watch.interval_ms,
		.silence_us = settings->watch.silence_s * US_PER_S };
}

static bool
is_kind(const char *text)
{
	return hs_enum_value(&hansho__v1__kind__descriptor, text[0] == '!' ? text + 1 : text) > 0;
}

static enum hs_err
check_filter(const struct hs_hub_peer_settings *peer, char *why)
{
	if (peer->kind == 0 && (peer->kinds.count > 0 || peer->areas.count > 0 ||
				       peer->level_min > 0 || peer->rank > 0))
		return hs_look_refuse(why,
			"peer %s: a gate takes no notices; take kinds, areas, level_min and rank "
			"out",
			peer->name);
	for (size_t i = 0; i < peer->kinds.count; i++) {
		if (!is_kind(peer->kinds.items[i]))
			return hs_look_refuse(why,
				"peer %s: kinds: '%.64s' is no kind; expected evacuation, shelter, "
				"… or !weather, as in schemas/notice.proto",
				peer->name, peer->kinds.items[i]);
	}
	for (size_t i = 0; i < peer->areas.count; i++) {
		if (!hs_area_known(peer->areas.items[i]))
			return hs_look_refuse(why,
				"peer %s: areas: '%.64s' is no code of a place; expected 2, 5, 6 "
				"or 12 digits in quotes, the sixth being the check digit",
				peer->name, peer->areas.items[i]);
	}
	return HS_OK;
}

static enum hs_err
check_peer(const struct hs_hub_peer_settings *peer, char *why)
{
	char place[80];
	const struct hs_look_link link = { .place = place,
		.key = "url",
		.url = peer->url,
		.listens = true,
		.prefix = "",
		.tls_ca = peer->tls_ca,
		.tls_cert_key = peer->tls_cert_key };
	enum hs_err err = check_filter(peer, why);

	(void)snprintf(place, sizeof(place), "peer %s: ", peer->name);
	return err != HS_OK ? err : hs_look_link(&link, why);
}

/* An alarm of it begins while the notice is watched, or never. */
static enum hs_err
check_silence(const struct hs_hub_peer_settings *peer, int64_t silence_s, char *why)
{
	if (peer->kind != 2 || silence_s == 0 || silence_s * MS_PER_S > peer->silent_after_ms)
		return HS_OK;
	return hs_look_refuse(why,
		"peer %s: silent_after_ms is %lld and silence_s only %lld: its outlets would never "
		"be "
		"in alarm; make silence_s longer than that, or 0 when no alarms are wanted",
		peer->name, (long long)peer->silent_after_ms, (long long)silence_s);
}

static enum hs_err
check_unlike(const struct hs_hub_peer_settings *rows, size_t i, size_t j, char *why)
{
	bool name = strcmp(rows[i].name, rows[j].name) == 0;

	if (!name && !hs_look_same_place(rows[i].url, rows[j].url))
		return HS_OK;
	return hs_look_refuse(why, "peers %zu and %zu have the same %s; give each its own", i + 1,
		j + 1, name ? "name" : "url");
}

enum hs_err
hs_hub_settings_check(const struct hs_hub_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_hub_peer_settings *rows = settings->peers.items;
	const struct hs_look_listen listens[] = { { "ops_listen", settings->ops_listen, true } };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	if (err == HS_OK && settings->watch.mail_s <= settings->watch.no_order_s)
		err = hs_look_refuse(why,
			"mail_s is %lld and no_order_s %lld: no mail would ever raise an alarm; "
			"make "
			"mail_s longer",
			(long long)settings->watch.mail_s, (long long)settings->watch.no_order_s);
	if (err == HS_OK)
		err = hs_alarm_command_look(settings->watch.alarm_command, why);
	if (err == HS_OK)
		err = hs_look_made_file("journal", settings->journal.path, why);
	for (size_t i = 0; err == HS_OK && i < settings->peers.count; i++) {
		err = check_peer(&rows[i], why);
		if (err == HS_OK)
			err = check_silence(&rows[i], settings->watch.silence_s, why);
		for (size_t j = 0; err == HS_OK && j < i; j++)
			err = check_unlike(rows, j, i, why);
	}
	return err;
}

const char *
hs_hub_settings_remark(const struct hs_hub_settings *settings)
{
	const struct hs_hub_recent *recent = &settings->recent;

	if (recent->past_ms == 0 || recent->past_notices_max == 0)
		return "";
	if (settings->status_notices < recent->notices)
		return "status_notices is below recent_notices: an adapter that starts is told of "
		       "no "
		       "more than that many notices which of them its outlets took; raise it";
	if (recent->notices < recent->past_notices_max)
		return "recent_notices is below past_notices_max, so that an adapter that starts "
		       "is "
		       "never told of so many; raise it";
	return "";
}
