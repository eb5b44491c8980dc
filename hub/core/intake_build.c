/* intake_build.c: the record of a submission that was judged (intake.h). */
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/before.h"
#include "hub/core/intake.h"

#define PB_TIMES	 (&hansho__v1__times__descriptor)
#define PB_ORIGINAL	 (&hansho__v1__original__descriptor)
#define PB_RECORD	 (&hansho__v1__journal_record__descriptor)
/* Body and original must fit into one fetch_reply frame together with its other fields. */
#define RECORD_MAX_BYTES (HS_FRAME_MAX_BYTES - 65536)

/* What one record is built from. */
struct building {
	const hs_submit *submit;
	const struct hs_verdict *verdict;
	const struct hs_area_set *own; /* areas of the notice */
	const struct hs_before *before;
	uint64_t seq;
	int64_t unix_us;
};

static bool
add_kind(struct hs_arena *arena, hs_document *document, int kind)
{
	char word[64];
	const char *name = hs_enum_word(&hansho__v1__kind__descriptor, kind, word);
	char *copy = hs_arena_strdup(arena, name != NULL ? name : "unspecified");

	return copy != NULL &&
	       hs_repeat(arena, &document->n_kinds_before, &document->kinds_before, copy);
}

/* Who filters by kind or level must learn of what follows (before.h), too. */
static bool
complete_before(struct hs_arena *arena, hs_document *document, const struct building *building)
{
	const struct hs_reach *reach = &building->before->reach;
	uint64_t kinds = reach->kinds & ~hs_reach_kind((int)building->submit->notice->kind);
	bool fits = true;

	document->n_kinds_before = 0;
	document->kinds_before = NULL;
	for (int kind = 0; fits && kind <= HS_REACH_KIND_MAX; kind++) {
		if ((kinds >> kind & 1) != 0)
			fits = add_kind(arena, document, kind);
	}
	document->follows = reach->level > 0;
	document->level_before = reach->level < HS_REACH_ALL ? reach->level : 0;
	return fits;
}

/* Who was told of an area that this revision does not name must learn of it (promise P6). */
static bool
complete_document(struct hs_arena *arena, hs_document *document, const struct building *building)
{
	const struct hs_area_set *told = &building->before->areas;
	bool fits = true;

	document->ended = building->verdict->ended; /* nobody else's word, nor is what was before */
	document->n_areas_before = 0;
	document->areas_before = NULL;
	for (size_t i = 0; fits && i < told->count; i++) {
		char *code = NULL;

		if (hs_area_set_has(building->own, told->codes[i]))
			continue;
		code = hs_arena_strdup(arena, told->codes[i]);
		fits = code != NULL &&
		       hs_repeat(arena, &document->n_areas_before, &document->areas_before, code);
	}
	return fits && complete_before(arena, document, building);
}

static bool
complete_original(struct hs_arena *arena, const hs_submit *submit)
{
	hs_notice *notice = submit->notice;
	struct hs_span bytes = { submit->original.data, submit->original.len };

	if (notice->original == NULL)
		notice->original = hs_message_new(arena, PB_ORIGINAL);
	if (notice->original == NULL)
		return false;
	if (notice->original->sha256.len == 0) {
		notice->original->sha256.data = hs_arena_alloc(arena, HS_SHA256_BYTES);
		if (notice->original->sha256.data == NULL)
			return false;
		notice->original->sha256.len = HS_SHA256_BYTES;
		hs_sha256(&bytes, 1, notice->original->sha256.data);
	}
	notice->original->len_bytes = submit->original.len;
	return true;
}

bool
hs_intake_complete(struct hs_arena *arena, hs_submit *submit)
{
	return hs_notice_mark(arena, submit->notice) && complete_original(arena, submit);
}

static enum hs_err
complete_notice(struct hs_arena *arena, const struct building *building)
{
	static const enum hs_hub_finding flags[] = { HS_FINDING_LEVEL_JUMP,
		HS_FINDING_NEAR_DUPLICATE, HS_FINDING_CHECK_BROKEN, HS_FINDING_CANCEL_REVISION,
		HS_FINDING_REVISION_GAP, HS_FINDING_SAME_EVENT, HS_FINDING_SAME_MOMENT,
		HS_FINDING_BORN_SUPERSEDED, HS_FINDING_BORN_CANCELLED,
		HS_FINDING_SUPERSEDES_FOREIGN, HS_FINDING_REFERENCES_INCOMPLETE };
	hs_notice *notice = building->submit->notice;

	for (size_t i = 0; i < HS_COUNT(flags); i++) {
		if ((building->verdict->findings >> flags[i] & 1) != 0 &&
			!hs_notice_flag(arena, notice, hs_hub_finding_code(flags[i])))
			return HS_ERR_TOO_LARGE;
	}
	return complete_document(arena, notice->document, building) ? HS_OK : HS_ERR_TOO_LARGE;
}

