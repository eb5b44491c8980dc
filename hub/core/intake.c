#include "hub/core/intake.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

#define PB_TIMES	 (&hansho__v1__times__descriptor)
#define PB_ORIGINAL	 (&hansho__v1__original__descriptor)
#define PB_RECORD	 (&hansho__v1__journal_record__descriptor)
/* Body and original must fit into one fetch_reply frame together with its other fields. */
#define RECORD_MAX_BYTES (HS_FRAME_MAX_BYTES - 65536)

#define BIT(name) (1u << HS_FINDING_##name)

static struct hs_span
text_span(const char *text)
{
	return (struct hs_span){ text, strlen(text) };
}

struct hs_notice_look
hs_intake_look(const hs_notice *notice)
{
	return (struct hs_notice_look){ .mode = (int)notice->mode,
		.kind = (int)notice->kind,
		.action = (int)notice->action,
		.revision = notice->document->revision,
		.moments = notice->document->moments,
		.order = notice->document->order,
		.supersedes = notice->document->n_supersedes,
		.source = text_span(notice->document->source),
		.document = text_span(notice->document->id),
		.first_source = text_span(hs_first_of(notice->document).source),
		.first_document = text_span(hs_first_of(notice->document).id) };
}

void
hs_intake_apply(const struct hs_known_document *known, const struct hs_notice_look *notice,
	struct hs_known_document *out)
{
	bool cancel = notice->action == (int)HS_ACTION(CANCEL);
	struct hs_known_document next = { .revision = notice->revision,
		.order = notice->order,
		.cancelled = cancel,
		.kind = cancel ? 0 : notice->kind,
		.begun = !cancel };

	if (known != NULL) {
		next.kind = cancel ? known->kind : notice->kind;
		next.told = known->told;
		next.superseded = known->superseded;
		memcpy(next.by, known->by, HS_ID_BYTES);
		next.begun = next.begun || known->begun;
		next.cancelled = next.cancelled || (known->cancelled && notice->ended);
		if (known->revision == next.revision && known->order > next.order)
			next.order = known->order;
		if (known->revision > next.revision) {
			next.revision = known->revision;
			next.order = known->order;
		}
	}
	hs_document_id(notice->mode, notice->source, notice->document, next.key);
	*out = next;
}

static int
kind_of(const struct hs_index *index, const struct hs_pending *pending,
	const uint8_t key[HS_ID_BYTES])
{
	const struct hs_pending_record *waiting = hs_pending_document(pending, key);
	const struct hs_known_document *known =
		waiting != NULL ? &waiting->document : hs_index_document(index, key);

	return known != NULL ? known->kind : 0;
}

void
hs_intake_name_cancel(struct hs_arena *arena, const struct hs_index *index,
	const struct hs_pending *pending, hs_submit *submit)
{
	hs_notice *notice = submit->notice;
	struct hs_notice_look look = hs_intake_look(notice);
	uint8_t key[HS_ID_BYTES];
	int kind = 0;

	if (notice->action != HS_ACTION(CANCEL) || notice->kind != HS_KIND(OTHER) ||
		notice->kind_text[0] != '\0')
		return;
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		struct hs_span entry = text_span(notice->document->supersedes[i]);
		int one = hs_superseded_key(&look, entry, key) ? kind_of(index, pending, key) : 0;

		if (kind != 0 && one != 0 && one != kind)
			return; /* of several kinds: it stays what it is */
		kind = one != 0 ? one : kind;
	}
	if (kind != 0 && kind != (int)HS_KIND(OTHER) &&
		hs_notice_flag(arena, notice, "kind_from_cancelled"))
		notice->kind = (Hansho__V1__Kind)kind;
}

/* It was taken, and is not in force any more: whoever sends it again may believe that it is. */
static unsigned
ended_since(
	const struct hs_notice_look *notice, const struct hs_known_document *known, bool superseded)
{
	bool newer = known != NULL &&
		     (known->revision > notice->revision ||
			     (known->revision == notice->revision && known->order > notice->order));
	bool over = superseded || newer || (known != NULL && known->cancelled);

	return over && notice->action != (int)HS_ACTION(CANCEL) ? BIT(ENDED_SINCE) : 0;
}

/* Was exactly this sent before? Then the answer is that of the first time, with what became of it: bits of findings. */
static bool
judge_repeated(const struct hs_index *index, const struct hs_pending *pending, unsigned became,
	struct hs_verdict *out)
{
	const struct hs_known_submission *known = hs_index_submission(index, out->id);

