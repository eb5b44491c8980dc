#include "hub/core/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/memory.h"
#include "hub/core/snapshot.h"

/* A link takes 32 MiB that were not sent yet (shell.c). This, the notice above it and the answers to fetches
 * stay below that, so that a peer which reads slowly waits and is never dropped for it. */
#define US_PER_MS	 1000
/* No more of past_bytes goes to one notice. */
#define LARGEST_PART	 4
#define WINDOW_MAX_BYTES ((size_t)16 << 20)

/* What one stream sends before others have their turn. One notice always leaves. */
#define SLICE_NOTICES	32
#define SLICE_MAX_BYTES ((size_t)256 << 10)
/* What all streams send in one turn: a digest goes to one peer after the other. */
#define TURN_MAX_BYTES	((size_t)1 << 20)

struct sent_notice {
	uint64_t seq;
	size_t len_bytes;
};

struct hs_delivery {
	const struct hs_core_peer *config;
	uint32_t peer;
	enum hs_delivery_state state;
	uint64_t cursor;   /* everything up to here was sent or passed over */
	uint64_t prev_seq; /* of the next deliver */
	uint64_t ticket;   /* of the READ that is under way; 0 none */
	struct hs_snapshot *snapshot;
	struct sent_notice *window; /* ring of what is unacknowledged */
	size_t window_max, window_first, window_count, window_bytes;
};

struct hs_unheard_view
hs_unheard_view_of(const struct hs_delivery_source *source)
{
	return (struct hs_unheard_view){ source->options, source->receipts, source->route,
		source->unix_us };
}

struct hs_delivery *
hs_delivery_create(const struct hs_core_peer *config, uint32_t peer, size_t window)
{
	struct hs_delivery *delivery = hs_must_alloc(1, sizeof(*delivery));

	delivery->config = config;
	delivery->peer = peer;
	delivery->window_max = window;
	delivery->window = hs_must_alloc(window, sizeof(*delivery->window));
	return delivery;
}

void
hs_delivery_destroy(struct hs_delivery *delivery)
{
	if (delivery == NULL)
		return;
	hs_snapshot_destroy(delivery->snapshot);
	free(delivery->window);
	free(delivery);
}

void
hs_delivery_stop(struct hs_delivery *delivery)
{
	hs_snapshot_destroy(delivery->snapshot);
	delivery->snapshot = NULL;
	delivery->state = HS_DELIVERY_STOPPED;
	delivery->ticket = 0;
	delivery->window_count = 0;
	delivery->window_bytes = 0;
}

