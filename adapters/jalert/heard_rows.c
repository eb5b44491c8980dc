#include "adapters/jalert/heard_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct hs_heard *
hs_heard_create(void)
{
	struct hs_heard *heard = calloc(1, sizeof(*heard));
	for (size_t i = 0; heard && i < HS_HEARD_MAX; i++)
		DL_APPEND(heard->free, &heard->rows[i]);
	return heard;
}

void
hs_heard_destroy(struct hs_heard *heard)
{
	free(heard);
}

size_t
hs_heard_count(const struct hs_heard *heard)
{
	return heard->count;
}

void
hs_heard_key(const char *event, uint8_t out[HS_SHA256_BYTES])
{
	const struct hs_span span = { event, strlen(event) };
	hs_sha256(&span, 1, out);
}

static size_t
bucket_of(const uint8_t key[HS_SHA256_BYTES])
{
	return (key[0] | (size_t)key[1] << 8) % BUCKETS;
}

/* Further ones may be of other events. */
struct hs_heard_row *
hs_heard_first(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES])
{
	return heard->buckets[bucket_of(key)];
}

bool
hs_heard_is_of(const struct hs_heard_row *row, const uint8_t key[HS_SHA256_BYTES])
{
	return memcmp(row->event, key, HS_SHA256_BYTES) == 0;
}

bool
hs_heard_stands(const struct hs_heard_row *row, const uint8_t key[HS_SHA256_BYTES])
{
	return hs_heard_is_of(row, key) && row->over_seq == 0;
}

size_t
hs_heard_count_of(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES])
{
	size_t count = 0;
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next)
		count += hs_heard_is_of(row, key);
	return count;
}

const struct hs_heard_row *
hs_heard_find(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], const char *code,
	enum hs_alert_kind kind)
{
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next)
		if (hs_heard_stands(row, key) && row->kind == kind && strcmp(row->code, code) == 0)
			return row;
	return NULL;
}

static struct hs_heard_row **
list_of(struct hs_heard *heard, const struct hs_heard_row *row)
{
	return row->ended ? &heard->ended : &heard->kept;
}

void
hs_heard_drop(struct hs_heard *heard, struct hs_heard_row *row)
{
	DL_DELETE(*list_of(heard, row), row);
	DL_DELETE2(heard->buckets[bucket_of(row->event)], row, event_prev, event_next);
	DL_PREPEND(heard->free, row);
	row->used = false;
	heard->count--;
}

void
hs_heard_end_set(struct hs_heard *heard, struct hs_heard_row *row, bool ended)
{
	if (row->ended == ended)
		return;
	DL_DELETE(*list_of(heard, row), row);
	row->ended = ended;
	DL_APPEND(*list_of(heard, row), row);
}

/* What is over goes before what stands, the oldest first. */
static struct hs_heard_row *
place_for(struct hs_heard *heard)
{
	if (!heard->free)
		hs_heard_drop(heard, heard->ended ? heard->ended : heard->kept);
	struct hs_heard_row *row = heard->free;
	DL_DELETE(heard->free, row);
	return row;
}

struct hs_heard_row *
hs_heard_add(struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], uint64_t seq,
	const struct hs_alert *alert)
{
	struct hs_heard_row *row = place_for(heard);
	*row = (struct hs_heard_row){ .seq = seq,
		.kind = alert->kind,
		.grade = alert->grade,
		.used = true,
		.headline = alert->headline };
	memcpy(row->event, key, sizeof(row->event));
	snprintf(row->code, sizeof(row->code), "%s", alert->code);
	snprintf(row->phase, sizeof(row->phase), "%s", alert->phase);
	snprintf(row->title, sizeof(row->title), "%s", alert->title);
	DL_APPEND(heard->kept, row);
	DL_APPEND2(heard->buckets[bucket_of(key)], row, event_prev, event_next);
	heard->count++;
	return row;
}
