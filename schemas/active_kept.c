/* active_kept.c: one notice that the active set rests on: its bytes, what it says, and its part of the digest. */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/active_parts.h"
#include "schemas/tables.h"

#define HS_FLAG_LEGACY "legacy_source" /* schemas/active.h, "Families" */

/* Room before a bulk that is larger, so that what is known last needs no second copy of it. */
#define FRONT_BYTES ((size_t)64 << 10)

void
hs_kept_free(struct hs_kept *kept)
{
	if (!kept)
		return;
	hs_buf_free(&kept->bytes.store);
	hs_arena_destroy(kept->arena);
	free(kept);
}

void
hs_kept_free_all(struct hs_kept *first)
{
	while (first) {
		struct hs_kept *next = first->next;
		hs_kept_free(first);
		first = next;
	}
}

struct hs_span
hs_kept_bytes(const struct hs_kept *kept)
{
	const struct hs_kept_bytes *bytes = &kept->bytes;
	return (struct hs_span){ hs_buf_text(&bytes->store) + bytes->at,
		bytes->store.len_bytes - bytes->at };
}

/* Of what is many: packed and hashed once, where there is time for it. */
static bool
pack_bulk(struct hs_kept *kept, const hs_notice *notice)
{
	struct hs_kept_bytes *bytes = &kept->bytes;
	const hs_notice bulk = hs_notice_bulk(notice);
	size_t bulk_bytes = hs_message_packed_bytes(&bulk);
	hs_buf_init(&bytes->store, HS_FRAME_MAX_BYTES + FRONT_BYTES);
	bytes->at = bulk_bytes > FRONT_BYTES ? FRONT_BYTES : 0;
	if (bytes->at > 0 && !hs_buf_extend(&bytes->store, bytes->at))
		return false;
	hs_message_pack(&bulk, &bytes->store);
	if (bytes->store.failed)
		return false;
	const struct hs_span span = hs_kept_bytes(kept);
	hs_sha256(&span, 1, bytes->bulk_sha256);
	return true;
}

/* Puts the rest in front of the bulk: into the room that was left for it, or into memory of the right size. */
static bool
put_rest(struct hs_kept *kept, const struct hs_buf *rest)
{
	struct hs_kept_bytes *bytes = &kept->bytes;
	const struct hs_span bulk = hs_kept_bytes(kept);
	struct hs_buf whole;
	if (rest->len_bytes <= bytes->at) {
		bytes->at -= rest->len_bytes;
		memcpy(bytes->store.bytes + bytes->at, hs_buf_text(rest), rest->len_bytes);
		return true;
	}
	hs_buf_init(&whole, HS_FRAME_MAX_BYTES);
	hs_buf_add(&whole, hs_buf_text(rest), rest->len_bytes);
	hs_buf_add(&whole, bulk.bytes, bulk.len_bytes);
	if (whole.failed) {
		hs_buf_free(&whole);
		return false;
	}
	hs_buf_free(&bytes->store);
	bytes->store = whole;
	bytes->at = 0;
	return true;
}

/* SHA-256 over what this notice brings into the set: its place, its bytes and what we read in them, so that two
 * programs that read the same bytes differently differ in their digests. Bulk and statements come in as hashes of their own: they were
 * made before the place was known. */
static void
kept_mark(struct hs_kept *kept, const struct hs_buf *rest)
{
	char place[64];
	uint8_t sum[HS_SHA256_BYTES];
	int len = snprintf(place, sizeof(place), "%" PRIu64 " %zu\n", kept->seq,
		hs_kept_bytes(kept).len_bytes);
	const struct hs_span spans[] = { { place, (size_t)len },
		{ kept->bytes.says_sha256, HS_SHA256_BYTES },
		{ kept->bytes.bulk_sha256, HS_SHA256_BYTES },
		{ hs_buf_text(rest), rest->len_bytes } };
	hs_sha256(spans, HS_COUNT(spans), sum);
	for (size_t i = 0; i < HS_ACTIVE_LANES; i++) {
		uint64_t lane = 0;
		memcpy(&lane, sum + i * sizeof(lane), sizeof(lane));
		kept->mark[i] = be64toh(lane); /* the same on every host */
	}
}

