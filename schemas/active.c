/* active.c: the documents of the active set and how a notice changes them. Entries and digest are computed in
 * active_view.c. */
#include "schemas/active.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "schemas/active_parts.h"

#define KEY_MAX_BYTES HS_NOTICE_MAX_BYTES

/* ---- kept notices ---- */

static void
kept_free(struct hs_kept *kept)
{
	if (!kept)
		return;
	hs_buf_free(&kept->bytes);
	hs_arena_destroy(kept->arena);
	free(kept);
}

/* SHA-256 over what this notice brings into the set: its place, its bytes and what we read in them, so that two
 * programs that read the same bytes differently differ in their digests. */
static void
kept_mark(struct hs_kept *kept)
{
	struct hs_buf lines;
	uint8_t sum[HS_SHA256_BYTES];
	hs_buf_init(&lines, SIZE_MAX / 2);
	hs_buf_printf(&lines, "%" PRIu64 " %zu\n", kept->seq, kept->bytes.len_bytes);
	for (size_t i = 0; i < kept->says.count; i++) {
		const struct hs_statement *one = &kept->says.items[i];
		hs_buf_printf(&lines, "%s|%" PRIu32 "|%d|%" PRId64 "\n", one->key, one->level,
			one->in_force, one->ordered_unix_us);
	}
	HS_CHECK(!lines.failed); /* out of memory: a wrong digest would be worse than a restart */
	const struct hs_span spans[] = { { lines.bytes, lines.len_bytes },
		{ hs_buf_text(&kept->bytes), kept->bytes.len_bytes } };
	hs_sha256(spans, HS_COUNT(spans), sum);
	hs_buf_free(&lines);
	for (size_t i = 0; i < HS_ACTIVE_LANES; i++) {
		uint64_t lane = 0;
		memcpy(&lane, sum + i * sizeof(lane), sizeof(lane));
		kept->mark[i] = be64toh(lane); /* the same on every host */
	}
}

static const char *
disaster_of(const hs_notice *notice)
{
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return notice->evacuation->disaster_name;
	return "";
}

static struct hs_kept *
kept_create(uint64_t seq, const hs_notice *notice)
{
	struct hs_kept *kept = calloc(1, sizeof(*kept));
	if (!kept)
		return NULL;
	kept->seq = seq;
	kept->revision = notice->document->revision;
	kept->mode = (int)notice->mode;
	kept->kind = (int)notice->kind;
	kept->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_buf_init(&kept->bytes, HS_FRAME_MAX_BYTES);
	hs_message_pack(notice, &kept->bytes);
	if (kept->arena)
		kept->disaster = hs_arena_strdup(kept->arena, disaster_of(notice));
	if (!kept->disaster || kept->bytes.failed ||
		hs_statements_of(kept->arena, notice, &kept->says) != HS_OK) {
		kept_free(kept);
		return NULL;
	}
	kept->in_force = hs_statements_in_force(&kept->says);
	kept_mark(kept);
	return kept;
}

/* From here on it counts: its mark is in the sum until kept_drop. */
static void
kept_count(struct hs_active *active, const struct hs_kept *kept)
{
	for (size_t i = 0; i < HS_ACTIVE_LANES; i++)
		active->sum[i] += kept->mark[i];
	active->kept_count++;
}

/* Ends one that counted; NULL is allowed. */
static void
kept_drop(struct hs_active *active, struct hs_kept **kept)
{
	if (!*kept)
		return;
	for (size_t i = 0; i < HS_ACTIVE_LANES; i++)
		active->sum[i] -= (*kept)->mark[i];
	active->kept_count--;
	kept_free(*kept);
	*kept = NULL;
}

static bool
holds(const struct hs_kept *kept)
{
	return kept && kept->in_force;
}

const struct hs_kept *
hs_active_stands(const struct hs_active_document *document)
{
	const struct hs_kept *kept = document->cancel ? document->before : document->newest;
	return holds(kept) ? kept : NULL;
}

/* ---- documents and groups ---- */

static void
set_left_over(struct hs_active_document *document, bool left_over)
{
	struct hs_active_group *group = document->group;
	if (document->left_over == left_over)
		return;
	document->left_over = left_over;
	/* The analyser does not see that a list's first member has its last one as group_prev. */
	if (left_over)
		DL_APPEND2(group->left_over, document, group_prev, group_next);
	else
		DL_DELETE2(group->left_over, document, group_prev, group_next); // NOLINT
}

