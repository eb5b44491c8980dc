#include "hub/core/before.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "schemas/statement.h"

struct search {
	const struct hs_before_from *from;
	const hs_notice *notice;
	const struct hs_word *word;
	struct hs_arena *arena;
	struct hs_before *out;
	uint8_t own[HS_ID_BYTES];
};

static struct hs_span
span_of(const char *text)
{
	return (struct hs_span){ text, strlen(text) };
}

void
hs_before_free(struct hs_before *before)
{
	hs_area_set_free(&before->areas);
	free(before->displaced);
	*before = (struct hs_before){ 0 };
}

/* ---- what is known of one document ---- */

/* The newest that is known of it, on disk or on its way there. */
static const struct hs_known_document *
known_of(const struct hs_before_from *from, const uint8_t key[HS_ID_BYTES])
{
	const struct hs_pending_record *waiting = hs_pending_document(from->pending, key);

	return waiting != NULL ? &waiting->document : hs_index_document(from->index, key);
}

static void
add_areas(const struct search *search, const uint8_t key[HS_ID_BYTES])
{
	const struct hs_pending_record *waiting = hs_pending_document(search->from->pending, key);
	const struct hs_area_set *areas = hs_index_areas(search->from->index, key);
	struct hs_record_look look;

	if (areas != NULL)
		HS_CHECK(hs_area_set_add_all(&search->out->areas, areas) == HS_OK);
	if (waiting == NULL)
		return;
	HS_CHECK(hs_record_look(waiting->row.body, &look) == HS_OK);
	HS_CHECK(hs_notice_areas_told(look.notice, &search->out->areas) == HS_OK);
}

/* ended: nobody holds anything of it any more. */
static void
add_known(const struct search *search, const uint8_t key[HS_ID_BYTES], bool ended)
{
	const struct hs_known_document *on_disk = hs_index_document(search->from->index, key);
	const struct hs_known_document *known = known_of(search->from, key);
	struct hs_reach reach;

	if (on_disk != NULL)
		search->out->told |= on_disk->told;
	if (known == NULL)
		return;
	search->out->told |= known->told;
	reach = known->reach;
	if (ended || (known->lifted && search->notice->action != HS_ACTION(CANCEL)))
		reach.level = 0;
	hs_reach_add(&search->out->reach, &reach);
}

/* A cancel of a lift brings back what was told before the lift; what follows a cancel begins anew. */
static void
add_own(const struct search *search)
{
	const struct hs_known_document *known = known_of(search->from, search->own);
	bool cancel = search->notice->action == HS_ACTION(CANCEL);

	add_areas(search, search->own);
	add_known(search, search->own, known != NULL && known->cancelled && !cancel);
}

static void
add_named(const struct search *search)
{
	const hs_document *document = search->notice->document;
	struct hs_notice_look look = hs_intake_look(search->notice);
	uint8_t key[HS_ID_BYTES];

	for (size_t i = 0; i < document->n_supersedes; i++) {
		if (!hs_superseded_key(&look, span_of(document->supersedes[i]), key))
			continue;
		add_areas(search, key);
		add_known(search, key, false);
	}
	if (hs_first_key(&look, key)) {
		add_areas(search, key);
		add_known(search, key, false);
	}
}

/* ---- what it displaces ---- */

static void
visit_displaced(const struct search *search, const uint8_t key[HS_ID_BYTES], bool whole)
{
	struct hs_before *out = search->out;

	for (size_t i = 0; i < out->displaced_count; i++) {
		if (memcmp(out->displaced[i], key, HS_ID_BYTES) == 0)
			return;
	}
	if (out->displaced_count == out->displaced_room) {
		out->displaced_room = out->displaced_room == 0 ? 8 : out->displaced_room * 2;
		out->displaced = hs_must_realloc(
			out->displaced, out->displaced_room, sizeof(*out->displaced));
	}
	memcpy(out->displaced[out->displaced_count++], key, HS_ID_BYTES);
	add_known(search, key, false);
	if (whole)
		add_areas(search, key);
}

/* Of one that is on its way: what it says and when; false: it says nothing that could be displaced. */
static bool
word_of(const struct search *search, struct hs_pending_record *record, struct hs_word *out,
	struct hs_statements *says)
{
	const hs_notice *notice = hs_pending_notice(record);
	const struct hs_statements *read = hs_kept_says(hs_pending_kept(record));

	if (notice == NULL || notice->document->ended || notice->action == HS_ACTION(CANCEL))
		return false;
	if (read != NULL)
		*says = *read;
	else
		HS_CHECK(hs_statements_of(search->arena, notice, says) == HS_OK);
	*out = hs_word_of(notice, says);
	return true;
}

static struct hs_notice_look
look_of(const struct hs_pending_record *record)
{
	struct hs_record_look outer;
	struct hs_notice_look look;

	HS_CHECK(hs_record_look(record->row.body, &outer) == HS_OK);
	HS_CHECK(hs_notice_look(outer.notice, &look) == HS_OK);
	return look;
}