	if (known == NULL) {
		out->waits_for = hs_pending_submission(pending, out->id);
		known = out->waits_for == NULL ? NULL : &out->waits_for->submission;
	}
	if (known == NULL)
		return false;
	out->outcome = known->outcome;
	out->seq = known->seq;
	if (known->outcome == (int)HS_OUTCOME(ACCEPTED)) {
		out->outcome = HS_OUTCOME(DUPLICATE);
		out->findings = became;
	} else
		out->findings =
			known->outcome == (int)HS_OUTCOME(STALE) ? BIT(STALE) : BIT(CONFLICT);
	return true;
}

static void
refuse(struct hs_verdict *out, unsigned finding)
{
	out->outcome = HS_OUTCOME(REFUSED);
	out->findings = finding;
}

static void
record(struct hs_verdict *out, int outcome, int record_type, unsigned findings)
{
	out->outcome = outcome;
	out->record_type = record_type;
	out->findings = findings;
}

static void
accept(struct hs_verdict *out, unsigned findings)
{
	record(out, HS_OUTCOME(ACCEPTED), HS_RECORD(NOTICE), findings);
}

static void
judge_order(const struct hs_notice_look *notice, const struct hs_known_document *known,
	struct hs_verdict *out)
{
	bool cancel = notice->action == (int)HS_ACTION(CANCEL);
	uint32_t newest = known == NULL ? 0 : known->revision;
	unsigned gap =
		notice->revision > newest && notice->revision - newest > 1 ? BIT(REVISION_GAP) : 0;

	if (known == NULL && cancel && notice->supersedes == 0)
		refuse(out, BIT(CANCEL_UNKNOWN));
	else if (known != NULL && known->cancelled)
		refuse(out, BIT(DOCUMENT_CANCELLED));
	else if (cancel && notice->revision <= newest)
		accept(out, BIT(CANCEL_REVISION));
	else if (notice->revision < newest)
		record(out, HS_OUTCOME(STALE), HS_RECORD(STALE), BIT(STALE));
	else if (notice->revision == newest)
		record(out, HS_OUTCOME(CONFLICT), HS_RECORD(CONFLICT), BIT(CONFLICT));
	else
		accept(out, gap);
}

/* Is the message newer than what is known (1), older (-1), or of the same moment (0)? A cancel of the newest moment is
 * newer whatever its order: it repeats the last serial, or has none. */
static int
compare_moments(const struct hs_notice_look *notice, const struct hs_known_document *known)
{
	bool cancel = notice->action == (int)HS_ACTION(CANCEL);

	if (notice->revision != known->revision)
		return notice->revision > known->revision ? 1 : -1;
	if (cancel && !known->cancelled)
		return 1;
	if (notice->order == 0 || known->order == 0 || notice->order == known->order)
		return 0;
	return notice->order > known->order ? 1 : -1;
}

static void
judge_moment(const struct hs_notice_look *notice, const struct hs_known_document *known,
	struct hs_verdict *out)
{
	bool cancel = notice->action == (int)HS_ACTION(CANCEL);
	bool over = known != NULL && known->cancelled && !cancel; /* its cancel came first */
	int age = known == NULL ? 1 : compare_moments(notice, known);

	if (age > 0) {
		accept(out, 0);
	} else if (over && !known->begun) {
		accept(out, BIT(BORN_CANCELLED));
		out->ended = true;
	} else if (over || age < 0) {
		record(out, HS_OUTCOME(STALE), HS_RECORD(STALE), BIT(STALE));
	} else {
		accept(out, BIT(SAME_MOMENT));
	}
}

/* What stands beside the order of the document's own messages: other documents. */
static void
judge_superseded(const hs_notice *notice, bool superseded, struct hs_verdict *out)
{
	if (out->record_type != (int)HS_RECORD(NOTICE))
		return;
	if (superseded && notice->action != HS_ACTION(CANCEL)) {
		out->findings |= BIT(BORN_SUPERSEDED);
		out->ended = true;
	}
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		size_t len = strlen(notice->document->source);
		const char *entry = notice->document->supersedes[i];

		if (strncmp(entry, notice->document->source, len) != 0 || entry[len] != '|')
			out->findings |= BIT(SUPERSEDES_FOREIGN);
	}
}

