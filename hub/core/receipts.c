#include "hub/core/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/memory.h"
#include "schemas/guests.h"
#include "schemas/perhaps.h"

/* Above this the batch is flushed at the end of the step, whatever its age. */
#define BATCH_MAX_BYTES ((size_t)1 << 20)
#define UNKNOWN_STATE	31

enum { RECORD_TYPE = 1, RECORD_UNIX_US = 3, RECORD_RECEIPTS = 8, RECORD_PEER = 9, RECORD_ACK = 10 };

/* Strings owned. */
struct stored {
	char *adapter, *outlet, *detail;
	int state;
	int64_t unix_us;
	unsigned said; /* states so far, see bit_of */
};

struct slot {
	uint64_t seq; /* 0: free */
	uint32_t version;
	size_t count, room;
	struct stored *items;
	int64_t accepted_unix_us, looked_unix_us, due_unix_us; /* see hs_receipts_due */
	struct hs_changes *changes;
	bool cut; /* one found no room */
};

struct ack {
	uint64_t seq;
	bool news;
};

struct hs_receipts {
	struct slot *ring; /* by seq % notices_max */
	size_t notices_max, per_notice;
	struct ack *acks; /* by peer */
	size_t peer_count;
	struct hs_buf batch;   /* receipts as fields of a JournalRecord */
	int64_t since_mono_us; /* oldest entry of the batch; 0: empty */
	size_t batch_max_bytes;
	uint64_t lost; /* found no room in it */
	bool changed;
	int64_t due_unix_us; /* no slot is due earlier */
};

struct hs_receipts *
hs_receipts_create(size_t notices_max, size_t per_notice, size_t peer_count)
{
	struct hs_receipts *receipts = hs_must_alloc(1, sizeof(*receipts));

	receipts->notices_max = notices_max == 0 ? 1 : notices_max;
	receipts->per_notice = per_notice;
	receipts->ring = hs_must_alloc(receipts->notices_max, sizeof(*receipts->ring));
	receipts->acks = hs_must_alloc(peer_count, sizeof(*receipts->acks));
	receipts->peer_count = peer_count;
	receipts->due_unix_us = INT64_MAX;
	hs_receipts_limit(receipts, 64 * BATCH_MAX_BYTES);
	return receipts;
}

void
hs_receipts_limit(struct hs_receipts *receipts, size_t max_bytes)
{
	receipts->batch_max_bytes = max_bytes;
	hs_buf_init(&receipts->batch, max_bytes + HS_RECEIPT_MAX_BYTES);
}

static void
empty_slot(struct slot *slot)
{
	for (size_t i = 0; i < slot->count; i++) {
		free(slot->items[i].adapter);
		free(slot->items[i].outlet);
		free(slot->items[i].detail);
	}
	free(slot->items);
	*slot = (struct slot){ 0 };
}

void
hs_receipts_destroy(struct hs_receipts *receipts)
{
	for (size_t i = 0; i < receipts->notices_max; i++)
		empty_slot(&receipts->ring[i]);
	free(receipts->ring);
	free(receipts->acks);
	hs_buf_free(&receipts->batch);
	free(receipts);
}

/* Whatever changes is looked at next time. */
static void
make_due(struct hs_receipts *receipts, struct slot *slot)
{
	slot->due_unix_us = 0;
	receipts->due_unix_us = 0;
}

void
hs_receipts_open(struct hs_receipts *receipts, uint64_t seq, int64_t accepted_unix_us,
	struct hs_changes *changes)
{
	struct slot *slot = &receipts->ring[seq % receipts->notices_max];

	empty_slot(slot);
	slot->seq = seq;
	slot->version = 1;
	slot->accepted_unix_us = accepted_unix_us;
	slot->changes = changes;
	make_due(receipts, slot);
}

static void
count_change(struct hs_receipts *receipts, struct slot *slot)
{
	slot->version++;
	receipts->changed = true;
	hs_changes_note(slot->changes);
}

static struct slot *
slot_of(const struct hs_receipts *receipts, uint64_t seq)
{
	struct slot *slot = &receipts->ring[seq % receipts->notices_max];

	return seq > 0 && slot->seq == seq ? slot : NULL;
}

