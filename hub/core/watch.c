/* watch.c: what is remembered of each notice: since when, and when it was last heard. See watch.h. */
#include "hub/core/watch.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "hub/core/watch_parts.h"
#include "schemas/statement.h"
#include "schemas/tables.h"

#define LEVEL_DANGER   4 /* 警戒レベル相当: everybody must leave */
#define LEVEL_ALERT    3
#define RANK_WARNING   3 /* 津波警報; 大津波警報 is above it */
#define PREFECTURE_LEN 2
#define CODE5_DIGITS   5
#define KEY_MAX_BYTES  HS_NOTICE_MAX_BYTES

static bool
is_warning(int kind, uint32_t equivalent_level, uint32_t rank, uint32_t least)
{
	return equivalent_level >= least || (kind == HS_KIND(TSUNAMI) && rank >= RANK_WARNING);
}

bool
hs_watch_is_cause(int kind, uint32_t equivalent_level, uint32_t rank)
{
	return is_warning(kind, equivalent_level, rank, LEVEL_DANGER);
}

bool
hs_watch_is_danger(int kind, uint32_t equivalent_level, uint32_t rank)
{
	return is_warning(kind, equivalent_level, rank, LEVEL_ALERT);
}

/* ---- places ---- */

uint32_t
hs_watch_place_key(const char *code)
{
	char five[CODE5_DIGITS + 1] = "";
	const struct hs_area_row *row;
	size_t len = strlen(code);

	if (len == 0)
		return HS_WATCH_COUNTRY;
	if ((len != PREFECTURE_LEN && len < CODE5_DIGITS) || strspn(code, "0123456789") != len)
		return HS_WATCH_NOWHERE;
	memset(five, '0', CODE5_DIGITS);
	memcpy(five, code, len < CODE5_DIGITS ? len : CODE5_DIGITS);
	row = hs_area_find(five);
	if (row != NULL && row->parent[0] != '\0')
		memcpy(five, row->parent, CODE5_DIGITS);
	return (uint32_t)strtoul(five, NULL, 10);
}

struct hs_watch_place *
hs_watch_place_get(struct hs_watch *watch, uint32_t key)
{
	struct hs_watch_place *place;

	HASH_FIND(hh, watch->places, &key, sizeof(key), place);
	if (place != NULL)
		return place;
	place = hs_must_alloc(1, sizeof(*place));
	place->key = key;
	HASH_ADD(hh, watch->places, key, sizeof(place->key), place);
	return place;
}

/* ---- documents ---- */

static int
compare_spells(const void *a, const void *b)
{
	const struct hs_spell *x = a, *y = b;

	return x->place == y->place ? 0 : x->place < y->place ? -1 : 1;
}

struct hs_spell *
hs_watch_spell(const struct hs_watch_document *document, uint32_t place)
{
	const struct hs_spell wanted = { .place = place };

	return bsearch(&wanted, document->spells, document->count, sizeof(wanted), compare_spells);
}

void
hs_watch_document_put(
	struct hs_watch *watch, const char *key, bool orders, struct hs_spell *spells, size_t count)
{
	struct hs_watch_document *document;

	HASH_FIND_STR(watch->documents, key, document);
	if (document == NULL && count > 0) {
		document = hs_must_alloc(1, sizeof(*document));
		document->key = hs_must_copy(key, strlen(key));
		HASH_ADD_KEYPTR(
			hh, watch->documents, document->key, strlen(document->key), document);
	}
	if (document == NULL) {
		free(spells);
		return;
	}
	free(document->spells);
	document->orders = orders;
	document->spells = spells;
	document->count = count;
	if (count > 0)
		return;
	HASH_DEL(watch->documents, document);
	free(document->spells);
	free(document->key);
	free(document);
}

/* ---- one notice ---- */

struct taking {
	struct hs_watch *watch;
	const char *key; /* of the notice's document */
	int kind;
	struct hs_spell base; /* what each spell of this notice begins with */
	const struct hs_watch_document *before;
	struct hs_spell *spells;
	size_t count, room;
};

static void
raise_level(struct hs_spell *spell, uint32_t level)
{
	spell->level = level > spell->level ? level : spell->level;
}

static void
add_spell(struct taking *taking, uint32_t place, uint32_t level)
{
	struct hs_spell *spell;

	if (place == HS_WATCH_NOWHERE)
		return;
	/* The districts of a municipality come one after the other. */
	spell = taking->count > 0 ? &taking->spells[taking->count - 1] : NULL;
	if (spell != NULL && spell->place == place) {
		raise_level(spell, level);
		return;
	}
	if (taking->count == taking->room) {
		taking->room = taking->room == 0 ? 8 : 2 * taking->room;
		taking->spells =
			hs_must_realloc(taking->spells, taking->room, sizeof(*taking->spells));
	}
	spell = &taking->spells[taking->count++];
	*spell = taking->base;
	spell->place = place;
	spell->level = level;
}

static void
take_word(struct taking *taking, const struct hs_active_word *word)
{
	for (size_t i = 0; i < word->says->count; i++) {
		const struct hs_statement *says = &word->says->items[i];

		if (says->in_force && (taking->kind == (int)HS_KIND(EVACUATION) ||
					      hs_watch_is_cause(taking->kind,
						      says->equivalent_level, says->rank)))
			add_spell(taking, hs_watch_place_key(says->area_code), says->level);
	}
}