bool
hs_intake_date(struct hs_arena *arena, hs_notice *notice, int64_t unix_us)
{
	if (notice->times == NULL)
		notice->times = hs_message_new(arena, PB_TIMES);
	if (notice->times == NULL)
		return false;
	notice->times->accepted = hs_time_new(arena, unix_us, HS_JST_MINUTES);
	return notice->times->accepted != NULL;
}

static bool
add_displaced(struct hs_arena *arena, hs_journal_record *record, const struct hs_before *before)
{
	ProtobufCBinaryData *keys;

	if (before->displaced_count == 0)
		return true;
	keys = hs_arena_alloc(arena, before->displaced_count * sizeof(keys[0]));
	for (size_t i = 0; keys != NULL && i < before->displaced_count; i++)
		keys[i] = (ProtobufCBinaryData){ HS_ID_BYTES, before->displaced[i] };
	record->n_displaced = before->displaced_count;
	record->displaced = keys;
	return keys != NULL;
}

/* All but its notice, which is completed; NULL: the arena is full. */
static hs_journal_record *
record_of(struct hs_arena *arena, const struct building *building)
{
	const hs_submit *submit = building->submit;
	const struct hs_verdict *verdict = building->verdict;
	hs_journal_record *record = hs_message_new(arena, PB_RECORD);
	char *id = hs_arena_alloc(arena, HS_ID_HEX);

	if (record == NULL || id == NULL || complete_notice(arena, building) != HS_OK ||
		!add_displaced(arena, record, building->before))
		return NULL;
	hs_hex(verdict->id, HS_ID_BYTES, id);
	record->type = (Hansho__V1__JournalRecord__Type)verdict->record_type;
	record->seq = verdict->record_type == (int)HS_RECORD(NOTICE) ? building->seq : 0;
	record->unix_us = building->unix_us;
	record->submission_id = id;
	record->principal = submit->principal;
	record->content_sha256 = submit->content_sha256;
	record->n_warnings = submit->n_warnings;
	record->warnings = submit->warnings;
	return record;
}

static bool
fits(size_t body_bytes, const hs_submit *submit)
{
	return body_bytes > 0 && body_bytes <= HS_NOTICE_MAX_BYTES &&
	       body_bytes + submit->original.len <= RECORD_MAX_BYTES;
}

enum hs_err
hs_intake_build(struct hs_arena *arena, const hs_submit *submit, const struct hs_verdict *verdict,
	const struct hs_before *before, uint64_t seq, int64_t unix_us, struct hs_buf *body)
{
	struct hs_area_set own = { 0 };
	const struct building building = { submit, verdict, &own, before, seq, unix_us };
	hs_notice *notice = submit->notice;
	hs_journal_record *record = NULL;

	for (size_t i = 0; i < notice->n_areas; i++)
		HS_CHECK(hs_area_set_add(&own, notice->areas[i]->code,
				 strlen(notice->areas[i]->code)) == HS_OK);
	if (hs_notice_mark(arena, notice))
		record = record_of(arena, &building);
	hs_area_set_free(&own);
	if (record == NULL)
		return HS_ERR_TOO_LARGE;
	HS_CHECK(complete_original(arena, submit));
	record->notice = notice;
	hs_message_pack(record, body);
	return !body->failed && fits(body->len_bytes, submit) ? HS_OK : HS_ERR_TOO_LARGE;
}

enum hs_err
hs_intake_build_opened(struct hs_opened *opened, const struct hs_verdict *verdict,
	const struct hs_before *before, uint64_t seq, int64_t unix_us, struct hs_row *row)
{
	const hs_submit *submit = opened->frame->submit;
	const struct building building = { submit, verdict, &opened->own, before, seq, unix_us };
	hs_journal_record *record = record_of(opened->arena, &building);

	if (record == NULL)
		return HS_ERR_TOO_LARGE;
	row->body = hs_opened_body(opened, record, &row->owners.body);
	row->owners.original = hs_shared_ref(opened->arena_owner);
	if (submit->original.len > 0)
		row->original_sha256 = submit->notice->original->sha256.data;
	row->owners.reading = hs_shared_ref(opened->reading);
	if (opened->stage == HS_STORE_DONE)
		row->store = (struct hs_row_store){ .number = opened->store,
			.bulk_bytes = opened->bulk_len_bytes };
	if (fits(row->body.len_bytes, submit))
		return HS_OK;
	hs_row_unref(row);
	return HS_ERR_TOO_LARGE;
}
