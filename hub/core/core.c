#include "hub/core/core.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/core_state.h"
#include "hub/core/memory.h"

#define US_PER_MS	1000
#define READS_MAX	64
#define SILENCE_LOOK_US (HS_US_PER_S / 5) /* how late a silence may be told */
/* Of the note: the rules of the set, and what the watch remembers. */
#define NOTE_VERSION	HS_ACTIVE_RULES " watch 1 mark 2"

void
hs_core_options_init(struct hs_core_options *options)
{
	*options = (struct hs_core_options){ .mode = HS_MODE(DRILL),
		.epoch = "",
		.version = "",
		.heartbeat_ms = 5000,
		.windows = { .adapter = 8192, .feed = 256 },
		.ahead = { .pending_max = 4096, .records = 32, .large_bytes = (size_t)256 << 10 },
		.recent = { .notices = 4096,
			.bytes = (size_t)64 << 20,
			.past_notices = 1000,
			.past_bytes = (size_t)8 << 20,
			.past_ms = 3600000 },
		.status_notices = 4096,
		.receipts_per_notice = 128,
		.receipts_held_bytes = (size_t)16 << 20,
		.waiters_max = 1024,
		.index_max = 5000000,
		.references_max = 100000,
		.state_notices = 4096,
		.waits = { .batch_ms = 50, .greeting_ms = 10000 },
		.alike = hs_alike_defaults,
		.watch = { .no_order_us = 900 * HS_US_PER_S,
			.no_update_us = 21600 * HS_US_PER_S,
			.mail_us = 21600 * HS_US_PER_S,
			.interval_ms = 2000,
			.silence_us = 86400 * HS_US_PER_S } };
}

size_t
hs_core_window(const struct hs_core_options *options, int kind)
{
	return (size_t)(kind == (int)HS_PEER(ADAPTER) ? options->windows.adapter
						      : options->windows.feed);
}

struct hs_core *
hs_core_create(const struct hs_core_options *options)
{
	struct hs_core *core = hs_must_alloc(1, sizeof(*core));

	HS_CHECK(options->peer_count <= HS_PEERS_MAX && options->windows.adapter > 0 &&
		 options->windows.feed > 0);
	core->options = *options;
	core->index = hs_index_create(options->references_max);
	core->journal.waiting = hs_waiting_create();
	core->journal.same = hs_same_events_create(&core->options.alike);
	HS_CHECK(core->journal.same != NULL);
	core->pending = hs_pending_create();
	core->held.records = hs_pending_create();
	core->route = hs_route_create(options->peers, options->peer_count);
	core->recent = hs_recent_create(options->recent.notices, options->recent.bytes);
	core->active = hs_active_create();
	HS_CHECK(core->active != NULL);
	hs_active_know_places(core->active);
	hs_active_collect(core->active, options->ahead.large_bytes);
	core->options.watch.mode = options->mode;
	core->watch.watch = hs_watch_create(&core->options.watch);
	core->watch.unheard = hs_unheard_create();
	core->receipts = hs_receipts_create(
		options->status_notices, options->receipts_per_notice, options->peer_count);
	hs_receipts_limit(core->receipts, options->receipts_held_bytes);
	core->query = hs_query_create(options->waiters_max, READS_MAX);
	core->source = (struct hs_delivery_source){ .epoch = options->epoch,
		.options = &core->options,
		.route = core->route,
		.places = hs_places_create(),
		.recent = core->recent,
		.active = core->active,
		.receipts = core->receipts };
	core->journal.next_pos = 1;
	core->journal.next_seq = 1;
	core->journal.next_store = 1;
	core->digest.is_old = true;
	for (uint32_t i = 0; i < options->peer_count; i++) {
		core->peers[i].config = &options->peers[i];
		if (options->peers[i].kind != (int)HS_PEER(GATE))
			core->deliveries[i] = hs_delivery_create(&options->peers[i], i,
				hs_core_window(options, options->peers[i].kind));
	}
	hs_peer_order(options->peers, options->peer_count, &core->order);
	return core;
}

