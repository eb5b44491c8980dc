/* watch_look.c: which alarms stand at a moment. See watch.h. */
#include "hub/core/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "hub/core/watch_parts.h"
#include "schemas/tables.h"

#define TERM_MAX_BYTES	      120
#define TERMS_MAX_BYTES	      ((size_t)64 << 20)
#define PLACES_PER_PREFECTURE 1000u

struct looking {
	struct hs_watch *watch;
	int64_t now_unix_us;
	int64_t next_unix_us; /* the next moment in which time alone changes something */
	/* Of the last entry: they come in runs. */
	const char *code;
	uint32_t key;
	const struct hs_watch_document *document;
	struct hs_alarm_list *alarms;
	bool wide; /* a warning for a whole prefecture or country is among the causes */
};

/* Has that moment come? If not, it is one to look at again. */
static bool
has_come(struct looking *looking, int64_t unix_us)
{
	if (unix_us <= looking->now_unix_us)
		return true;
	if (unix_us < looking->next_unix_us)
		looking->next_unix_us = unix_us;
	return false;
}

/* ---- what is in force → places ---- */

static void
take_longest(struct hs_watch_cause *kept, const struct hs_watch_cause *one)
{
	if (kept->seq == 0 || one->unix_us < kept->unix_us)
		*kept = *one;
}

static const char *
term_of_level(uint32_t level)
{
	const struct hs_level_display *display = hs_level_display(level);

	return display != NULL ? display->term_ja : "";
}

/* A document orders something in a place as long as one of its districts stands; which document speaks last about a
 * district does not matter here, and neither do names. */
static void
look_at_orders(struct looking *looking)
{
	struct hs_watch *watch = looking->watch;

	for (const struct hs_watch_document *document = watch->documents; document != NULL;
		document = document->hh.next) {
		for (size_t i = 0; document->orders && i < document->count; i++) {
			const struct hs_spell *spell = &document->spells[i];
			const struct hs_watch_cause cause = { .unix_us = spell->heard_unix_us,
				.seq = spell->seq,
				.kind = HS_KIND(EVACUATION),
				.level = spell->level,
				.term = term_of_level(spell->level) };

			if (!has_come(looking, spell->until_unix_us))
				take_longest(
					&hs_watch_place_get(watch, spell->place)->order, &cause);
		}
	}
}

/* What the entry's document was remembered with; NULL: it is no cause. */
static const struct hs_spell *
spell_of(struct looking *looking, const struct hs_active_entry *entry)
{
	if (!hs_watch_is_cause(entry->kind, entry->equivalent_level, entry->rank))
		return NULL;
	if (looking->document == NULL || strcmp(looking->document->key, entry->document_key) != 0)
		HASH_FIND_STR(looking->watch->documents, entry->document_key, looking->document);
	return looking->document == NULL ? NULL : hs_watch_spell(looking->document, looking->key);
}

static void
look_at_warning(void *owner, const struct hs_active_entry *entry)
{
	struct looking *looking = owner;
	struct hs_watch_cause cause = { .seq = entry->seq,
		.kind = entry->kind,
		.level = entry->equivalent_level,
		.term = entry->term };
	enum hs_watch_warning sort =
		entry->kind == (int)HS_KIND(TSUNAMI) ? HS_WATCH_TSUNAMI : HS_WATCH_LEVEL;
	struct hs_watch_place *place;
	const struct hs_spell *spell;

	if (entry->mode != looking->watch->options.mode ||
		!hs_watch_is_danger(entry->kind, entry->equivalent_level, entry->rank))
		return;
	if (looking->code == NULL || strcmp(looking->code, entry->area_code) != 0)
		looking->key = hs_watch_place_key(entry->area_code);
	looking->code = entry->area_code;
	if (looking->key == HS_WATCH_NOWHERE)
		return;
	place = hs_watch_place_get(looking->watch, looking->key);
	place->danger = true;
	spell = spell_of(looking, entry);
	if (spell == NULL)
		return;
	cause.unix_us = spell->since_unix_us;
	take_longest(&place->warnings[sort], &cause);
	looking->wide |= looking->key % PLACES_PER_PREFECTURE == 0;
}

