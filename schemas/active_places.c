/* active_places.c: what stands at which place, and what another notice would put an end to there.
 *
 * Each standing document has a spot at each place that it speaks of; the spots of a place are kept in the order of
 * their orders, so that what stands there is the last one, however many lie below it. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "schemas/active_parts.h"

#define NAME_MAX_BYTES HS_NOTICE_MAX_BYTES

/* Named by mode, kind and key of a statement: the same for all that can meet there (active_view.c, compare_places). */
struct hs_active_place {
	struct hs_active_spot *spots; /* the newest order last */
	UT_hash_handle hh;
	char name[];
};

/* What a document says of a place. */
struct hs_active_spot {
	struct hs_active_document *document;
	const struct hs_kept *kept;
	const struct hs_statement *says;
	struct hs_active_place *place;
	struct hs_active_spot *prev, *next;
};

void
hs_active_know_places(struct hs_active *active)
{
	HS_CHECK(!active->documents);
	active->knows_places = true;
}

/* Into the buffer of the set. */
static struct hs_span
name_of(struct hs_active *active, int mode, int kind, const struct hs_statement *says)
{
	struct hs_buf *name = &active->place_name;
	const char head[2] = { (char)mode, says->hazard[0] ? 0 : (char)kind };
	if (!name->max_bytes)
		hs_buf_init(name, NAME_MAX_BYTES);
	name->len_bytes = 0;
	hs_buf_add(name, head, sizeof(head));
	hs_buf_puts(name, says->key);
	HS_CHECK(
		!name->failed); /* as everywhere in the set: better a restart than a wrong picture */
	return (struct hs_span){ name->bytes, name->len_bytes };
}

static struct hs_active_place *
find_place(const struct hs_active *active, struct hs_span name)
{
	struct hs_active_place *place = NULL;
	HASH_FIND(hh, active->places, name.bytes, name.len_bytes, place);
	return place;
}

static struct hs_active_place *
get_place(struct hs_active *active, struct hs_span name)
{
	struct hs_active_place *place = find_place(active, name);
	if (place)
		return place;
	place = calloc(1, sizeof(*place) + name.len_bytes);
	HS_CHECK(place);
	memcpy(place->name, name.bytes, name.len_bytes);
	HASH_ADD(hh, active->places, name[0], name.len_bytes, place);
	return place;
}

static bool
is_before(const struct hs_active_spot *x, const struct hs_active_spot *y)
{
	if (x->says->ordered_unix_us != y->says->ordered_unix_us)
		return x->says->ordered_unix_us < y->says->ordered_unix_us;
	return x->kept->seq < y->kept->seq;
}

static void
put_spot(struct hs_active_place *place, struct hs_active_spot *spot)
{
	struct hs_active_spot *after = place->spots ? place->spots->prev : NULL;
	spot->place = place;
	while (after && is_before(spot, after))
		after = after == place->spots ? NULL : after->prev;
	if (after)
		DL_APPEND_ELEM(place->spots, after, spot);
	else
		DL_PREPEND(place->spots, spot);
}

void
hs_active_places_leave(struct hs_active *active, struct hs_active_document *document)
{
	for (size_t i = 0; i < document->spot_count; i++) {
		struct hs_active_spot *spot = &document->spots[i];
		struct hs_active_place *place = spot->place;
		DL_DELETE(place->spots, spot);
		if (!place->spots) {
			HASH_DEL(active->places, place);
			free(place);
		}
	}
	free(document->spots);
	document->spots = NULL;
	document->spot_count = 0;
}

void
hs_active_places_join(struct hs_active *active, struct hs_active_document *document)
{
	const struct hs_kept *kept = hs_active_speaks(document);
	if (!active->knows_places)
		return;
	hs_active_places_leave(active, document);
	if (!kept || !kept->says.count || kept->says.count > HS_ACTIVE_SPOTS_MAX)
		return;
	document->spots = calloc(kept->says.count, sizeof(document->spots[0]));
	HS_CHECK(document->spots);
	for (size_t i = 0; i < kept->says.count; i++) {
		const struct hs_statement *says = &kept->says.items[i];
		struct hs_active_spot *spot = &document->spots[document->spot_count];
		if (!hs_active_counts(kept, says))
			continue;
		spot->document = document;
		spot->kept = kept;
		spot->says = says;
		put_spot(get_place(active, name_of(active, kept->mode, kept->kind, says)), spot);
		document->spot_count++;
	}
}

/* ---- what one notice does to another ---- */

struct hs_word
hs_word_of(const hs_notice *notice, const struct hs_statements *says)
{
	return (struct hs_word){ .mode = (int)notice->mode,
		.kind = (int)notice->kind,
		.legacy = hs_notice_is_legacy(notice),
		.told_unix_us = hs_told_unix_us(notice),
		.says = says };
}

static struct hs_word
word_of_kept(const struct hs_kept *kept)
{
	return (struct hs_word){ kept->mode, kept->kind, kept->legacy, kept->told_unix_us,
		&kept->says };
}

