#include "hub/core/intake.h"

#include <string.h>

#include "hub/base/check.h"

#define BIT(name) (1u << HS_FINDING_##name)

static struct hs_span
text_span(const char *text)
{
	return (struct hs_span){ text, strlen(text) };
}

struct hs_notice_look
hs_intake_look(const hs_notice *notice)
{
	uint32_t level = notice->level != NULL ? notice->level->number : 0;

	if (notice->equivalent_level != NULL && notice->equivalent_level->number > level)
		level = notice->equivalent_level->number;
	return (struct hs_notice_look){ .mode = (int)notice->mode,
		.level = level,
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

/* Who may have something of the document after this notice, by his filter. */
static struct hs_reach
reach_after(const struct hs_known_document *known, const struct hs_notice_look *notice)
{
	bool cancel = notice->action == (int)HS_ACTION(CANCEL);
	bool gives = !cancel && notice->action != (int)HS_ACTION(LIFT);
	struct hs_reach reach = { hs_reach_kind(notice->kind),
		gives ? hs_reach_level(notice->level) : 0 };

	hs_reach_add(&reach, &notice->before);
	if (known == NULL)
		return reach;
	reach.kinds |= known->reach.kinds;
	if (cancel || !(known->lifted || known->cancelled)) /* else it begins anew */
		hs_reach_add(&reach, &known->reach);
	return reach;
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
		.begun = !cancel,
		.lifted = notice->action == (int)HS_ACTION(LIFT),
		.reach = reach_after(known, notice) };

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
