/* What a record of the journal means: shared by the commit and by the recovery at start, so that both make the same
 * state of it. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/core_state.h"
#include "schemas/statement.h"

/* Unpacked into *arena, unless that was done before. */
static enum hs_err
notice_of(struct hs_span packed, const struct hs_prepared *prepared, struct hs_arena **arena,
	hs_notice **notice)
{
	if (prepared != NULL && prepared->notice != NULL) {
		*notice = prepared->notice;
		return HS_OK;
	}
	*arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	return *arena != NULL ? hs_notice_unpack(*arena, packed.bytes, packed.len_bytes, notice)
			      : HS_ERR_NOMEM;
}

static struct hs_kept *
take_kept(struct hs_prepared *prepared)
{
	struct hs_kept *kept = prepared != NULL ? prepared->kept : NULL;

	if (kept != NULL)
		prepared->kept = NULL;
	return kept;
}

/* What was read of it aside; NULL: nothing was. */
static struct hs_reading *
reading_of(const struct hs_row *row)
{
	return row->owners.reading != NULL ? hs_shared_memory(row->owners.reading) : NULL;
}

static enum hs_err
take_into_active(struct hs_core *core, const struct hs_row *row, struct hs_span packed,
	struct hs_taken *taken)
{
	struct hs_prepared *prepared = taken != NULL ? taken->prepared : NULL;
	struct hs_reading *reading = reading_of(row);
	struct hs_arena *arena = NULL;
	struct hs_kept *kept = NULL;
	hs_notice *notice;
	enum hs_err err = HS_OK;

	if (reading != NULL) {
		hs_reading_seal(reading, row->seq);
		notice = reading->notice;
		kept = reading->kept;
		reading->kept = NULL;
	} else {
		err = notice_of(packed, prepared, &arena, &notice);
		kept = take_kept(prepared);
	}
	if (err == HS_OK)
		err = hs_active_apply_kept(core->active, row->seq, notice, kept,
			taken != NULL ? &taken->vanished : NULL);
	/* Up to the note the watch knows it already. */
	if ((err == HS_OK || err == HS_ERR_STALE) && row->seq > core->state.seq)
		hs_watch_take(core->watch.watch, core->active, row->seq, row->unix_us, notice);
	if (err == HS_OK && taken != NULL)
		hs_guard_in_force(taken->arena, core->active, notice, &taken->in_force);
	hs_arena_destroy(arena);
	return err == HS_ERR_STALE ? HS_OK : err;
}

struct told_search {
	const struct hs_index *index;
	uint64_t told;
};

static void
add_told(void *owner, const uint8_t key[HS_ID_BYTES])
{
	struct told_search *search = owner;
	const struct hs_known_document *known = hs_index_document(search->index, key);

	if (known != NULL)
		search->told |= known->told;
}

/* All that its document was addressed to, by this notice and by earlier ones. */
static void
areas_told(const struct hs_row *row, struct hs_span packed, struct hs_area_set *out)
{
	const struct hs_reading *reading = reading_of(row);
	enum hs_err err = HS_OK;

	if (reading == NULL) {
		HS_CHECK(hs_notice_areas_told(packed, out) == HS_OK);
		return;
	}
	HS_CHECK(hs_area_set_add_all(out, &reading->told) == HS_OK);
	for (size_t i = 0; err == HS_OK && i < reading->notice->document->n_areas_before; i++) {
		const char *code = reading->notice->document->areas_before[i];

		err = hs_area_set_add(out, code, strlen(code));
	}
	HS_CHECK(err == HS_OK);
}

uint64_t
hs_core_take_document(struct hs_index *index, const struct hs_route *route,
	const struct hs_core_document *taken, const struct hs_area_set *areas,
	struct hs_core_routed *routed)
{
	struct told_search search = { index, 0 };
	struct hs_known_document document;
	struct hs_notice_look notice;
	uint8_t key[HS_ID_BYTES], first[HS_ID_BYTES];
	uint64_t mask;