static bool
is_within_window(const struct hs_word *legacy, const struct hs_word *word)
{
	return legacy->legacy && !word->legacy &&
	       legacy->told_unix_us <= word->told_unix_us + HS_LEGACY_WINDOW_US;
}

/* By the rules of active.h: the newest order wins, and the new family stands against the old one. */
static bool
yields(const struct hs_word *old, const struct hs_statement *from, const struct hs_word *new,
	const struct hs_statement *to)
{
	if (!from->in_force)
		return false;
	if (is_within_window(old, new) && (to->in_force || to->lifts))
		return true;
	return to->in_force && !is_within_window(new, old) &&
	       to->ordered_unix_us >= from->ordered_unix_us;
}

bool
hs_word_displaces(const struct hs_word *new, const struct hs_word *old)
{
	bool fewer = new->says->count < old->says->count;
	const struct hs_statements *few = fewer ? new->says : old->says;
	const struct hs_statements *many = fewer ? old->says : new->says;
	if (new->mode != old->mode)
		return false;
	for (size_t i = 0; i < few->count; i++) {
		const struct hs_statement *one = &few->items[i];
		const struct hs_statement *other = hs_statements_find(many, one);
		if (!other || (!one->hazard[0] && new->kind != old->kind))
			continue; /* warnings meet by their hazard, whatever kind told them */
		if (yields(old, fewer ? other : one, new, fewer ? one : other))
			return true;
	}
	return false;
}

/* What stands at the place; NULL: nothing. Nearly always the last one. */
static const struct hs_active_spot *
winner_at(const struct hs_active_place *place)
{
	int64_t yields_until_unix_us = INT64_MIN;
	const struct hs_active_spot *spot, *last = place->spots->prev, *winner = NULL;
	if (last->says->in_force && !last->kept->legacy)
		return last;
	DL_FOREACH (place->spots, spot) {
		int64_t until_unix_us = spot->kept->told_unix_us + HS_LEGACY_WINDOW_US;
		if (!spot->kept->legacy && until_unix_us > yields_until_unix_us)
			yields_until_unix_us = until_unix_us;
	}
	DL_FOREACH (place->spots, spot) {
		if (spot->says->in_force &&
			(!spot->kept->legacy || spot->kept->told_unix_us > yields_until_unix_us))
			winner = spot;
	}
	return winner;
}

struct search {
	struct hs_active *active;
	const char *own_key;
	const struct hs_word *word;
	bool (*visit)(void *owner, const char *document_key, bool whole);
	void *owner;
};

/* Once, however many places they share. */
static bool
visit_once(struct search *search, struct hs_active_document *document)
{
	if (document->found != search->active->looks) {
		document->found = search->active->looks;
		document->holds = search->visit(search->owner, document->key, false);
	}
	return document->holds;
}

static void
look_at_place(struct search *search, const struct hs_statement *says)
{
	struct hs_active *active = search->active;
	const struct hs_active_place *place =
		find_place(active, name_of(active, search->word->mode, search->word->kind, says));
	const struct hs_active_spot *spot = place ? winner_at(place) : NULL;
	for (; spot; spot = spot == place->spots ? NULL : spot->prev) {
		if (strcmp(spot->document->key, search->own_key) == 0)
			return; /* what lies below was displaced by that */
		const struct hs_word old = word_of_kept(spot->kept);
		if (yields(&old, spot->says, search->word, says) &&
			visit_once(search, spot->document))
			return;
	}
}

static enum hs_err
look_at_left_over(struct search *search, const hs_notice *notice)
{
	struct hs_active_group *group = NULL;
	struct hs_active_document *document;
	char *key = hs_active_group_key(notice);
	if (!key)
		return HS_ERR_NOMEM;
	HASH_FIND_STR(search->active->groups, key, group);
	free(key);
	if (!group)
		return HS_OK;
	DL_FOREACH2(group->left_over, document, group_next)
	{
		if (strcmp(document->key, search->own_key) == 0 ||
			!hs_active_would_end(document, notice, search->word->says))
			continue;
		document->found = search->active->looks;
		document->holds = search->visit(search->owner, document->key, true);
	}
	return HS_OK;
}

enum hs_err
hs_active_each_displaced(struct hs_active *active, const hs_notice *notice,
	const struct hs_statements *says,
	bool (*visit)(void *owner, const char *document_key, bool whole), void *owner)
{
	const struct hs_word word = hs_word_of(notice, says);
	struct search search = { active, "", &word, visit, owner };
	struct hs_buf key;
	enum hs_err err = HS_ERR_NOMEM;
	HS_CHECK(active->knows_places);
	active->looks++;
	hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
	if (hs_document_key(notice, &key)) {
		search.own_key = hs_buf_text(&key);
		err = look_at_left_over(&search, notice);
		for (size_t i = 0; err == HS_OK && i < says->count; i++)
			look_at_place(&search, &says->items[i]);
	}
	hs_buf_free(&key);
	return err;
}