static void
group_leave(struct hs_active *active, struct hs_active_document *document)
{
	struct hs_active_group *group = document->group;
	set_left_over(document, false);
	document->group = NULL;
	group->document_count--;
	if (group->document_count == 0) {
		HASH_DEL(active->groups, group);
		free(group->key);
		free(group);
	}
}

static void
group_join(struct hs_active_group *group, struct hs_active_document *document)
{
	document->group = group;
	group->document_count++;
}

static void
document_free(struct hs_active *active, struct hs_active_document *document)
{
	group_leave(active, document);
	HASH_DEL(active->documents, document);
	kept_drop(active, &document->newest);
	kept_drop(active, &document->before);
	kept_drop(active, &document->cancel);
	free(document->key);
	free(document);
}

/* In whose name it speaks: the organisation's code, or the sending system where none is given. */
static char *
group_key(const hs_notice *notice)
{
	const char *code = notice->source ? notice->source->code : "";
	char *key = NULL;
	int len = asprintf(&key, "%d|%d|%s%s", (int)notice->mode, (int)notice->kind,
		code[0] ? "=" : "", code[0] ? code : notice->document->source);
	return len < 0 ? NULL : key;
}

static struct hs_active_group *
group_get(struct hs_active *active, const hs_notice *notice)
{
	char *key = group_key(notice);
	if (!key)
		return NULL;
	struct hs_active_group *group = NULL;
	HASH_FIND_STR(active->groups, key, group);
	if (group) {
		free(key);
		return group;
	}
	group = calloc(1, sizeof(*group));
	if (!group) {
		free(key);
		return NULL;
	}
	group->key = key;
	HASH_ADD_KEYPTR(hh, active->groups, group->key, strlen(group->key), group);
	return group;
}

static struct hs_active_document *
document_create(const char *key)
{
	struct hs_active_document *document = calloc(1, sizeof(*document));
	if (document)
		document->key = strdup(key);
	if (document && !document->key) {
		free(document);
		return NULL;
	}
	return document;
}

/* The document with that key, in the group of this notice; `document` is the one that is there already, or NULL.
 * NULL: out of memory. */
static struct hs_active_document *
document_get(struct hs_active *active, struct hs_active_document *document, const char *key,
	const hs_notice *notice)
{
	struct hs_active_document *added = document ? NULL : document_create(key);
	struct hs_active_group *group = document || added ? group_get(active, notice) : NULL;
	if (!group) {
		if (added)
			free(added->key);
		free(added);
		return NULL;
	}
	if (added) {
		HASH_ADD_KEYPTR(hh, active->documents, added->key, strlen(added->key), added);
		group_join(group, added);
		return added;
	}
	if (document->group != group) {
		group_leave(active, document);
		group_join(group, document);
	}
	return document;
}

struct hs_active *
hs_active_create(void)
{
	struct hs_active *active = calloc(1, sizeof(*active));
	struct hs_active_view *view = calloc(1, sizeof(*view));
	if (!active || !view) {
		free(view);
		free(active);
		return NULL;
	}
	active->view = view;
	return active;
}

void
hs_active_destroy(struct hs_active *active)
{
	if (!active)
		return;
	struct hs_active_document *document, *next;
	HASH_ITER (hh, active->documents, document, next)
		document_free(active, document);
	hs_active_view_forget(active->view);
	free(active->view);
	free(active);
}

/* ---- applying ---- */

static void
report_one(struct hs_buf *vanished, const struct hs_statement *gone)
{
	const char *name = gone->area_name[0] ? gone->area_name : gone->area_code;
	hs_buf_puts(vanished, name);
	hs_buf_puts(vanished, "\n");
}

/* Areas that stood and that the new notice says nothing about. */
static void
report_vanished(const struct hs_kept *old, const struct hs_kept *new, struct hs_buf *vanished)
{
	if (!old || !vanished)
		return;
	for (size_t i = 0; i < old->says.count; i++) {
		const struct hs_statement *one = &old->says.items[i];
		if (one->in_force && !hs_statements_mention(&new->says, one))
			report_one(vanished, one);
	}
}

static uint64_t
last_seq(const struct hs_active_document *document)
{
	HS_CHECK(document->newest);
	return document->cancel ? document->cancel->seq : document->newest->seq;
}