	HS_CHECK(hs_notice_look(taken->packed, &notice) == HS_OK);
	hs_document_id(notice.mode, notice.source, notice.document, key);
	add_told(&search, key);
	hs_notice_each_superseded(taken->packed, &notice, add_told, &search);
	hs_record_each_displaced(taken->record, add_told, &search);
	if (hs_first_key(&notice, first))
		add_told(&search, first);
	hs_intake_apply(hs_index_document(index, key), &notice, &document);
	mask = hs_route_decide(
		route, taken->packed, search.told, routed != NULL ? routed->reasons : NULL);
	document.told = search.told | mask;
	hs_index_take_document(index, &document, taken->packed, areas);
	if (routed != NULL)
		routed->told = search.told;
	return mask;
}

/* At the start; while it runs it was taken when it was judged. */
static enum hs_err
take_same_event(struct hs_core *core, const struct hs_row *row, const struct hs_record_look *look,
	const struct hs_notice_look *notice)
{
	struct hs_arena *arena;
	hs_notice *unpacked;
	enum hs_err err;

	if (row->seq <= hs_same_event_newest(core->journal.same) || notice->ended ||
		!hs_same_event_kind(notice->kind))
		return HS_OK;
	arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	err = arena != NULL ? hs_notice_unpack(
				      arena, look->notice.bytes, look->notice.len_bytes, &unpacked)
			    : HS_ERR_NOMEM;
	if (err == HS_OK)
		hs_same_event_take(core->journal.same, row->seq, look->principal, unpacked);
	hs_arena_destroy(arena);
	return err;
}

static enum hs_err
take_notice(struct hs_core *core, const struct hs_row *row, const struct hs_record_look *look,
	struct hs_taken *taken)
{
	struct hs_recent_notice recent = { .seq = row->seq,
		.accepted_unix_us = row->unix_us,
		.durable_unix_us = core->source.effects == NULL ? 0 : core->source.unix_us,
		.notice = look->notice,
		.owner = row->owners.body };
	const struct hs_core_document document = { look->notice, row->body };
	struct hs_area_set told = { 0 };
	struct hs_notice_look notice;
	uint8_t key[HS_ID_BYTES];
	enum hs_err err = hs_notice_look(look->notice, &notice);

	if (err == HS_OK && hs_active_state_needs(&core->state, row->seq))
		err = take_into_active(core, row, look->notice, taken);
	if (err == HS_OK)
		err = take_same_event(core, row, look, &notice);
	if (err != HS_OK)
		return err;
	areas_told(row, look->notice, &told);
	hs_route_keep(core->route, row->seq,
		hs_core_take_document(core->index, core->route, &document, &told, NULL));
	if (core->source.effects == NULL) {
		hs_document_id(notice.mode, notice.source, notice.document, key);
		hs_index_note_seq(core->index, row->seq, key);
	}
	hs_places_take(core->source.places, row->seq, &told);
	hs_area_set_free(&told);
	if (look->id.len_bytes == HS_ID_HEX - 1)
		memcpy(recent.id, look->id.bytes, HS_ID_HEX - 1);
	hs_recent_take(core->recent, &recent);
	core->source.newest_seq = row->seq;
	core->digest.is_old = true;
	return HS_OK;
}

static enum hs_err
take_submission(struct hs_core *core, const struct hs_row *row, const struct hs_record_look *look)
{
	static const int outcomes[] = { [HS_RECORD(NOTICE)] = HS_OUTCOME(ACCEPTED),
		[HS_RECORD(STALE)] = HS_OUTCOME(STALE),
		[HS_RECORD(CONFLICT)] = HS_OUTCOME(CONFLICT) };
	struct hs_known_submission known = { .outcome = outcomes[row->type],
		.seq = row->seq,
		.pos = row->pos,
		.unix_us = row->unix_us };

	if (!hs_id_parse(look->id, known.id))
		return HS_ERR_CORRUPT;
	hs_index_take_submission(core->index, &known, look->principal);
	if (row->seq > 0)
		hs_receipts_open(core->receipts, row->seq, row->unix_us,
			hs_index_changes(core->index,
				hs_index_submission(core->index, known.id)->principal));
	return HS_OK;
}