static struct stored *
find(struct slot *slot, const struct hs_receipt_entry *entry)
{
	for (size_t i = 0; i < slot->count; i++) {
		struct stored *stored = &slot->items[i];

		if (strcmp(stored->outlet, entry->outlet) == 0 &&
			strcmp(stored->adapter, entry->adapter) == 0)
			return stored;
	}
	return NULL;
}

static size_t /* without guests, who take nobody's place */
count_of(const struct slot *slot, const char *adapter)
{
	size_t count = 0;

	for (size_t i = 0; i < slot->count; i++)
		count += strcmp(slot->items[i].adapter, adapter) == 0 &&
			 !hs_outlet_is_guests(slot->items[i].outlet);
	return count;
}

static char *
copy_text(const char *text)
{
	return hs_must_copy(text, strlen(text));
}

/* States that nobody knows share one. */
static unsigned
bit_of(int state)
{
	return 1u << (state < UNKNOWN_STATE ? state : UNKNOWN_STATE);
}

static bool
was_taken(const struct stored *stored)
{
	return (stored->said & (bit_of(HS_RECEIPT(ACCEPTED)) | bit_of(HS_RECEIPT(DISPLAYED)))) != 0;
}

static void
add(struct slot *slot, const struct hs_receipt_entry *entry)
{
	if (slot->count == slot->room) {
		slot->room = slot->room == 0 ? 4 : slot->room * 2;
		slot->items = hs_must_realloc(slot->items, slot->room, sizeof(*slot->items));
	}
	slot->items[slot->count++] = (struct stored){ .adapter = copy_text(entry->adapter),
		.outlet = copy_text(entry->outlet),
		.detail = copy_text(entry->detail),
		.state = entry->state,
		.unix_us = entry->unix_us,
		.said = bit_of(entry->state) };
}

/* A step on the way never replaces what lies behind it. */
static bool
goes_back(int from, int to)
{
	return (to == (int)HS_RECEIPT(SENT) || to == (int)HS_RECEIPT(RECEIVED)) && from > to;
}

bool
hs_receipts_put(struct hs_receipts *receipts, const struct hs_receipt_entry *entry)
{
	struct slot *slot = slot_of(receipts, entry->seq);
	bool guests = hs_receipt_of_guests(entry), news = true;
	struct stored *stored = slot != NULL ? find(slot, entry) : NULL;

	if (slot == NULL)
		return !guests;
	if (stored == NULL) {
		if (!guests && slot->count >= receipts->per_notice &&
			count_of(slot, entry->adapter) >= receipts->per_notice) {
			if (!slot->cut)
				count_change(receipts, slot);
			slot->cut = true;
			return true;
		}
		add(slot, entry);
	} else {
		if (goes_back(stored->state, entry->state) ||
			(stored->state == entry->state &&
				strcmp(stored->detail, entry->detail) == 0))
			return false;
		free(stored->detail);
		stored->detail = copy_text(entry->detail);
		stored->state = entry->state;
		stored->unix_us = entry->unix_us;
		news = !guests || (stored->said & bit_of(entry->state)) == 0;
		stored->said |= bit_of(entry->state);
	}
	count_change(receipts, slot);
	make_due(receipts, slot);
	return news;
}

uint32_t
hs_receipts_version(const struct hs_receipts *receipts, uint64_t seq)
{
	const struct slot *slot = slot_of(receipts, seq);

	return slot == NULL ? 0 : slot->version;
}

bool
hs_receipts_cut(const struct hs_receipts *receipts, uint64_t seq)
{
	const struct slot *slot = slot_of(receipts, seq);

	return slot != NULL && slot->cut;
}

bool
hs_receipts_cut_of(const struct hs_receipts *receipts, uint64_t seq, const char *adapter)
{
	const struct slot *slot = slot_of(receipts, seq);

	return slot != NULL && slot->cut && count_of(slot, adapter) >= receipts->per_notice;
}