static void
send_gap(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume, const char *reason)
{
	Hansho__V1__Gap gap;
	hs_link_frame frame;
	char text[64];

	hansho__v1__gap__init(&gap);
	hansho__v1__link_frame__init(&frame);
	strncpy(text, reason, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	gap.from_seq = resume->seq + 1;
	gap.to_seq = source->newest_seq;
	gap.reason = text;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_GAP;
	frame.gap = &gap;
	hs_effects_frame(source->effects, delivery->peer, &frame);
	hs_effects_log(source->effects, HS_LOG_WARN, "hub.gap",
		"peer=%s asked_seq=%llu newest_seq=%llu reason=%s", delivery->config->name,
		(unsigned long long)resume->seq, (unsigned long long)source->newest_seq, reason);
}

/* Why the place that the peer asks for cannot be replayed from; NULL when it can. */
static const char *
unknown_place(const struct hs_delivery *delivery, const struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume)
{
	char epoch[HS_ROUTE_EPOCH_SIZE];

	if (resume->from_last_ack || (resume->epoch[0] == '\0' && resume->seq == 0))
		return NULL;
	hs_route_epoch(source->route, delivery->peer, source->epoch, epoch);
	if (strcmp(resume->epoch, epoch) != 0)
		return "unknown_epoch";
	return resume->seq > source->newest_seq ? "ahead_of_journal" : NULL;
}

/* What an adapter that starts must know besides: what its outlets heard. */
static struct hs_past
past_of(const struct hs_delivery *delivery, const struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume)
{
	bool wanted = resume->past && resume->from_last_ack &&
		      source->options->recent.past_ms > 0 &&
		      delivery->config->kind == (int)HS_PEER(ADAPTER);

	return (struct hs_past){ .recent = source->recent,
		.receipts = source->receipts,
		.route = source->route,
		.active = source->active,
		.peer = delivery->peer,
		.adapter = delivery->config->name,
		.notices_max = wanted ? source->options->recent.past_notices : 0,
		.bytes_max = source->options->recent.past_bytes,
		.notice_max_bytes = source->options->recent.past_bytes / LARGEST_PART,
		.newest_seq = source->newest_seq,
		.age_us = source->options->recent.past_ms * US_PER_MS };
}

static void
log_past(const struct hs_delivery *delivery, struct hs_delivery_source *source,
	const struct hs_past_told *told)
{
	bool aged = told->why[0] == '\0' || strcmp(told->why, "past_ms") == 0;

	if (told->from_seq > 0)
		hs_effects_log(source->effects, aged ? HS_LOG_INFO : HS_LOG_WARN, "hub.past",
			"peer=%s told=%zu complete_from_seq=%llu limit=%s left_out=%zu "
			"oldest_seq=%llu",
			delivery->config->name, told->count, (unsigned long long)told->from_seq,
			told->why, told->left_out, (unsigned long long)told->left_oldest_seq);
}

void
hs_delivery_start(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume)
{
	const char *gap = unknown_place(delivery, source, resume);
	bool snapshot = gap != NULL || resume->snapshot;
	uint64_t acked = hs_receipts_acked(source->receipts, delivery->peer);
	struct hs_past past = past_of(delivery, source, resume);
	struct hs_past_told told = { .why = "" };

	hs_delivery_stop(delivery);
	if (gap != NULL)
		send_gap(delivery, source, resume, gap);
	if (gap == NULL && resume->from_last_ack)
		delivery->cursor = acked < source->newest_seq ? acked : source->newest_seq;
	else if (gap != NULL || (snapshot && resume->epoch[0] == '\0'))
		delivery->cursor = source->newest_seq;
	else
		delivery->cursor = resume->seq;
	delivery->prev_seq = resume->from_last_ack ? 0 : delivery->cursor;
	delivery->state = snapshot ? HS_DELIVERY_SNAPSHOT : HS_DELIVERY_REPLAY;
	if (snapshot)
		delivery->snapshot = hs_snapshot_create(&past, &told);
	log_past(delivery, source, &told);
	hs_effects_log(source->effects, HS_LOG_INFO, "hub.resume",
		"peer=%s after_seq=%llu newest_seq=%llu snapshot=%d", delivery->config->name,
		(unsigned long long)delivery->cursor, (unsigned long long)source->newest_seq,
		snapshot);
}

/* A large one leaves from where it lies. */
static void
send_deliver(struct hs_effects *effects, uint32_t peer, const struct hs_recent_notice *notice,
	const struct hs_deliver_edges *edges)
{
	struct hs_buf *out = hs_effects_send_begin(effects, peer);

	hs_deliver_pack_before(out, edges, notice->notice.len_bytes);
	if (notice->owner != NULL)
		hs_effects_send_around(effects, notice->notice, notice->owner);
	else
		hs_buf_add(out, notice->notice.bytes, notice->notice.len_bytes);
	hs_deliver_pack_behind(out, edges);
	hs_effects_send_end(effects);
}

static void
send_notice(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const struct hs_recent_notice *notice)
{
	char names[3][16] = { "accepted", "durable", "sent" };
	const int64_t times[3] = { notice->accepted_unix_us, notice->durable_unix_us,
		source->unix_us };
	hs_hop rows[3];
	hs_time stamps[3];
	const hs_hop *hops[3];
	size_t count = 0;
	struct hs_receipt_entry sent = { .seq = notice->seq,
		.adapter = delivery->config->name,
		.outlet = "",
		.state = HS_RECEIPT(SENT),
		.detail = "",
		.unix_us = source->unix_us };

	for (size_t i = 0; i < HS_COUNT(times); i++) {
		if (times[i] == 0)
			continue; /* a replayed notice: when it became durable is not recorded */
		hansho__v1__hop__init(&rows[count]);
		hansho__v1__time__init(&stamps[count]);
		stamps[count].unix_us = times[i];
		stamps[count].offset_minutes = HS_JST_MINUTES;
		rows[count].name = names[i];
		rows[count].time = &stamps[count];
		hops[count] = &rows[count];
		count++;
	}
	send_deliver(source->effects, delivery->peer, notice,
		&(struct hs_deliver_edges){
			notice->seq, delivery->prev_seq, notice->id, hops, count });
	delivery->prev_seq = notice->seq;
	delivery->window[(delivery->window_first + delivery->window_count) % delivery->window_max] =
		(struct sent_notice){ notice->seq, notice->notice.len_bytes };
	delivery->window_count++;
	delivery->window_bytes += notice->notice.len_bytes;
	if (delivery->config->kind == (int)HS_PEER(ADAPTER))
		hs_receipts_report(source->receipts, &sent, source->mono_us);
}

static bool
window_is_full(const struct hs_delivery *delivery)
{
	return delivery->window_count == delivery->window_max ||
	       delivery->window_bytes >= WINDOW_MAX_BYTES;
}

static void
send_live(struct hs_delivery *delivery, struct hs_delivery_source *source)
{
	Hansho__V1__Live live;
	hs_link_frame frame;

	hansho__v1__live__init(&live);
	hansho__v1__link_frame__init(&frame);
	live.seq = delivery->cursor;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_LIVE;
	frame.live = &live;
	hs_effects_frame(source->effects, delivery->peer, &frame);
	delivery->state = HS_DELIVERY_LIVE;
}

static void
ask_journal(struct hs_delivery *delivery, struct hs_delivery_source *source)
{
	size_t room = delivery->window_max - delivery->window_count;

	if (delivery->ticket != 0)
		return;
	delivery->ticket = ++source->tickets;
	hs_effects_read(source->effects, delivery->peer, delivery->ticket, delivery->cursor,
		room < 64 ? (uint32_t)room : 64, false);
}

/* Passes over what the peer is not entitled to; true when an entitled notice follows the cursor. */
static bool
find_next(struct hs_delivery *delivery, const struct hs_delivery_source *source)
{
	while (delivery->cursor < source->newest_seq) {
		if (hs_route_entitled(source->route, delivery->cursor + 1, delivery->peer))
			return true;
		delivery->cursor++;
	}
	return false;
}

static bool
snapshot_goes_on(struct hs_delivery *delivery, struct hs_delivery_source *source)
{
	struct hs_span part;

	if (delivery->state != HS_DELIVERY_SNAPSHOT)
		return false;
	if (hs_snapshot_next(delivery->snapshot, &part))
		hs_effects_send(source->effects, delivery->peer, part);
	if (hs_snapshot_left(delivery->snapshot) > 0)
		return true;
	hs_snapshot_destroy(delivery->snapshot);
	delivery->snapshot = NULL;
	delivery->state = HS_DELIVERY_REPLAY;
	return false;
}

void
hs_delivery_pump(struct hs_delivery *delivery, struct hs_delivery_source *source)
{
	size_t sent = 0, sent_bytes = 0;

	if (delivery->state == HS_DELIVERY_STOPPED || snapshot_goes_on(delivery, source))
		return;
	while (find_next(delivery, source)) {
		const struct hs_recent_notice *notice;

		if (window_is_full(delivery) || delivery->ticket != 0)
			return;
		notice = hs_recent_find(source->recent, delivery->cursor + 1);
		if (notice == NULL) {
			ask_journal(delivery, source);
			return;
		}
		if (sent == SLICE_NOTICES || sent_bytes >= SLICE_MAX_BYTES ||
			source->sent_bytes >= TURN_MAX_BYTES) {
			source->unfinished++;
			return;
		}
		sent++;
		sent_bytes += notice->notice.len_bytes;
		source->sent_bytes += notice->notice.len_bytes;
		send_notice(delivery, source, notice);
		delivery->cursor = notice->seq;
	}
	if (delivery->state == HS_DELIVERY_REPLAY)
		send_live(delivery, source);
}

/* One row of the journal, which must be the one behind the cursor. */
static void
take_row(struct hs_delivery *delivery, struct hs_delivery_source *source, const struct hs_row *row)
{
	struct hs_record_look look;
	struct hs_recent_notice notice = { .seq = row->seq, .accepted_unix_us = row->unix_us };

	HS_CHECK(hs_record_look(row->body, &look) == HS_OK);
	if (look.id.len_bytes == HS_ID_HEX - 1)
		memcpy(notice.id, look.id.bytes, HS_ID_HEX - 1);
	notice.notice = look.notice;
	if (hs_route_entitled(source->route, row->seq, delivery->peer))
		send_notice(delivery, source, &notice);
	delivery->cursor = row->seq;
}

bool
hs_delivery_rows(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const struct hs_event *event)
{
	if (delivery->ticket == 0 || delivery->ticket != event->ticket)
		return false;
	delivery->ticket = 0;
	for (size_t i = 0; i < event->row_count && !window_is_full(delivery); i++) {
		HS_CHECK(event->rows[i].seq == delivery->cursor + 1);
		take_row(delivery, source, &event->rows[i]);
	}
	hs_delivery_pump(delivery, source);
	return true;
}

bool
hs_delivery_ack(struct hs_delivery *delivery, uint64_t seq)
{
	if (delivery->state == HS_DELIVERY_STOPPED || seq > delivery->cursor)
		return false;
	while (delivery->window_count > 0 && delivery->window[delivery->window_first].seq <= seq) {
		delivery->window_bytes -= delivery->window[delivery->window_first].len_bytes;
		delivery->window_first = (delivery->window_first + 1) % delivery->window_max;
		delivery->window_count--;
	}
	return true;
}

enum hs_delivery_state
hs_delivery_state(const struct hs_delivery *delivery)
{
	return delivery->state;
}

const char *
hs_delivery_state_name(enum hs_delivery_state state)
{
	static const char *const names[HS_DELIVERY_STATE_COUNT] = { "stopped", "snapshot", "replay",
		"live" };

	return names[state];
}

uint64_t
hs_delivery_sent(const struct hs_delivery *delivery)
{
	return delivery->cursor;
}

size_t
hs_delivery_in_flight(const struct hs_delivery *delivery)
{
	return delivery->window_count;
}