void
hs_core_know_tables(struct hs_core *core, struct hs_core_tables tables)
{
	core->options.tables = tables;
}

void
hs_core_know_stores(struct hs_core *core, uint64_t next_store)
{
	core->journal.next_store = next_store;
}

void
hs_core_destroy(struct hs_core *core)
{
	for (size_t i = 0; i < core->options.peer_count; i++) {
		hs_delivery_destroy(core->deliveries[i]);
		hs_outlets_free(&core->peers[i].outlets);
	}
	hs_query_destroy(core->query);
	hs_receipts_destroy(core->receipts);
	hs_watch_destroy(core->watch.watch);
	hs_unheard_destroy(core->watch.unheard);
	hs_active_destroy(core->active);
	hs_recent_destroy(core->recent);
	hs_route_destroy(core->route);
	hs_places_destroy(core->source.places);
	hs_active_state_free(&core->state);
	hs_pending_destroy(core->held.records);
	hs_pending_destroy(core->pending);
	hs_waiting_destroy(core->journal.waiting);
	hs_same_events_destroy(core->journal.same);
	hs_index_destroy(core->index);
	free(core);
}

struct hs_kept *
hs_core_dropped(struct hs_core *core)
{
	return hs_active_dropped(core->active);
}

void
hs_core_recover_state(struct hs_core *core, struct hs_span state)
{
	HS_CHECK(core->journal.next_pos == 1);
	hs_active_state_free(&core->state);
	if (!hs_active_state_read(state, NOTE_VERSION, &core->state))
		return;
	HS_CHECK(hs_watch_read(core->watch.watch, core->state.watch)); /* it has a hash */
	core->state.watch = (struct hs_span){ "", 0 };
	core->journal.state_seq = core->state.seq;
}

/* Does the set that the note led to have the digest that the note names? */
static enum hs_err
check_state(struct hs_core *core)
{
	if (core->state.seq == 0 || core->source.newest_seq != core->state.seq)
		return HS_OK;
	return strcmp(hs_core_digest_text(core), core->state.digest) == 0 ? HS_OK : HS_ERR_AGAIN;
}

enum hs_err
hs_core_recover(struct hs_core *core, const struct hs_row *row)
{
	struct hs_record_look look;
	bool is_notice = row->type == (int)HS_RECORD(NOTICE);
	enum hs_err err = hs_record_look(row->body, &look);

	if (err != HS_OK)
		return err;
	if (row->pos != core->journal.next_pos || look.type != row->type || look.seq != row->seq ||
		row->seq != (is_notice ? core->journal.next_seq : 0))
		return HS_ERR_CORRUPT;
	err = hs_core_take_record(core, row, &look, NULL);
	core->journal.committed_pos = row->pos;
	core->journal.next_pos = row->pos + 1;
	core->journal.next_seq = core->source.newest_seq + 1;
	return err == HS_OK && is_notice ? check_state(core) : err;
}

const char *
hs_core_digest_text(struct hs_core *core)
{
	if (core->digest.is_old)
		hs_active_digest(core->active, core->digest.text);
	core->digest.is_old = false;
	return core->digest.text;
}

void
hs_core_note_state(struct hs_core *core, bool now)
{
	uint64_t newest = core->source.newest_seq;

	if (newest == core->journal.state_seq ||
		(!now && newest - core->journal.state_seq < core->options.state_notices))
		return;
	core->journal.state_seq = newest;
	hs_active_state_write(core->active, core->watch.watch, newest, NOTE_VERSION,
		hs_effects_state_begin(core->source.effects));
	hs_effects_send_end(core->source.effects);
}