/* At a start: who got a notice is told of what follows, although a filter of today would keep it out (promise P6). Only what
 * the hub itself says counts (SENT): a late word of an outlet would make a hub that starts know more than one that runs. */
static void
take_told(struct hs_core *core, const hs_receipt *receipt)
{
	for (uint32_t i = 0; i < core->options.peer_count; i++) {
		if (strcmp(core->options.peers[i].name, receipt->adapter) == 0)
			hs_index_tell(core->index, receipt->seq, (uint64_t)1 << i);
	}
}

static bool
is_feed(const struct hs_core *core, const char *peer)
{
	for (size_t i = 0; i < core->options.peer_count; i++) {
		if (strcmp(core->options.peers[i].name, peer) == 0)
			return core->options.peers[i].kind == (int)HS_PEER(FEED);
	}
	return false;
}

/* Receipts of adapters are in memory already when they come back from the journal; these are not: FILTERED,
 * and everything at start. Putting one again changes nothing. In older journals subscribers of feeds have the names that
 * they gave themselves. */
static enum hs_err
take_receipts(struct hs_core *core, const struct hs_row *row)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	struct hs_unheard_view view = hs_unheard_view_of(&core->source);
	char detail[HS_DETAIL_MAX_BYTES + 1];
	hs_journal_record *record;
	enum hs_err err;

	if (arena == NULL)
		return HS_ERR_NOMEM;
	err = hs_message_unpack(arena, &hansho__v1__journal_record__descriptor, row->body.bytes,
		row->body.len_bytes, row->body.len_bytes, &record);
	for (size_t i = 0; err == HS_OK && i < record->n_receipts; i++) {
		const hs_receipt *receipt = record->receipts[i];
		struct hs_receipt_entry entry = { receipt->seq, receipt->adapter, receipt->outlet,
			(int)receipt->state, receipt->detail, receipt->unix_us, 0 };

		if (entry.outlet[0] != '\0' && is_feed(core, entry.adapter))
			hs_receipt_by_guest(&entry, detail);
		hs_receipts_put(core->receipts, &entry);
		hs_unheard_word(core->watch.unheard, &view, &entry, NULL);
		if (entry.state == (int)HS_RECEIPT(SENT))
			take_told(core, receipt);
	}
	hs_arena_destroy(arena);
	return err;
}

static enum hs_err
take_ack(struct hs_core *core, const struct hs_record_look *look)
{
	for (uint32_t i = 0; i < core->options.peer_count; i++) {
		const char *name = core->options.peers[i].name;

		if (strlen(name) == look->peer.len_bytes &&
			memcmp(name, look->peer.bytes, look->peer.len_bytes) == 0)
			hs_receipts_recover_ack(core->receipts, i, look->ack_seq);
	}
	return HS_OK;
}

enum hs_err
hs_core_take_record(struct hs_core *core, const struct hs_row *row,
	const struct hs_record_look *look, struct hs_taken *taken)
{
	enum hs_err err;

	switch (row->type) {
	case HS_RECORD(NOTICE):
		err = take_notice(core, row, look, taken);
		return err == HS_OK ? take_submission(core, row, look) : err;
	case HS_RECORD(STALE):
	case HS_RECORD(CONFLICT):
		return take_submission(core, row, look);
	case HS_RECORD(RECEIPTS):
		return take_receipts(core, row);
	case HS_RECORD(ACK):
		return take_ack(core, look);
	default:
		return HS_OK; /* written by a newer hub: kept, in the chain, without meaning here */
	}
}

/* ---- beforehand ---- */

void
hs_core_prepare(struct hs_core *core)
{
	for (struct hs_pending_record *record = hs_pending_first(core->pending); record != NULL;
		record = record->next) {
		if (record->row.type == (int)HS_RECORD(NOTICE))
			hs_pending_prepare(record);
	}
}