static bool
mentions_all(const struct hs_kept *new, const struct hs_kept *old)
{
	for (size_t i = 0; i < old->says.count; i++)
		if (old->says.items[i].in_force &&
			!hs_statements_mention(&new->says, &old->says.items[i]))
			return false;
	return true;
}

/* Whether the new notice of another document ends this one, which is left over. What stands needs a good reason to
 * end: the first message of a new document about the same disaster (a full snapshot), or a message that speaks about
 * each of its areas. Decided by that notice alone, so that a rebuilt set decides the same. */
static bool
is_superseded(const struct hs_active_document *document, const struct hs_kept *new)
{
	const struct hs_kept *stands = hs_active_stands(document);
	if (last_seq(document) > new->seq)
		return false;
	if (!stands)
		return new->revision <= 1;
	bool same_disaster = !new->disaster[0] || !stands->disaster[0] ||
			     strcmp(new->disaster, stands->disaster) == 0;
	return (new->revision <= 1 && same_disaster) || mentions_all(new, stands);
}

static void
supersede(struct hs_active *active, struct hs_active_document *by, struct hs_buf *vanished)
{
	struct hs_active_document *document, *next;
	DL_FOREACH_SAFE2(by->group->left_over, document, next, group_next)
	{
		if (document == by || !is_superseded(document, by->newest))
			continue;
		report_vanished(hs_active_stands(document), by->newest, vanished);
		document_free(active, document);
	}
}

/* Forgets what can never count again, and lists what another document may end. */
static void
settle(struct hs_active *active, struct hs_active_document *document)
{
	if (!holds(document->before))
		kept_drop(active, &document->before);
	bool left_over = document->cancel || !holds(document->newest);
	if (left_over && !document->before)
		document_free(active, document);
	else
		set_left_over(document, left_over);
}

static void
take_revision(struct hs_active *active, struct hs_active_document *document, struct hs_kept *kept,
	struct hs_buf *vanished)
{
	report_vanished(document->newest, kept, vanished);
	kept_drop(active, &document->before);
	document->before = document->newest;
	document->newest = kept;
	kept_count(active, kept);
	supersede(active, document, vanished);
	settle(active, document);
}

static void
take_cancel(struct hs_active *active, struct hs_active_document *document, struct hs_kept *kept)
{
	if (document->cancel) { /* a second one: the rest was wrong, too */
		kept_free(kept);
		document_free(active, document);
		return;
	}
	document->cancel = kept;
	kept_count(active, kept);
	settle(active, document);
}

static bool
is_stale(const struct hs_active_document *document, uint64_t seq, const hs_notice *notice)
{
	if (seq <= last_seq(document))
		return true;
	if (notice->action == HS_ACTION(CANCEL))
		return false; /* whatever its revision: a cancel must never be lost */
	return document->cancel || notice->document->revision <= document->newest->revision;
}

static enum hs_err
apply_keyed(struct hs_active *active, const char *key, uint64_t seq, const hs_notice *notice,
	struct hs_buf *vanished)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);
	struct hs_active_document *document = NULL;
	HASH_FIND_STR(active->documents, key, document);
	if (document && is_stale(document, seq, notice))
		return HS_ERR_STALE;
	if (!document && (cancel || !hs_kind_lasts((int)notice->kind)))
		return HS_OK;
	struct hs_kept *kept = kept_create(seq, notice);
	if (kept && !cancel)
		document = document_get(active, document, key, notice);
	if (!kept || !document) {
		kept_free(kept);
		return HS_ERR_NOMEM;
	}
	if (cancel)
		take_cancel(active, document, kept);
	else
		take_revision(active, document, kept, vanished);
	hs_active_view_forget(active->view);
	return HS_OK;
}

enum hs_err
hs_active_apply(
	struct hs_active *active, uint64_t seq, const hs_notice *notice, struct hs_buf *vanished)
{
	if (!notice->document)
		return HS_ERR_INVALID;
	struct hs_buf key;
	hs_buf_init(&key, KEY_MAX_BYTES);
	enum hs_err err = HS_ERR_NOMEM;
	if (hs_document_key(notice, &key))
		err = apply_keyed(active, hs_buf_text(&key), seq, notice, vanished);
	hs_buf_free(&key);
	return err;
}