static void
says_mark(struct hs_kept *kept)
{
	struct hs_buf lines;
	hs_buf_init(&lines, SIZE_MAX / 2);
	for (size_t i = 0; i < kept->says.count; i++) {
		const struct hs_statement *one = &kept->says.items[i];
		hs_buf_printf(&lines, "%s|%" PRIu32 "|%" PRIu32 "|%d|%" PRId64 "\n", one->key,
			one->level, one->equivalent_level, one->in_force, one->ordered_unix_us);
	}
	HS_CHECK(!lines.failed); /* out of memory: a wrong digest would be worse than a restart */
	const struct hs_span span = { hs_buf_text(&lines), lines.len_bytes };
	hs_sha256(&span, 1, kept->bytes.says_sha256);
	hs_buf_free(&lines);
}

/* When the sender said it, by the best of its clocks; 0 when it names none. */
int64_t
hs_told_unix_us(const hs_notice *notice)
{
	const hs_times *times = notice->times;
	const hs_time *choices[] = { times ? times->reported : NULL, times ? times->sent : NULL,
		times ? times->accepted : NULL };
	for (size_t i = 0; i < HS_COUNT(choices); i++)
		if (choices[i])
			return choices[i]->unix_us;
	return 0;
}

int64_t
hs_valid_until(const hs_notice *notice)
{
	char word[64];
	int64_t told_unix_us = hs_told_unix_us(notice);
	if (notice->times && notice->times->valid_until)
		return notice->times->valid_until->unix_us;
	const char *kind = hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, word);
	int64_t validity_us = kind ? hs_kind_validity_us(kind) : 0;
	return validity_us && told_unix_us ? told_unix_us + validity_us : HS_FOR_EVER;
}

bool
hs_notice_is_legacy(const hs_notice *notice)
{
	return hs_notice_has_flag(notice, HS_FLAG_LEGACY);
}

const struct hs_statements *
hs_kept_says(const struct hs_kept *kept)
{
	return kept && kept->read ? &kept->says : NULL;
}

static void
take_times(struct hs_kept *kept, const hs_notice *notice)
{
	kept->moments = notice->document->moments;
	kept->order = notice->document->order;
	kept->legacy = hs_notice_is_legacy(notice);
	kept->told_unix_us = hs_told_unix_us(notice);
	kept->valid_until_unix_us = hs_valid_until(notice);
}

const char *
hs_disaster_of(const hs_notice *notice)
{
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return notice->evacuation->disaster_name;
	return "";
}

/* Whether it would be dated by the time of its acceptance, which is not known before it was sealed. */
static bool
is_undated(const hs_notice *notice)
{
	const hs_times *times = notice->times;
	return !times || (!times->ordered && !times->reported && !times->sent);
}

static bool
read_statements(struct hs_kept *kept, const hs_notice *notice)
{
	if (hs_statements_of(kept->arena, notice, &kept->says) != HS_OK)
		return false;
	kept->in_force = hs_statements_in_force(&kept->says);
	kept->lifts = hs_statements_lift(&kept->says);
	says_mark(kept);
	kept->read = true;
	return true;
}

struct hs_kept *
hs_active_read(const hs_notice *notice)
{
	struct hs_kept *kept = notice->document ? calloc(1, sizeof(*kept)) : NULL;
	if (!kept)
		return NULL;
	kept->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	if (kept->arena)
		kept->disaster = hs_arena_strdup(kept->arena, hs_disaster_of(notice));
	if (!kept->disaster || !pack_bulk(kept, notice) ||
		(!is_undated(notice) && !read_statements(kept, notice))) {
		hs_kept_free(kept);
		return NULL;
	}
	return kept;
}

enum hs_err
hs_active_seal(struct hs_kept *kept, uint64_t seq, const hs_notice *notice)
{
	const hs_notice small = hs_notice_rest(notice);
	struct hs_buf rest;
	bool good;
	kept->seq = seq;
	kept->revision = notice->document->revision;
	kept->mode = (int)notice->mode;
	kept->kind = (int)notice->kind;
	hs_buf_init(&rest, HS_FRAME_MAX_BYTES);
	hs_message_pack(&small, &rest);
	good = !rest.failed && put_rest(kept, &rest) &&
	       (kept->read || read_statements(kept, notice));
	if (good) {
		take_times(kept, notice);
		kept_mark(kept, &rest);
	}
	hs_buf_free(&rest);
	return good ? HS_OK : HS_ERR_NOMEM;
}

struct hs_kept *
hs_kept_create(uint64_t seq, const hs_notice *notice)
{
	struct hs_kept *kept = notice->document ? hs_active_read(notice) : NULL;
	if (kept && hs_active_seal(kept, seq, notice) != HS_OK) {
		hs_kept_free(kept);
		return NULL;
	}
	return kept;
}