static bool
is_newest(const struct search *search, const struct hs_pending_record *record)
{
	return hs_pending_document(search->from->pending, record->document.key) == record &&
	       !hs_pending_supersedes(search->from->pending, record->document.key);
}

struct passed {
	const uint8_t *key;
	bool found;
};

static void
compare_key(void *owner, const uint8_t key[HS_ID_BYTES])
{
	struct passed *passed = owner;

	passed->found = passed->found || memcmp(passed->key, key, HS_ID_BYTES) == 0;
}

/* Did one that is on its way displace it, of which this one follows? Then all that follows from it is in that one already. */
static bool
is_passed_on(const struct search *search, const uint8_t key[HS_ID_BYTES])
{
	struct passed passed = { key, false };

	for (struct hs_pending_record *record = hs_pending_first(search->from->pending);
		record != NULL && !passed.found; record = record->next) {
		bool mine = false;

		for (size_t i = 0; i < search->out->displaced_count && !mine; i++)
			mine = memcmp(search->out->displaced[i], record->document.key,
				       HS_ID_BYTES) == 0;
		if (mine && record->row.type == (int)HS_RECORD(NOTICE))
			hs_record_each_displaced(record->row.body, compare_key, &passed);
	}
	return passed.found;
}

static void
look_at_pending(const struct search *search, struct hs_pending_record *record)
{
	const uint8_t *key = record->document.key;
	struct hs_notice_look look = look_of(record);
	struct hs_statements says;
	struct hs_word word;

	if (memcmp(key, search->own, HS_ID_BYTES) == 0 || !is_newest(search, record) ||
		look.mode != search->word->mode || is_passed_on(search, key))
		return;
	if (look.action == (int)HS_ACTION(CANCEL) && look.kind == search->word->kind &&
		!look.moments && hs_index_document(search->from->index, key) != NULL)
		visit_displaced(search, key, true);
	else if (word_of(search, record, &word, &says) && hs_word_displaces(search->word, &word))
		visit_displaced(search, key, false);
}

static bool
look_at_standing(void *owner, const char *document_key, bool whole)
{
	const struct search *search = owner;
	uint8_t key[HS_ID_BYTES];

	hs_document_key_id(document_key, key);
	if (hs_pending_document(search->from->pending, key) != NULL)
		return false; /* looked at as it will be */
	if (hs_pending_supersedes(search->from->pending, key))
		return false;
	if (whole || !is_passed_on(search, key))
		visit_displaced(search, key, whole);
	return true;
}

/* The newest of those that are on their way first: it has passed on what it displaced itself. */
static void
look_for_displaced(struct search *search, const struct hs_statements *says)
{
	const struct hs_pending *pending = search->from->pending;
	size_t count = hs_pending_count(pending), at = count;
	struct hs_pending_record **records = hs_must_alloc(count + 1, sizeof(records[0]));

	for (struct hs_pending_record *record = hs_pending_first(pending); record != NULL;
		record = record->next)
		records[--at] = record;
	for (size_t i = 0; i < count; i++) {
		if (records[i]->row.type == (int)HS_RECORD(NOTICE))
			look_at_pending(search, records[i]);
	}
	free(records);
	HS_CHECK(hs_active_each_displaced(search->from->active, search->notice, says,
			 look_at_standing, search) == HS_OK);
}

static bool
may_displace(const struct hs_verdict *verdict, const hs_notice *notice)
{
	return verdict->record_type == (int)HS_RECORD(NOTICE) && !verdict->ended &&
	       notice->action != HS_ACTION(CANCEL) && hs_kind_lasts((int)notice->kind);
}

void
hs_before_find(const struct hs_before_from *from, const hs_submit *submit,
	struct hs_verdict *verdict, struct hs_before *out)
{
	const hs_notice *notice = submit->notice;
	struct search search = { .from = from,
		.notice = notice,
		.out = out,
		.arena = hs_arena_create(HS_UNPACK_ARENA_BYTES) };
	struct hs_statements says;
	struct hs_word word;

	HS_CHECK(search.arena != NULL);
	*out = (struct hs_before){ 0 };
	memcpy(search.own, verdict->document.key, HS_ID_BYTES);
	add_own(&search);
	add_named(&search);
	if (may_displace(verdict, notice)) {
		if (from->says != NULL)
			says = *from->says;
		else
			HS_CHECK(hs_statements_of(search.arena, notice, &says) == HS_OK);
		word = hs_word_of(notice, &says);
		search.word = &word;
		if (says.count <= HS_ACTIVE_SPOTS_MAX)
			look_for_displaced(&search, &says);
	}
	hs_arena_destroy(search.arena);
	verdict->document.told |= out->told;
	hs_reach_add(&verdict->document.reach, &out->reach);
}