void
hs_receipts_each(const struct hs_receipts *receipts, uint64_t seq,
	void (*visit)(void *owner, const struct hs_receipt_entry *entry), void *owner)
{
	const struct slot *slot = slot_of(receipts, seq);

	for (size_t i = 0; slot != NULL && i < slot->count; i++) {
		const struct stored *stored = &slot->items[i];
		struct hs_receipt_entry entry = { seq, stored->adapter, stored->outlet,
			stored->state, stored->detail, stored->unix_us, 0 };

		visit(owner, &entry);
	}
}

void
hs_receipts_each_taker(const struct hs_receipts *receipts, uint64_t seq, const char *adapter,
	void (*visit)(void *owner, const char *outlet), void *owner)
{
	const struct slot *slot = slot_of(receipts, seq);

	for (size_t i = 0; slot != NULL && i < slot->count; i++)
		if (was_taken(&slot->items[i]) && strcmp(slot->items[i].adapter, adapter) == 0)
			visit(owner, slot->items[i].outlet);
}

void
hs_receipts_each_refuser(const struct hs_receipts *receipts, uint64_t seq, const char *adapter,
	void (*visit)(void *owner, const char *outlet), void *owner)
{
	const struct slot *slot = slot_of(receipts, seq);

	for (size_t i = 0; slot != NULL && i < slot->count; i++) {
		const struct stored *stored = &slot->items[i];

		if (stored->state == (int)HS_RECEIPT(FAILED) && !was_taken(stored) &&
			!hs_detail_says_perhaps(stored->detail) &&
			strcmp(stored->adapter, adapter) == 0)
			visit(owner, stored->outlet);
	}
}

static bool
outlets_spoke(const struct slot *slot, const char *adapter)
{
	for (size_t i = 0; i < slot->count; i++) {
		const struct stored *stored = &slot->items[i];

		if (stored->outlet[0] != '\0' && !hs_outlet_is_guests(stored->outlet) &&
			strcmp(stored->adapter, adapter) == 0)
			return true;
	}
	return false;
}

bool
hs_receipts_waits(const struct hs_receipts *receipts, const struct hs_receipt_entry *entry)
{
	const struct slot *slot = slot_of(receipts, entry->seq);

	if (slot == NULL || hs_outlet_is_guests(entry->outlet) ||
		(entry->state != (int)HS_RECEIPT(SENT) &&
			entry->state != (int)HS_RECEIPT(RECEIVED)))
		return false;
	return entry->outlet[0] != '\0' || !outlets_spoke(slot, entry->adapter);
}

static void
look_at(struct hs_receipts *receipts, struct slot *slot, int64_t unix_us,
	void (*look)(void *owner, struct hs_receipts_due *due), void *owner)
{
	struct hs_receipts_due due = { .seq = slot->seq,
		.accepted_unix_us = slot->accepted_unix_us,
		.looked_unix_us = slot->looked_unix_us,
		.due_unix_us = INT64_MAX };

	look(owner, &due);
	slot->looked_unix_us = unix_us;
	slot->due_unix_us = due.due_unix_us;
	if (due.began)
		count_change(receipts, slot);
}

void
hs_receipts_look(struct hs_receipts *receipts, int64_t unix_us,
	void (*look)(void *owner, struct hs_receipts_due *due), void *owner)
{
	int64_t next = INT64_MAX;

	if (unix_us < receipts->due_unix_us)
		return;
	for (size_t i = 0; i < receipts->notices_max; i++) {
		struct slot *slot = &receipts->ring[i];

		if (slot->seq > 0 && slot->due_unix_us <= unix_us)
			look_at(receipts, slot, unix_us, look, owner);
		if (slot->seq > 0 && slot->due_unix_us < next)
			next = slot->due_unix_us;
	}
	receipts->due_unix_us = next;
}

static void
note_since(struct hs_receipts *receipts, int64_t mono_us)
{
	if (receipts->since_mono_us == 0)
		receipts->since_mono_us = mono_us > 0 ? mono_us : 1;
}

void
hs_receipts_report(
	struct hs_receipts *receipts, const struct hs_receipt_entry *entry, int64_t mono_us)
{
	if (!hs_receipts_put(receipts, entry))
		return;
	if (receipts->batch.len_bytes >= receipts->batch_max_bytes) {
		receipts->lost++;
		return;
	}
	hs_receipt_write(&receipts->batch, RECORD_RECEIPTS, entry);
	note_since(receipts, mono_us);
	if (receipts->batch.len_bytes >= BATCH_MAX_BYTES)
		receipts->since_mono_us = 1; /* due at once */
}

