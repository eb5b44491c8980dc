#include "hub/core/pending.h"

#include <stdlib.h>
#include <string.h>

#include "hub/core/memory.h"
#include "hub/core/opened.h"
#include "schemas/active.h"
#include "schemas/statement.h"

struct hs_pending {
	struct hs_pending_record *first, **last;
	size_t count;
};

struct hs_pending *
hs_pending_create(void)
{
	struct hs_pending *pending = hs_must_alloc(1, sizeof(*pending));

	pending->last = &pending->first;
	return pending;
}

void
hs_pending_destroy(struct hs_pending *pending)
{
	struct hs_pending_record *record;

	while ((record = hs_pending_pop(pending)) != NULL)
		hs_pending_free(record);
	free(pending);
}

struct hs_pending_record *
hs_pending_add(struct hs_pending *pending, const struct hs_row *row)
{
	struct hs_pending_record *record = hs_must_alloc(1, sizeof(*record));

	record->row = *row;
	record->row.original = (struct hs_span){ "", 0 };
	record->row.original_sha256 = NULL;
	record->row.owners.original = NULL;
	if (row->owners.body != NULL)
		hs_row_ref(&record->row);
	else
		record->row.body.bytes = hs_must_copy(row->body.bytes, row->body.len_bytes);
	*pending->last = record;
	pending->last = &record->next;
	pending->count++;
	return record;
}

size_t
hs_pending_count(const struct hs_pending *pending)
{
	return pending->count;
}

struct hs_pending_record *
hs_pending_first(const struct hs_pending *pending)
{
	return pending->first;
}

struct hs_pending_record *
hs_pending_pop(struct hs_pending *pending)
{
	struct hs_pending_record *record = pending->first;

	if (record == NULL)
		return NULL;
	pending->first = record->next;
	if (pending->first == NULL)
		pending->last = &pending->first;
	pending->count--;
	record->next = NULL;
	return record;
}

void
hs_pending_free(struct hs_pending_record *record)
{
	union {
		const void *borrowed;
		void *owned;
	} body = { .borrowed = record->row.body.bytes };

	while (record->waiting != NULL) {
		struct hs_waiting_reply *next = record->waiting->next;

		free(record->waiting);
		record->waiting = next;
	}
	hs_kept_free(record->prepared.kept);
	hs_arena_destroy(record->prepared.arena);
	if (record->row.owners.body == NULL)
		free(body.owned);
	hs_row_unref(&record->row);
	free(record->superseded);
	free(record);
}

void
hs_pending_supersede(struct hs_pending_record *record, const uint8_t key[HS_ID_BYTES])
{
	record->superseded = hs_must_realloc(
		record->superseded, record->superseded_count + 1, sizeof(*record->superseded));
	memcpy(record->superseded[record->superseded_count++], key, HS_ID_BYTES);
}

bool
hs_pending_supersedes(const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES])
{
	for (const struct hs_pending_record *record = pending->first; record != NULL;
		record = record->next) {
		for (size_t i = 0; i < record->superseded_count; i++) {
			if (memcmp(record->superseded[i], key, HS_ID_BYTES) == 0)
				return true;
		}
	}
	return false;
}

void
hs_pending_prepare(struct hs_pending_record *record)
{
	struct hs_prepared *prepared = &record->prepared;
	struct hs_record_look look;

	if (prepared->arena != NULL || record->row.owners.reading != NULL)
		return;
	prepared->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	if (prepared->arena == NULL || hs_record_look(record->row.body, &look) != HS_OK ||
		hs_notice_unpack(prepared->arena, look.notice.bytes, look.notice.len_bytes,
			&prepared->notice) != HS_OK)
		return;
	if (hs_kind_lasts((int)prepared->notice->kind))
		prepared->kept = hs_kept_create(record->row.seq, prepared->notice);
}

/* What was read of it aside; NULL: nothing was. */
static const struct hs_reading *
reading_of(const struct hs_pending_record *record)
{
	return record->row.owners.reading != NULL ? hs_shared_memory(record->row.owners.reading)
						  : NULL;
}

const hs_notice *
hs_pending_notice(struct hs_pending_record *record)
{
	const struct hs_reading *reading = reading_of(record);

	hs_pending_prepare(record);
	return reading != NULL ? reading->notice : record->prepared.notice;
}

const struct hs_kept *
hs_pending_kept(struct hs_pending_record *record)
{
	const struct hs_reading *reading = reading_of(record);

	hs_pending_prepare(record);
	return reading != NULL ? reading->kept : record->prepared.kept;
}

struct hs_pending_record *
hs_pending_document(const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES])
{
	struct hs_pending_record *found = NULL;

	for (struct hs_pending_record *record = pending->first; record != NULL;
		record = record->next) {
		if (record->row.type == (int)HS_RECORD(NOTICE) &&
			memcmp(record->document.key, key, HS_ID_BYTES) == 0)
			found = record;
	}
	return found;
}

struct hs_pending_record *
hs_pending_submission(const struct hs_pending *pending, const uint8_t id[HS_ID_BYTES])
{
	for (struct hs_pending_record *record = pending->first; record != NULL;
		record = record->next) {
		if (record->submission.outcome != 0 &&
			memcmp(record->submission.id, id, HS_ID_BYTES) == 0)
			return record;
	}
	return NULL;
}

bool
hs_pending_wait(struct hs_pending_record *record, const struct hs_waiting_reply *reply)
{
	struct hs_waiting_reply **last = &record->waiting;

	if (record->waiting_count == HS_WAITING_MAX)
		return false;
	record->waiting_count++;
	while (*last != NULL)
		last = &(*last)->next;
	*last = hs_must_alloc(1, sizeof(**last));
	**last = *reply;
	(*last)->next = NULL;
	return true;
}
