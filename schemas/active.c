/* active.c: the documents of the active set and how a notice changes them. Entries and digest are computed in
 * active_view.c. */
#include "schemas/active.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "schemas/active_parts.h"

#define KEY_MAX_BYTES HS_NOTICE_MAX_BYTES

/* ---- kept notices ---- */

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
	if (hs_kept_bytes(*kept).len_bytes > active->collect_bytes) {
		(*kept)->next = active->dropped;
		active->dropped = *kept;
	} else {
		hs_kept_free(*kept);
	}
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

/* The analyser does not see that a list's first member has its last one as group_prev. */
static void
list_leave(struct hs_active_document *document)
{
	struct hs_active_group *group = document->group;
	if (document->left_over)
		DL_DELETE2(group->left_over, document, group_prev, group_next); // NOLINT
	else
		DL_DELETE2(group->others, document, group_prev, group_next); // NOLINT
}

static void
set_left_over(struct hs_active_document *document, bool left_over)
{
	struct hs_active_group *group = document->group;
	if (document->left_over == left_over)
		return;
	list_leave(document);
	document->left_over = left_over;
	if (left_over)
		DL_APPEND2(group->left_over, document, group_prev, group_next);
	else
		DL_APPEND2(group->others, document, group_prev, group_next);
}

static void
set_witness(struct hs_active *active, struct hs_active_document *document, bool witness)
{
	if (document->witness == witness)
		return;
	document->witness = witness;
	if (witness) {
		DL_APPEND2(active->witnesses, document, witness_prev, witness_next);
		active->witness_count++;
	} else {
		DL_DELETE2(active->witnesses, document, witness_prev, witness_next);
		active->witness_count--;
	}
}

static void
group_leave(struct hs_active *active, struct hs_active_document *document)
{
	struct hs_active_group *group = document->group;
	list_leave(document);
	document->left_over = false;
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
	DL_APPEND2(group->others, document, group_prev, group_next);
}

static void
document_free(struct hs_active *active, struct hs_active_document *document)
{
	set_witness(active, document, false);
	hs_active_places_leave(active, document);
	group_leave(active, document);
	HASH_DEL(active->documents, document);
	kept_drop(active, &document->newest);
	kept_drop(active, &document->before);
	kept_drop(active, &document->cancel);
	free(document->key);
	free(document);
}

char *
hs_active_group_key(const hs_notice *notice)
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
	char *key = hs_active_group_key(notice);
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
	active->collect_bytes = SIZE_MAX;
	return active;
}

void
hs_active_collect(struct hs_active *active, size_t min_bytes)
{
	active->collect_bytes = min_bytes;
}

struct hs_kept *
hs_active_dropped(struct hs_active *active)
{
	struct hs_kept *first = active->dropped;
	active->dropped = NULL;
	return first;
}