void
hs_receipts_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq, int64_t mono_us)
{
	HS_CHECK(peer < receipts->peer_count);
	if (seq <= receipts->acks[peer].seq)
		return;
	receipts->acks[peer] = (struct ack){ seq, true };
	note_since(receipts, mono_us);
}

void
hs_receipts_ack_again(struct hs_receipts *receipts, uint32_t peer, int64_t mono_us)
{
	receipts->acks[peer].news = true;
	note_since(receipts, mono_us);
}

uint64_t
hs_receipts_acked(const struct hs_receipts *receipts, uint32_t peer)
{
	HS_CHECK(peer < receipts->peer_count);
	return receipts->acks[peer].seq;
}

void
hs_receipts_recover_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq)
{
	HS_CHECK(peer < receipts->peer_count);
	if (seq > receipts->acks[peer].seq)
		receipts->acks[peer].seq = seq;
}

struct hs_receipts_batch
hs_receipts_batch(const struct hs_receipts *receipts)
{
	return (struct hs_receipts_batch){ receipts->batch.len_bytes, receipts->lost };
}

int64_t
hs_receipts_since(const struct hs_receipts *receipts)
{
	return receipts->since_mono_us;
}

bool
hs_receipts_changed(struct hs_receipts *receipts)
{
	bool changed = receipts->changed;

	receipts->changed = false;
	return changed;
}

static void
flush_one(struct hs_buf *body, void (*record)(void *owner, int type, struct hs_span body), int type,
	void *owner)
{
	HS_CHECK(!body->failed);
	record(owner, type, (struct hs_span){ body->bytes, body->len_bytes });
	hs_buf_free(body);
}

static void
begin_record(struct hs_buf *body, int type, int64_t unix_us)
{
	hs_buf_init(body, 2 * BATCH_MAX_BYTES);
	hs_wire_put_uint(body, RECORD_TYPE, (uint64_t)type);
	hs_wire_put_uint(body, RECORD_UNIX_US, (uint64_t)unix_us);
}

/* What gathered while the disk was full goes out in records that a start can read: one of many MiB, unpacked,
 * would not fit into memory that is set aside for a record. */
static void
flush_receipts(struct hs_receipts *receipts, int64_t unix_us,
	void (*record)(void *owner, int type, struct hs_span body), void *owner)
{
	struct hs_wire wire = hs_wire_of(receipts->batch.bytes, receipts->batch.len_bytes);
	struct hs_wire_field field;
	const uint8_t *begin = wire.at;

	while (hs_wire_next(&wire, &field)) {
		size_t len_bytes = (size_t)(wire.at - begin);
		struct hs_buf body;

		if (len_bytes < BATCH_MAX_BYTES && wire.at != wire.end)
			continue;
		begin_record(&body, HS_RECORD(RECEIPTS), unix_us);
		hs_buf_add(&body, begin, len_bytes);
		flush_one(&body, record, HS_RECORD(RECEIPTS), owner);
		begin = wire.at;
	}
	HS_CHECK(!wire.bad);
	receipts->batch.len_bytes = 0;
}

void
hs_receipts_flush(struct hs_receipts *receipts,
	const char *(*peer_name)(void *owner, uint32_t peer), int64_t unix_us,
	void (*record)(void *owner, int type, struct hs_span body), void *owner)
{
	struct hs_buf body;

	flush_receipts(receipts, unix_us, record, owner);
	for (uint32_t peer = 0; peer < receipts->peer_count; peer++) {
		if (!receipts->acks[peer].news)
			continue;
		receipts->acks[peer].news = false;
		begin_record(&body, HS_RECORD(ACK), unix_us);
		hs_wire_put_text(&body, RECORD_PEER, peer_name(owner, peer));
		hs_wire_put_uint(&body, RECORD_ACK, receipts->acks[peer].seq);
		flush_one(&body, record, HS_RECORD(ACK), owner);
	}
	receipts->since_mono_us = 0;
}