void
hs_core_finish(struct hs_core *core, int exit_code, const char *reason)
{
	for (uint32_t i = 0; i < core->options.peer_count; i++) {
		if (core->peers[i].state != HS_PEER_STATE_DOWN)
			hs_answer_goodbye(core->source.effects, i, reason);
	}
	core->life = HS_CORE_STOPPED;
	if (exit_code == 0)
		hs_core_note_state(core, true);
	hs_effects_stop(core->source.effects, exit_code);
}

static void
on_peer_up(struct hs_core *core, const struct hs_event *event)
{
	struct hs_peer *peer = &core->peers[event->peer];

	hs_core_lose_peer(core, event->peer);
	HS_CHECK(hs_peer_input(peer, HS_PEER_INPUT_UP, event->mono_us));
	peer->connection = ++core->connections;
}

static void
on_peer_down(struct hs_core *core, const struct hs_event *event)
{
	if (core->peers[event->peer].state != HS_PEER_STATE_DOWN)
		hs_effects_log(core->source.effects, HS_LOG_WARN, "hub.peer_down", "peer=%s",
			core->options.peers[event->peer].name);
	hs_core_lose_peer(core, event->peer);
}

static void
on_records(struct hs_core *core, const struct hs_event *event)
{
	struct hs_delivery *delivery = core->deliveries[event->peer];
	struct hs_event known = *event;

	/* The disk may be ahead: rows of a commit whose COMMITTED has not been stepped yet. */
	while (known.row_count > 0 && known.rows[known.row_count - 1].seq > core->source.newest_seq)
		known.row_count--;
	if (delivery != NULL && hs_delivery_rows(delivery, &core->source, &known))
		return;
	hs_query_rows(core->query, &core->source, core->index, &known);
	/* A ticket that nobody knows belonged to a connection that has ended. */
}

static void
beat(struct hs_core *core, uint32_t i, int64_t mono_us)
{
	struct hs_peer *peer = &core->peers[i];
	bool gate = peer->config->kind == (int)HS_PEER(GATE);

	if (peer->state != HS_PEER_STATE_READY ||
		mono_us - peer->beat_mono_us < core->options.heartbeat_ms * US_PER_MS)
		return;
	peer->beat_mono_us = mono_us;
	hs_answer_heartbeat(core->source.effects, i,
		gate ? core->source.newest_seq : hs_route_newest(core->route, i),
		hs_route_unfiltered(core->route, i) ? hs_core_digest_text(core) : "",
		core->source.unix_us);
}

static void
tell_alarm(void *owner, const struct hs_alarm *alarm, bool raised)
{
	struct hs_core *core = owner;
	char kind[64], cause[64];

	hs_effects_log(core->source.effects, raised ? HS_LOG_WARN : HS_LOG_INFO,
		raised ? "hub.alarm_raised" : "hub.alarm_ended",
		"kind=%s area=%s since_unix_us=%lld cause_seq=%llu cause=%s level=%u",
		hs_enum_word(&hansho__v1__alarm_kind__descriptor, alarm->kind, kind),
		alarm->area_code, (long long)alarm->since_unix_us,
		(unsigned long long)alarm->cause_seq,
		hs_enum_word(&hansho__v1__kind__descriptor, alarm->cause_kind, cause),
		alarm->cause_level);
	core->watch.raised[alarm->kind] += raised;
}

static void
look_for_alarms(struct hs_core *core)
{
	struct hs_core_watch *watch = &core->watch;

	if (core->source.mono_us < watch->next_mono_us)
		return;
	watch->next_mono_us = core->source.mono_us + core->options.watch.interval_ms * US_PER_MS;
	hs_watch_look(watch->watch, core->active, core->source.unix_us, tell_alarm, core);
}

