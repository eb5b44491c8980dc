/* Receipts and acks before the journal. What anybody may say (guests) never takes room that orders, or the words of outlets, need. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/core_state.h"

#define FULL_PAUSE_US 1000000 /* receipts and acks wait this long after the disk was full */

/* Whoever speaks to a feed has proven nothing, whatever name he gives. */
static void
name_guest(const struct hs_core_peer *peer, struct hs_receipt_entry *entry,
	char detail[HS_DETAIL_MAX_BYTES + 1])
{
	if (peer->kind == (int)HS_PEER(FEED))
		hs_receipt_by_guest(entry, detail);
}

/* The disk is for orders and outlets now. */
static bool
drops_guest(struct hs_core *core)
{
	if (!core->journal.low && !core->journal.full)
		return false;
	core->stats.receipts.guests_dropped++;
	if (!core->held.guests_told)
		hs_effects_log(core->source.effects, HS_LOG_WARN, "hub.guests_dropped", "reason=%s",
			core->journal.full ? "disk_full" : "disk_low");
	core->held.guests_told = true;
	return true;
}

static void
note_loss(struct hs_core *core)
{
	if (!core->held.loss_told)
		hs_effects_log(core->source.effects, HS_LOG_ERROR, "hub.receipts_lost",
			"reason=disk_full held_bytes=%zu", core->held.bytes);
	core->held.loss_told = true;
}

static void
forget_oldest(struct hs_core *core)
{
	struct hs_pending_record *record = hs_pending_pop(core->held.records);

	core->held.bytes -= record->row.body.len_bytes;
	hs_pending_free(record);
	core->stats.receipts.held_lost++;
	note_loss(core);
}

/* Room for so many bytes more, for which the oldest go: the newest word of an outlet is the one that counts. */
static bool
make_room(struct hs_core *core, size_t more_bytes)
{
	size_t max_bytes = core->options.receipts_held_bytes;

	while (hs_pending_count(core->held.records) > 0 &&
		core->held.bytes + more_bytes > max_bytes)
		forget_oldest(core);
	return core->held.bytes + more_bytes <= max_bytes;
}

void
hs_core_report(
	struct hs_core *core, struct hs_receipt_entry *entry, const struct hs_core_peer *peer)
{
	struct hs_unheard_view view = hs_unheard_view_of(&core->source);
	struct hs_unheard_ops ops = hs_core_unheard_ops(core);
	char detail[HS_DETAIL_MAX_BYTES + 1];
	struct hs_receipts_batch batch;

	name_guest(peer, entry, detail);
	if (hs_receipt_of_guests(entry) && drops_guest(core))
		return;
	batch = hs_receipts_batch(core->receipts);
	(void)make_room(core, batch.len_bytes);
	hs_receipts_report(core->receipts, entry, core->source.mono_us);
	if (hs_receipts_batch(core->receipts).lost > batch.lost)
		note_loss(core);
	hs_unheard_word(core->watch.unheard, &view, entry, &ops);
}

static const char *
peer_name(void *owner, uint32_t peer)
{
	const struct hs_core *core = owner;

	return core->options.peers[peer].name;
}

static void
append_batch(void *owner, int type, struct hs_span body)
{
	struct hs_core *core = owner;
	struct hs_row row = { .unix_us = core->source.unix_us, .type = type, .body = body };

	hs_core_append(core, &row)->again = true;
}

/* On the reserve, after it was full: never in one commit with an order, which would fail with them. */
static bool
may_flush(const struct hs_core *core)
{
	if (core->source.mono_us < core->journal.flush_after_mono_us ||
		hs_pending_count(core->pending) >= 2 * core->options.ahead.pending_max)
		return false;
	return !core->journal.full || !core->journal.low || core->life != HS_CORE_RUNS ||
	       hs_pending_count(core->pending) == 0;
}

void
hs_core_flush(struct hs_core *core)
{
	struct hs_pending_record *held;

	if (!may_flush(core))
		return;
	while ((held = hs_pending_pop(core->held.records)) != NULL) {
		hs_core_append(core, &held->row)->again = true;
		hs_pending_free(held);
	}
	core->held.bytes = 0;
	hs_receipts_flush(core->receipts, peer_name, core->source.unix_us, append_batch, core);
}

void
hs_core_pause_receipts(struct hs_core *core)
{
	core->journal.flush_after_mono_us = core->source.mono_us + FULL_PAUSE_US;
	core->journal.full = true;
}

/* Of a peer the newest ack holds: it is made anew. */
static void
ack_again(struct hs_core *core, struct hs_span body)
{
	struct hs_record_look look;

	HS_CHECK(hs_record_look(body, &look) == HS_OK);
	for (uint32_t i = 0; i < core->options.peer_count; i++) {
		const char *name = core->options.peers[i].name;

		if (strlen(name) == look.peer.len_bytes &&
			memcmp(name, look.peer.bytes, look.peer.len_bytes) == 0)
			hs_receipts_ack_again(core->receipts, i, core->source.mono_us);
	}
}

void
hs_core_hold(struct hs_core *core, const struct hs_pending_record *record)
{
	size_t len_bytes = record->row.body.len_bytes;

	if (record->row.type == (int)HS_RECORD(ACK)) {
		ack_again(core, record->row.body);
	} else if (make_room(core, hs_receipts_batch(core->receipts).len_bytes + len_bytes)) {
		hs_pending_add(core->held.records, &record->row);
		core->held.bytes += len_bytes;
	} else {
		core->stats.receipts.held_lost++;
		note_loss(core);
	}
}

/* An order may find room where what is held does not. */
static bool
tries_again(const struct hs_core *core)
{
	const struct hs_pending_record *record = hs_pending_first(core->pending);

	while (record != NULL && !record->again)
		record = record->next;
	return record != NULL || hs_pending_count(core->held.records) > 0;
}

void
hs_core_resume_receipts(struct hs_core *core)
{
	if (core->journal.full && tries_again(core))
		return;
	core->journal.full = false;
	core->held.loss_told = false;
	core->held.guests_told = core->held.guests_told && core->journal.low;
}