/* A warning of a whole prefecture asks municipalities of which nothing was ever heard. */
static void
know_all_places(struct hs_watch *watch)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);

	for (size_t i = 0; i < count; i++) {
		uint32_t key = hs_watch_place_key(rows[i].code);
		bool real = strcmp(rows[i].kind, "synthetic") != 0;

		if (key % PLACES_PER_PREFECTURE != 0 &&
			(real || watch->options.mode != (int)HS_MODE(LIVE)))
			hs_watch_place_get(watch, key);
	}
}

/* ---- one municipality ---- */

/* Bytes of a term that are kept: whole characters, and not as many as a sender likes. */
static size_t
cut(const char *term)
{
	size_t len = strnlen(term, TERM_MAX_BYTES);

	while (len > 0 && ((unsigned char)term[len] & 0xC0) == 0x80)
		len--;
	return len;
}

static void
put_alarm(struct looking *looking, const struct hs_watch_place *place, int kind,
	const struct hs_watch_cause *cause, int64_t allowed_us)
{
	struct hs_alarm_list *list = looking->alarms;
	char five[16];
	struct hs_alarm *alarm;

	if (list->count == list->room) {
		list->room = list->room == 0 ? 16 : 2 * list->room;
		list->items = hs_must_realloc(list->items, list->room, sizeof(*list->items));
	}
	alarm = &list->items[list->count++];
	*alarm = (struct hs_alarm){ .kind = kind,
		.since_unix_us = cause->unix_us + allowed_us,
		.cause_unix_us = cause->unix_us,
		.cause_seq = cause->seq,
		.cause_kind = cause->kind,
		.cause_level = cause->level,
		.term = hs_arena_strndup(list->arena, cause->term, cut(cause->term)) };
	HS_CHECK(alarm->term != NULL);
	(void)snprintf(five, sizeof(five), "%05u", place->key);
	(void)snprintf(alarm->area_code, sizeof(alarm->area_code), "%.5s%c", five,
		hs_area_check_digit(five));
}

/* Since when a warning of that sort stands for the municipality at around[0] and it was not heard; seq 0: none does. */
static struct hs_watch_cause
unheard_since(const struct hs_watch_place *const around[], size_t count, enum hs_watch_warning sort)
{
	struct hs_watch_cause best = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct hs_watch_cause cause = around[i]->warnings[sort];

		if (cause.unix_us < around[0]->heard_unix_us)
			cause.unix_us = around[0]->heard_unix_us;
		if (cause.seq != 0)
			take_longest(&best, &cause);
	}
	return best;
}

static struct hs_watch_cause
unanswered_mail(struct looking *looking, const struct hs_watch_place *place)
{
	const struct hs_watch_options *options = &looking->watch->options;

	if (place->mail_seq == 0 ||
		place->heard_unix_us >= place->mail_first_unix_us - options->no_order_us ||
		has_come(looking, place->mail_last_unix_us + options->mail_us))
		return (struct hs_watch_cause){ 0 };
	return (struct hs_watch_cause){ .unix_us = place->mail_first_unix_us,
		.seq = place->mail_seq,
		.kind = HS_KIND(URGENT_MAIL),
		.term = "" };
}

/* The gravest of all that has waited for an order long enough. */
static void
look_for_missing(struct looking *looking, const struct hs_watch_place *const around[], size_t count)
{
	const struct hs_watch_cause causes[] = { unheard_since(around, count, HS_WATCH_TSUNAMI),
		unheard_since(around, count, HS_WATCH_LEVEL), unanswered_mail(looking, around[0]) };
	int64_t allowed_us = looking->watch->options.no_order_us;

	for (size_t i = 0; i < HS_COUNT(causes); i++) {
		if (causes[i].seq == 0 || !has_come(looking, causes[i].unix_us + allowed_us))
			continue;
		put_alarm(looking, around[0], HS_ALARM(NO_ORDER), &causes[i], allowed_us);
		return;
	}
}

static void
look_at_place(struct looking *looking, const struct hs_watch_place *const around[], size_t count)
{
	const struct hs_watch_options *options = &looking->watch->options;
	struct hs_watch_cause order = { 0 };
	bool danger = false;

	for (size_t i = 0; i < count; i++) {
		danger |= around[i]->danger;
		if (around[i]->order.seq != 0)
			take_longest(&order, &around[i]->order);
	}
	if (order.seq == 0 && options->no_order_us > 0)
		look_for_missing(looking, around, count);
	if (order.seq != 0 && options->no_update_us > 0 && !danger &&
		has_come(looking, order.unix_us + options->no_update_us))
		put_alarm(looking, around[0], HS_ALARM(NO_UPDATE), &order, options->no_update_us);
}