static void
tell_silence(void *owner, const struct hs_unheard_outlet *outlet, enum hs_unheard_change change)
{
	static const struct {
		enum hs_log_level level;
		const char *event, *what, *words;
	} rows[] = {
		[HS_UNHEARD_BEGAN] = { HS_LOG_ERROR, "hub.outlet_silent", "alarm", "silent about" },
		[HS_UNHEARD_SPOKE] = { HS_LOG_INFO, "hub.outlet_silent_over", "over",
			"spoke: was silent about" },
		[HS_UNHEARD_AGED] = { HS_LOG_WARN, "hub.outlet_silent_unwatched", "over",
			"no longer watched: silent about" },
	};
	struct hs_core *core = owner;
	const char *peer = core->options.peers[outlet->peer].name;

	hs_effects_log(core->source.effects, rows[change].level, rows[change].event,
		"peer=%s outlet=\"%s\" seq=%llu silent_ms=%lld", peer, outlet->outlet,
		(unsigned long long)outlet->seq, (long long)outlet->silent_ms);
	hs_effects_alarm(core->source.effects, rows[change].what, rows[change].words, peer, outlet);
}

struct hs_unheard_ops
hs_core_unheard_ops(struct hs_core *core)
{
	return (struct hs_unheard_ops){ tell_silence, core };
}

static void
look_for_silence(struct hs_core *core)
{
	struct hs_unheard_view view = hs_unheard_view_of(&core->source);
	struct hs_unheard_ops ops = hs_core_unheard_ops(core);

	if (core->source.mono_us < core->watch.next_silence_mono_us)
		return;
	core->watch.next_silence_mono_us = core->source.mono_us + SILENCE_LOOK_US;
	hs_unheard_look(
		core->watch.unheard, &view, core->receipts, core->options.watch.silence_us, &ops);
}

static void
on_tick(struct hs_core *core, const struct hs_event *event)
{
	int64_t since = hs_receipts_since(core->receipts);

	for (uint32_t i = 0; i < core->options.peer_count; i++) {
		if (hs_peer_is_late(&core->peers[i], event->mono_us,
			    core->options.waits.greeting_ms, core->options.heartbeat_ms))
			hs_core_drop_peer(core, i, "silent");
		else
			beat(core, i, event->mono_us);
	}
	if (hs_pending_count(core->held.records) > 0 ||
		(since > 0 && event->mono_us - since >= core->options.waits.batch_ms * US_PER_MS))
		hs_core_flush(core);
	hs_core_turn(core);
	look_for_silence(core);
	hs_query_tick(core->query, &core->source, core->index);
	look_for_alarms(core);
}

static void
on_turn(struct hs_core *core, const struct hs_event *event)
{
	(void)event;
	hs_core_turn(core);
	hs_query_turn(core->query, &core->source, core->index);
}

static void
on_stop(struct hs_core *core, const struct hs_event *event)
{
	(void)event;
	if (core->life != HS_CORE_RUNS)
		return;
	core->life = HS_CORE_STOPS;
	hs_core_turn_away(core, 1u << HS_FINDING_STOPPING, NULL);
	core->journal.flush_after_mono_us = 0;
	hs_core_flush(core);
	if (hs_pending_count(core->pending) == 0)
		hs_core_finish(core, 0, "stopping");
}

static void
look_at_disk(struct hs_core *core, const struct hs_event *event)
{
	if (event->disk_low == core->journal.low)
		return;
	core->journal.low = event->disk_low;
	hs_effects_log(core->source.effects, event->disk_low ? HS_LOG_ERROR : HS_LOG_INFO,
		event->disk_low ? "hub.disk_low" : "hub.disk_has_room", "newest_seq=%llu",
		(unsigned long long)core->source.newest_seq);
	if (event->disk_low && core->life == HS_CORE_RUNS)
		hs_core_store_low(core);
}