void
hs_intake_judge(const hs_submit *submit, const struct hs_index *index,
	const struct hs_pending *pending, struct hs_verdict *out)
{
	struct hs_notice_look notice = hs_intake_look(submit->notice);
	const struct hs_known_document *known;
	struct hs_pending_record *waiting;
	uint8_t key[HS_ID_BYTES];
	bool superseded;

	*out = (struct hs_verdict){ 0 };
	hs_submission_id(&notice, submit->content_sha256.data, out->id);
	hs_document_id(notice.mode, notice.source, notice.document, key);
	waiting = hs_pending_document(pending, key);
	known = waiting != NULL ? &waiting->document : hs_index_document(index, key);
	superseded = (known != NULL ? known->superseded : hs_index_is_referenced(index, key)) ||
		     hs_pending_supersedes(pending, key);
	if (judge_repeated(index, pending, ended_since(&notice, known, superseded), out))
		return;
	if (notice.moments)
		judge_moment(&notice, known, out);
	else
		judge_order(&notice, known, out);
	judge_superseded(submit->notice, superseded, out);
	if (out->record_type == 0)
		out->waits_for = waiting;
	notice.ended = out->ended;
	hs_intake_apply(known, &notice, &out->document);
	out->document.superseded = superseded;
}

static void
told_of(const struct hs_index *index, const struct hs_pending *pending,
	const uint8_t key[HS_ID_BYTES], uint64_t *told, struct hs_area_set *out)
{
	const struct hs_pending_record *waiting = hs_pending_document(pending, key);
	const struct hs_known_document *document = hs_index_document(index, key);
	const struct hs_area_set *known = hs_index_areas(index, key);
	struct hs_record_look look;

	if (known != NULL) {
		*told |= document->told;
		HS_CHECK(hs_area_set_add_all(out, known) == HS_OK);
	}
	if (waiting == NULL)
		return;
	*told |= waiting->document.told;
	HS_CHECK(hs_record_look(waiting->row.body, &look) == HS_OK);
	HS_CHECK(hs_notice_areas_told(look.notice, out) == HS_OK);
}

void
hs_intake_told(const struct hs_index *index, const struct hs_pending *pending,
	const hs_submit *submit, struct hs_verdict *verdict, struct hs_area_set *out)
{
	const hs_document *document = submit->notice->document;
	struct hs_notice_look look = hs_intake_look(submit->notice);
	uint8_t key[HS_ID_BYTES];

	told_of(index, pending, verdict->document.key, &verdict->document.told, out);
	for (size_t i = 0; i < document->n_supersedes; i++) {
		if (hs_superseded_key(&look, text_span(document->supersedes[i]), key))
			told_of(index, pending, key, &verdict->document.told, out);
	}
	if (hs_first_key(&look, key))
		told_of(index, pending, key, &verdict->document.told, out);
}

/* What one record is built from. */
struct building {
	const hs_submit *submit;
	const struct hs_verdict *verdict;
	const struct hs_area_set *own, *told; /* areas of the notice; of its document before it */
	uint64_t seq;
	int64_t unix_us;
};

/* Who was told of an area that this revision does not name must learn of it (promise P6). */
static bool
complete_document(struct hs_arena *arena, hs_document *document, const struct building *building)
{
	const struct hs_area_set *told = building->told;
	bool fits = true;

	document->ended =
		building->verdict->ended; /* nobody else's word, nor are the areas before */
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
	return fits;
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
	if (notice->times == NULL)
		notice->times = hs_message_new(arena, PB_TIMES);
	if (notice->times == NULL || !complete_document(arena, notice->document, building))
		return HS_ERR_TOO_LARGE;
	notice->times->accepted = hs_time_new(arena, building->unix_us, HS_JST_MINUTES);
	return notice->times->accepted == NULL ? HS_ERR_TOO_LARGE : HS_OK;
}

/* All but its notice, which is completed; NULL: the arena is full. */
static hs_journal_record *
record_of(struct hs_arena *arena, const struct building *building)
{
	const hs_submit *submit = building->submit;
	const struct hs_verdict *verdict = building->verdict;
	hs_journal_record *record = hs_message_new(arena, PB_RECORD);
	char *id = hs_arena_alloc(arena, HS_ID_HEX);

	if (record == NULL || id == NULL || complete_notice(arena, building) != HS_OK)
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
	const struct hs_area_set *told, uint64_t seq, int64_t unix_us, struct hs_buf *body)
{
	struct hs_area_set own = { 0 };
	const struct building building = { submit, verdict, &own, told, seq, unix_us };
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
	const struct hs_area_set *told, uint64_t seq, int64_t unix_us, struct hs_row *row)
{
	const hs_submit *submit = opened->frame->submit;
	const struct building building = { submit, verdict, &opened->own, told, seq, unix_us };
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