/* By place, each once; what the document said before goes on, unless it had expired in between. */
static void
settle(struct taking *taking)
{
	size_t kept = 0;

	if (taking->count > 0)
		qsort(taking->spells, taking->count, sizeof(*taking->spells), compare_spells);
	for (size_t i = 0; i < taking->count; i++) {
		struct hs_spell *spell = &taking->spells[i];
		const struct hs_spell *old = NULL;

		if (kept > 0 && taking->spells[kept - 1].place == spell->place) {
			raise_level(&taking->spells[kept - 1], spell->level);
			continue;
		}
		if (taking->before != NULL)
			old = hs_watch_spell(taking->before, spell->place);
		if (old != NULL && old->until_unix_us > spell->since_unix_us)
			spell->since_unix_us = old->since_unix_us;
		taking->spells[kept++] = *spell;
	}
	taking->count = kept;
}

static void
take_standing(struct taking *taking, const struct hs_active *active, const hs_notice *notice)
{
	struct hs_active_word word;

	HASH_FIND_STR(taking->watch->documents, taking->key, taking->before);
	if (hs_active_word_of(active, notice, &word))
		take_word(taking, &word);
	settle(taking);
	hs_watch_document_put(taking->watch, taking->key, taking->kind == (int)HS_KIND(EVACUATION),
		taking->spells, taking->count);
}

/* What it replaces whole (CAP) is over. */
static void
forget_superseded(struct hs_watch *watch, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		const char *id = hs_superseded_id(notice->document, i);
		struct hs_buf key;

		hs_buf_init(&key, KEY_MAX_BYTES);
		if (id != NULL && hs_document_key_of(notice, id, &key))
			hs_watch_document_put(watch, hs_buf_text(&key), false, NULL, 0);
		hs_buf_free(&key);
	}
}

/* ---- who was heard ---- */

struct hearing {
	struct hs_watch *watch;
	uint64_t seq;
	int64_t unix_us;
	bool over; /* the mail ends what it said */
};

/* The place when it is a municipality: for orders and mails of a whole prefecture nobody in particular is heard. */
static struct hs_watch_place *
municipality(struct hs_watch *watch, const char *code)
{
	uint32_t key = hs_watch_place_key(code);

	return key == HS_WATCH_NOWHERE || key % 1000 == 0 ? NULL : hs_watch_place_get(watch, key);
}

static void
hear_order(void *owner, hs_area *area)
{
	struct hearing *hearing = owner;
	struct hs_watch_place *place = municipality(hearing->watch, area->code);

	if (place != NULL && place->heard_unix_us < hearing->unix_us)
		place->heard_unix_us = hearing->unix_us;
}

static void
hear_mail(void *owner, hs_area *area)
{
	struct hearing *hearing = owner;
	struct hs_watch_place *place = municipality(hearing->watch, area->code);
	int64_t mail_us = hearing->watch->options.mail_us;

	if (place == NULL)
		return;
	if (hearing->over) {
		place->mail_seq = 0;
		return;
	}
	if (place->mail_seq == 0 || place->heard_unix_us >= place->mail_first_unix_us ||
		hearing->unix_us >= place->mail_last_unix_us + mail_us) {
		place->mail_seq = hearing->seq;
		place->mail_first_unix_us = hearing->unix_us;
	}
	place->mail_last_unix_us = hearing->unix_us;
}

static void
hear(struct hs_watch *watch, uint64_t seq, int64_t unix_us, hs_notice *notice)
{
	struct hearing hearing = { watch, seq, unix_us,
		notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(LIFT) };

	if (notice->kind == HS_KIND(EVACUATION))
		hs_notice_visit_areas(notice, hear_order, &hearing);
	else if (notice->kind == HS_KIND(URGENT_MAIL))
		hs_notice_visit_areas(notice, hear_mail, &hearing);
}

void
hs_watch_take(struct hs_watch *watch, const struct hs_active *active, uint64_t seq, int64_t unix_us,
	hs_notice *notice)
{
	struct hs_buf key;
	struct taking taking = { .watch = watch,
		.kind = (int)notice->kind,
		.base = { .since_unix_us = unix_us,
			.heard_unix_us = unix_us,
			.until_unix_us = hs_valid_until(notice),
			.seq = seq } };

	if ((int)notice->mode != watch->options.mode || notice->document == NULL)
		return;
	watch->changed = true;
	hear(watch, seq, unix_us, notice);
	if (!hs_kind_lasts((int)notice->kind))
		return;
	hs_buf_init(&key, KEY_MAX_BYTES);
	HS_CHECK(hs_document_key(notice, &key));
	taking.key = hs_buf_text(&key);
	forget_superseded(watch, notice);
	take_standing(&taking, active, notice);
	hs_buf_free(&key);
}

/* ---- life ---- */

struct hs_watch *
hs_watch_create(const struct hs_watch_options *options)
{
	struct hs_watch *watch = hs_must_alloc(1, sizeof(*watch));

	watch->options = *options;
	watch->changed = true;
	return watch;
}

void
hs_watch_destroy(struct hs_watch *watch)
{
	struct hs_watch_document *document, *next_document;
	struct hs_watch_place *place, *next_place;

	HASH_ITER (hh, watch->documents, document, next_document) {
		HASH_DEL(watch->documents, document);
		free(document->spells);
		free(document->key);
		free(document);
	}
	HASH_ITER (hh, watch->places, place, next_place) {
		HASH_DEL(watch->places, place);
		free(place);
	}
	hs_arena_destroy(watch->alarms.arena);
	free(watch->alarms.items);
	free(watch);
}