static void
look_at_places(struct looking *looking)
{
	struct hs_watch *watch = looking->watch;

	for (const struct hs_watch_place *place = watch->places; place != NULL;
		place = place->hh.next) {
		const uint32_t wider[] = { place->key - place->key % PLACES_PER_PREFECTURE,
			HS_WATCH_COUNTRY };
		const struct hs_watch_place *around[HS_COUNT(wider) + 1] = { place };
		size_t count = 1;

		if (place->key % PLACES_PER_PREFECTURE == 0)
			continue;
		for (size_t i = 0; i < HS_COUNT(wider); i++) {
			/* a key of 4 bytes is whole. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
			HASH_FIND(hh, watch->places, &wider[i], sizeof(wider[i]), around[count]);
			count += around[count] != NULL;
		}
		look_at_place(looking, around, count);
	}
}

/* ---- what changed ---- */

/* Another cause is another alarm: a tsunami that comes after the rain is told. */
static int
compare_alarms(const void *a, const void *b)
{
	const struct hs_alarm *x = a, *y = b;
	int by_place = strcmp(x->area_code, y->area_code);
	int by_kind = by_place != 0 ? by_place : x->kind - y->kind;

	return by_kind != 0 ? by_kind : x->cause_kind - y->cause_kind;
}

static void
tell_changes(const struct hs_alarm_list *before, const struct hs_alarm_list *now,
	void (*changed)(void *owner, const struct hs_alarm *alarm, bool raised), void *owner)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < now->count) {
		int order = i == before->count ? 1
			    : j == now->count  ? -1
					       : compare_alarms(&before->items[i], &now->items[j]);

		if (order != 0)
			changed(owner, order < 0 ? &before->items[i] : &now->items[j], order > 0);
		i += order <= 0;
		j += order >= 0;
	}
}

static void
look_anew(struct looking *looking, const struct hs_active *active)
{
	struct hs_watch *watch = looking->watch;

	for (struct hs_watch_place *place = watch->places; place != NULL; place = place->hh.next) {
		memset(place->warnings, 0, sizeof(place->warnings));
		place->order = (struct hs_watch_cause){ 0 };
		place->danger = false;
	}
	look_at_orders(looking);
	(void)has_come(looking,
		hs_active_each_warning_at(active, looking->now_unix_us, look_at_warning, looking));
	if (looking->wide)
		know_all_places(watch);
	look_at_places(looking);
}

void
hs_watch_look(struct hs_watch *watch, const struct hs_active *active, int64_t now_unix_us,
	void (*changed)(void *owner, const struct hs_alarm *alarm, bool raised), void *owner)
{
	struct hs_alarm_list now = { 0 };
	struct looking looking = { .watch = watch,
		.now_unix_us = now_unix_us,
		.next_unix_us = HS_FOR_EVER,
		.alarms = &now };
	bool same = !watch->changed && now_unix_us >= watch->looked_unix_us &&
		    now_unix_us < watch->next_unix_us;

	watch->looked_unix_us = now_unix_us;
	if (same)
		return;
	now.arena = hs_arena_create(TERMS_MAX_BYTES);
	HS_CHECK(now.arena != NULL);
	look_anew(&looking, active);
	if (now.count > 0)
		qsort(now.items, now.count, sizeof(*now.items), compare_alarms);
	if (changed != NULL)
		tell_changes(&watch->alarms, &now, changed, owner);
	hs_arena_destroy(watch->alarms.arena);
	free(watch->alarms.items);
	watch->alarms = now;
	watch->next_unix_us = looking.next_unix_us;
	watch->changed = false;
}

const struct hs_alarm *
hs_watch_alarms(const struct hs_watch *watch, size_t *count)
{
	*count = watch->alarms.count;
	return watch->alarms.items;
}

int64_t
hs_watch_looked_unix_us(const struct hs_watch *watch)
{
	return watch->looked_unix_us;
}