void
hs_core_step(struct hs_core *core, const struct hs_event *event, struct hs_effects *effects)
{
	static void (*const handlers[HS_EVENT_COUNT])(
		struct hs_core *, const struct hs_event *) = { [HS_EVENT_PEER_UP] = on_peer_up,
		[HS_EVENT_PEER_DOWN] = on_peer_down,
		[HS_EVENT_FRAME] = hs_core_frame,
		[HS_EVENT_COMMITTED] = hs_core_committed,
		[HS_EVENT_COMMIT_FAILED] = hs_core_commit_failed,
		[HS_EVENT_STORED] = hs_core_stored,
		[HS_EVENT_RECORDS] = on_records,
		[HS_EVENT_TICK] = on_tick,
		[HS_EVENT_TURN] = on_turn,
		[HS_EVENT_STOP] = on_stop };

	HS_CHECK(event->peer < HS_PEERS_MAX && event->type < HS_EVENT_COUNT);
	if (core->life == HS_CORE_STOPPED)
		return;
	if (core->source.started_unix_us == 0) {
		hs_index_recovered(core->index);
		core->source.started_unix_us = event->unix_us;
	}
	core->source.unix_us = event->unix_us;
	core->source.mono_us = event->mono_us;
	core->source.effects = effects;
	core->source.unfinished = 0;
	core->source.busy_peers = event->busy_peers;
	core->source.sent_bytes = core->source.answered_bytes = 0;
	look_at_disk(core, event);
	handlers[event->type](core, event);
	if (core->life != HS_CORE_STOPPED && hs_receipts_changed(core->receipts))
		hs_query_wake(core->query, &core->source, core->index);
	if (core->life == HS_CORE_RUNS && hs_core_wants_turn(core))
		hs_effects_turn(effects);
	core->source.effects = NULL;
}

static void
count_alarms(const struct hs_core *core, struct hs_core_stats *out)
{
	size_t count;
	const struct hs_alarm *alarms = hs_watch_alarms(core->watch.watch, &count);

	for (size_t i = 0; i < count; i++)
		out->alarms[alarms[i].kind]++;
	memcpy(out->alarms_raised, core->watch.raised, sizeof(out->alarms_raised));
}

void
hs_core_stats(const struct hs_core *core, struct hs_core_stats *out)
{
	*out = core->stats;
	out->newest_seq = core->source.newest_seq;
	out->receipts.not_batched = hs_receipts_batch(core->receipts).lost;
	out->committed_pos = core->journal.committed_pos;
	out->waiting = core->journal.waiting->count;
	out->pending = hs_pending_count(core->pending) + out->waiting;
	out->waiters = hs_query_waiters(core->query);
	out->documents = hs_active_document_count(core->active);
	out->stopping = core->life != HS_CORE_RUNS;
	count_alarms(core, out);
	for (size_t i = 0; i < core->options.peer_count; i++)
		out->peers_up += core->peers[i].state == HS_PEER_STATE_READY;
}

void
hs_core_peer_stats(const struct hs_core *core, size_t i, struct hs_core_peer_stats *out)
{
	const struct hs_peer *peer = &core->peers[i];
	const struct hs_delivery *delivery = core->deliveries[i];

	HS_CHECK(i < core->options.peer_count);
	*out = (struct hs_core_peer_stats){ .name = peer->config->name,
		.kind = peer->config->kind,
		.up = peer->state == HS_PEER_STATE_READY,
		.link_state = hs_peer_state_name(peer->state),
		.delivery_state = "",
		.heard_mono_us = peer->heard_mono_us,
		.outlets = &peer->outlets,
		.silent_outlets = hs_unheard_count(core->watch.unheard, (uint32_t)i) };
	if (delivery == NULL)
		return;
	out->delivery_state = hs_delivery_state_name(hs_delivery_state(delivery));
	out->sent_seq = hs_delivery_sent(delivery);
	out->acked_seq = hs_receipts_acked(core->receipts, (uint32_t)i);
	out->in_flight = hs_delivery_in_flight(delivery);
}

void
hs_core_digest(const struct hs_core *core, char *out)
{
	hs_active_digest(core->active, out);
}

void
hs_core_each_active(const struct hs_core *core,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes), void *owner)
{
	hs_active_each_document(core->active, visit, owner);
}

uint64_t
hs_core_oldest_recent(const struct hs_core *core)
{
	return hs_recent_oldest(core->recent);
}