void
hs_active_destroy(struct hs_active *active)
{
	if (!active)
		return;
	struct hs_active_document *document, *next;
	HASH_ITER (hh, active->documents, document, next)
		document_free(active, document);
	hs_kept_free_all(active->dropped);
	hs_active_view_forget(active->view);
	hs_buf_free(&active->place_name);
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
mentions_all(const struct hs_statements *new, const struct hs_kept *old)
{
	for (size_t i = 0; i < old->says.count; i++)
		if (old->says.items[i].in_force && !hs_statements_mention(new, &old->says.items[i]))
			return false;
	return true;
}

/* Does a message of the same organisation, the first of its document or a later one, end what stands? */
static bool
ends(const struct hs_kept *stands, bool begins, const char *disaster,
	const struct hs_statements *says)
{
	bool same_disaster =
		!disaster[0] || !stands->disaster[0] || strcmp(disaster, stands->disaster) == 0;
	return (begins && same_disaster) || mentions_all(says, stands);
}

bool
hs_active_would_end(const struct hs_active_document *document, const hs_notice *notice,
	const struct hs_statements *says)
{
	const struct hs_kept *stands = hs_active_stands(document);
	return stands &&
	       ends(stands, notice->document->revision <= 1, hs_disaster_of(notice), says);
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
	return ends(stands, new->revision <= 1, new->disaster, &new->says);
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

/* Lifted by the new family: its word still stands against the old one. */
static bool
is_witness(const struct hs_active_document *document)
{
	const struct hs_kept *newest = document->newest;
	bool two_families = newest->kind == HS_KIND(WEATHER) || newest->kind == HS_KIND(LANDSLIDE);
	return two_families && newest->moments && newest->lifts && !newest->legacy &&
	       !newest->in_force;
}

/* Forgets what can never count again, and lists what another document may end. */
static void
settle(struct hs_active *active, struct hs_active_document *document)
{
	if (!holds(document->before) || document->newest->moments)
		kept_drop(active, &document->before);
	bool left_over = document->cancel || !holds(document->newest);
	bool witness = is_witness(document);
	set_witness(active, document, false); /* the list is by seq */
	set_witness(active, document, witness);
	if (left_over && !document->before && !witness) {
		document_free(active, document);
	} else {
		set_left_over(document, left_over && !witness);
		hs_active_places_join(active, document);
	}
	if (active->witness_count > HS_WITNESSES_MAX)
		document_free(active, active->witnesses);
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
	if (document->cancel || kept->moments) { /* a second one: the rest was wrong, too */
		hs_kept_free(kept);
		document_free(active, document);
		return;
	}
	document->cancel = kept;
	kept_count(active, kept);
	settle(active, document);
}

/* Of two messages of one moment the order decides, where both name it; a cancel of that moment is always newer. */
static bool
is_older(const struct hs_kept *newest, const hs_notice *notice)
{
	const hs_document *document = notice->document;
	if (document->revision != newest->revision)
		return document->revision < newest->revision;
	return notice->action != HS_ACTION(CANCEL) && document->order && newest->order &&
	       document->order < newest->order;
}

static bool
is_stale(const struct hs_active_document *document, uint64_t seq, const hs_notice *notice)
{
	if (seq <= last_seq(document))
		return true;
	uint32_t newest = document->newest->revision;
	if (notice->document->moments)
		return is_older(document->newest, notice);
	if (notice->action == HS_ACTION(CANCEL))
		return false; /* whatever its revision: a cancel must never be lost */
	return document->cancel || notice->document->revision <= newest;
}

/* Ends the documents that this notice names. HS_ERR_NOMEM. */
static enum hs_err
end_superseded(struct hs_active *active, uint64_t seq, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		const char *id = hs_superseded_id(notice->document, i);
		struct hs_active_document *document = NULL;
		struct hs_buf key;
		if (!id)
			continue;
		hs_buf_init(&key, KEY_MAX_BYTES);
		bool made = hs_document_key_of(notice, id, &key);
		if (made)
			HASH_FIND_STR(active->documents, hs_buf_text(&key), document);
		hs_buf_free(&key);
		if (!made)
			return HS_ERR_NOMEM;
		if (!document || last_seq(document) >= seq)
			continue;
		document_free(active, document);
		hs_active_view_forget(active->view);
	}
	return HS_OK;
}

/* *kept: what was prepared, or NULL; NULL again when the set has it. */
static enum hs_err
apply_keyed(struct hs_active *active, const char *key, uint64_t seq, const hs_notice *notice,
	struct hs_kept **kept, struct hs_buf *vanished)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);
	struct hs_active_document *document = NULL;
	HASH_FIND_STR(active->documents, key, document);
	if (document && is_stale(document, seq, notice))
		return HS_ERR_STALE;
	if (notice->document->n_supersedes && end_superseded(active, seq, notice) != HS_OK)
		return HS_ERR_NOMEM;
	if (notice->document->ended || (!document && (cancel || !hs_kind_lasts((int)notice->kind))))
		return HS_OK;
	if (!*kept)
		*kept = hs_kept_create(seq, notice);
	if (*kept && !cancel)
		document = document_get(active, document, key, notice);
	if (!*kept || !document)
		return HS_ERR_NOMEM;
	if (cancel)
		take_cancel(active, document, *kept);
	else
		take_revision(active, document, *kept, vanished);
	*kept = NULL;
	hs_active_view_forget(active->view);
	return HS_OK;
}

enum hs_err
hs_active_apply_kept(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_kept *kept, struct hs_buf *vanished)
{
	struct hs_buf key;
	enum hs_err err = HS_ERR_INVALID;
	hs_buf_init(&key, KEY_MAX_BYTES);
	if (notice->document)
		err = hs_document_key(notice, &key) ? HS_OK : HS_ERR_NOMEM;
	if (err == HS_OK)
		err = apply_keyed(active, hs_buf_text(&key), seq, notice, &kept, vanished);
	hs_buf_free(&key);
	hs_kept_free(kept);
	return err;
}

enum hs_err
hs_active_apply(
	struct hs_active *active, uint64_t seq, const hs_notice *notice, struct hs_buf *vanished)
{
	return hs_active_apply_kept(active, seq, notice, NULL, vanished);
}
