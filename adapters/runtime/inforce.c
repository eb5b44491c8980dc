/* inforce.c: lists over the active set. See inforce.h. */
#include "adapters/runtime/inforce.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "schemas/area_key.h"
#include "schemas/statement.h"

#define LIST_ARENA_BYTES (64u << 20)
#define META_ARENA_BYTES (64u << 10)
#define META_SPARE	 64u /* facts kept beyond what is in force before they are swept */

#define URGENCY_ZONE 6 /* a restricted zone (schemas/tables.h); an unknown term is as urgent */

struct meta_slot {
	uint64_t seq;
	struct hs_arena *arena;
	struct hs_force_meta meta;
	bool used;
	UT_hash_handle hh;
};

struct hs_force {
	struct hs_active *active;
	struct meta_slot *metas;
	struct hs_force_list before;
	struct hs_force_list after;
	uint64_t seq;
};

struct hs_force *
hs_force_create(void)
{
	struct hs_force *force = calloc(1, sizeof(*force));
	if (force == NULL)
		return NULL;
	force->active = hs_active_create();
	if (force->active == NULL) {
		free(force);
		return NULL;
	}
	return force;
}

static void
list_free(struct hs_force_list *list)
{
	hs_arena_destroy(list->arena);
	*list = (struct hs_force_list){ 0 };
}

static void
meta_drop(struct hs_force *force, struct meta_slot *slot)
{
	HASH_DEL(force->metas, slot);
	hs_arena_destroy(slot->arena);
	free(slot);
}

void
hs_force_destroy(struct hs_force *force)
{
	if (force == NULL)
		return;
	struct meta_slot *slot, *next;
	HASH_ITER (hh, force->metas, slot, next)
		meta_drop(force, slot);
	list_free(&force->before);
	list_free(&force->after);
	hs_active_destroy(force->active);
	free(force);
}

/* ---- facts of the notices behind the rows ---- */

static const char *
keep(struct hs_arena *arena, const char *text)
{
	const char *copy = text != NULL ? hs_arena_strdup(arena, text) : "";
	return copy != NULL ? copy : "";
}

static const hs_time *
first_order_time(const hs_notice *notice)
{
	return notice->times != NULL ? notice->times->ordered : NULL;
}

static void
meta_fill(struct hs_force_meta *meta, struct hs_arena *arena, uint64_t seq, const hs_notice *notice)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	const hs_source *source = notice->source;
	const hs_time *ordered = first_order_time(notice);
	bool evacuation = notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	*meta = (struct hs_force_meta){
		.seq = seq,
		.offset_minutes = ordered != NULL ? ordered->offset_minutes : 540,
		.headline = keep(arena, text != NULL ? text->headline : NULL),
		.hazard = keep(arena, evacuation ? notice->evacuation->hazard : NULL),
		.disaster_name = keep(arena, evacuation ? notice->evacuation->disaster_name : NULL),
		.source_name = keep(arena, source != NULL ? source->name : NULL),
		.source_office = keep(arena, source != NULL ? source->office : NULL),
		.entered_by = keep(arena, source != NULL ? source->entered_by : NULL),
	};
	if (notice->times != NULL && notice->times->valid_until != NULL)
		meta->valid_until_unix_us = notice->times->valid_until->unix_us;
}

static bool
meta_remember(struct hs_force *force, uint64_t seq, const hs_notice *notice)
{
	struct meta_slot *slot;
	HASH_FIND(hh, force->metas, &seq, sizeof(seq), slot);
	if (slot != NULL)
		return true;
	slot = calloc(1, sizeof(*slot));
	struct hs_arena *arena = hs_arena_create(META_ARENA_BYTES);
	if (slot == NULL || arena == NULL) {
		free(slot);
		hs_arena_destroy(arena);
		return false;
	}
	slot->seq = seq;
	slot->arena = arena;
	meta_fill(&slot->meta, arena, seq, notice);
	HASH_ADD(hh, force->metas, seq, sizeof(slot->seq), slot);
	return true;
}

static void
meta_mark(struct hs_force *force, const struct hs_force_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct meta_slot *slot;
		HASH_FIND(hh, force->metas, &list->rows[i].seq, sizeof(uint64_t), slot);
		if (slot != NULL)
			slot->used = true;
	}
}

/* Facts of notices that order nothing any more leave, once there are enough to be worth the walk. */
static void
meta_sweep(struct hs_force *force)
{
	if (HASH_COUNT(force->metas) <= force->after.count + force->before.count + META_SPARE)
		return;
	struct meta_slot *slot, *next;
	HASH_ITER (hh, force->metas, slot, next)
		slot->used = false;
	meta_mark(force, &force->before);
	meta_mark(force, &force->after);
	HASH_ITER (hh, force->metas, slot, next) {
		if (!slot->used)
			meta_drop(force, slot);
	}
}

/* ---- rows ---- */

static void
row_rank(struct hs_force_row *row)
{
	const struct hs_level_row *known;
	if (hs_level_find(row->term, row->ordered_unix_us, &known) == HS_OK) {
		row->urgency = known->urgency;
		return;
	}
	row->unknown = row->level == 0;
	row->urgency = row->unknown ? URGENCY_ZONE : row->level;
}

struct take {
	struct hs_force *force;
	struct hs_force_list *list;
	size_t room;
	bool failed;
};

static bool
take_room(struct take *take)
{
	if (take->list->count < take->room)
		return true;
	size_t room = take->room == 0 ? 64 : take->room * 2;
	struct hs_force_row *rows = hs_arena_alloc(take->list->arena, room * sizeof(*rows));
	if (rows == NULL) {
		take->failed = true;
		return false;
	}
	if (take->list->count > 0)
		memcpy(rows, take->list->rows, take->list->count * sizeof(*rows));
	take->list->rows = rows;
	take->room = room;
	return true;
}

bool
hs_force_counts(int kind)
{
	bool known = kind > HS_KIND(UNSPECIFIED) && kind <= HS_KIND(OTHER);
	return kind == HS_KIND(EVACUATION) || !known;
}

static void
take_entry(void *owner, const struct hs_active_entry *entry)
{
	struct take *take = owner;
	if (take->failed || !hs_force_counts(entry->kind) || !take_room(take))
		return;
	struct hs_arena *arena = take->list->arena;
	struct hs_force_row *row = &take->list->rows[take->list->count++];
	*row = (struct hs_force_row){
		.area_code = keep(arena, entry->area_code),
		.area_name = keep(arena, entry->area_name),
		.sub_code = keep(arena, entry->sub_code),
		.name_key = keep(arena, entry->name_key),
		.place_key = keep(arena, entry->place_key),
		.term = keep(arena, entry->term),
		.document_key = keep(arena, entry->document_key),
		.kind = entry->kind,
		.level = entry->level,
		.seq = entry->seq,
		.ordered_unix_us = entry->ordered_unix_us,
	};
	row_rank(row);
	if (take->force != NULL) {
		struct meta_slot *slot;
		HASH_FIND(hh, take->force->metas, &row->seq, sizeof(row->seq), slot);
		row->meta = slot != NULL ? &slot->meta : NULL;
	}
}

const char *
hs_force_place_name(const struct hs_force_row *row)
{
	return strcmp(row->name_key, "*") == 0 ? "全域" : row->area_name;
}

bool
hs_force_is_zone(const struct hs_force_row *row)
{
	return row->urgency == URGENCY_ZONE && !row->unknown;
}

void
hs_force_row_copy(struct hs_arena *arena, const struct hs_force_row *from, struct hs_force_row *to)
{
	*to = *from;
	to->area_code = keep(arena, from->area_code);
	to->area_name = keep(arena, from->area_name);
	to->sub_code = keep(arena, from->sub_code);
	to->name_key = keep(arena, from->name_key);
	to->place_key = keep(arena, from->place_key);
	to->term = keep(arena, from->term);
	to->document_key = keep(arena, from->document_key);
	to->meta = NULL;
}

int
hs_force_compare(const struct hs_force_row *a, const struct hs_force_row *b)
{
	int order = strcmp(a->place_key, b->place_key);
	return order != 0 ? order : (a->kind > b->kind) - (a->kind < b->kind);
}

static int
compare_rows(const void *a, const void *b)
{
	return hs_force_compare(a, b);
}

static enum hs_err
list_take(struct hs_force *force, struct hs_force_list *list)
{
	*list = (struct hs_force_list){ .arena = hs_arena_create(LIST_ARENA_BYTES) };
	if (list->arena == NULL)
		return HS_ERR_NOMEM;
	struct take take = { .force = force, .list = list };
	hs_active_each_entry(force->active, take_entry, &take);
	if (take.failed) {
		list_free(list);
		return HS_ERR_NOMEM;
	}
	if (list->count > 1)
		qsort(list->rows, list->count, sizeof(*list->rows), compare_rows);
	return HS_OK;
}

/* ---- state ---- */

enum hs_err
hs_force_load(struct hs_force *force, uint64_t seq, const hs_notice *notice)
{
	if (notice->kind == HS_KIND(EVACUATION) && !meta_remember(force, seq, notice))
		return HS_ERR_NOMEM;
	enum hs_err err = hs_active_apply(force->active, seq, notice, NULL);
	if (err == HS_OK && seq > force->seq)
		force->seq = seq;
	return err;
}

enum hs_err
hs_force_refresh(struct hs_force *force, uint64_t seq)
{
	struct hs_force_list list;
	enum hs_err err = list_take(force, &list);
	if (err != HS_OK)
		return err;
	list_free(&force->before);
	force->before = force->after;
	force->after = list;
	if (seq > force->seq)
		force->seq = seq;
	meta_sweep(force);
	return HS_OK;
}

enum hs_err
hs_force_apply(struct hs_force *force, uint64_t seq, const hs_notice *notice)
{
	enum hs_err err = hs_force_load(force, seq, notice);
	if (err != HS_OK && err != HS_ERR_STALE)
		return err;
	enum hs_err refreshed = hs_force_refresh(force, seq);
	return refreshed != HS_OK ? refreshed : err;
}

const struct hs_force_list *
hs_force_before(const struct hs_force *force)
{
	return &force->before;
}

const struct hs_force_list *
hs_force_after(const struct hs_force *force)
{
	return &force->after;
}

uint64_t
hs_force_seq(const struct hs_force *force)
{
	return force->seq;
}

void
hs_force_digest(const struct hs_force *force, char out[HS_DIGEST_SIZE])
{
	hs_active_digest(force->active, out);
}

/* ---- a notice on its own ---- */

static void
take_place(struct take *take, uint64_t seq, const hs_notice *notice,
	const hs_evacuation_detail *detail, const hs_evacuation_place *place)
{
	const hs_area *area = place->area;
	if (area == NULL)
		return;
	const hs_time *ordered = place->ordered != NULL ? place->ordered : first_order_time(notice);
	const char *code = area->code[0] != '\0'    ? area->code
			   : notice->n_areas > 0    ? notice->areas[0]->code
			   : notice->source != NULL ? notice->source->code
						    : "";
	struct hs_active_entry entry = {
		.area_code = code,
		.area_name = area->name,
		.sub_code = area->sub_code,
		.kind = (int)notice->kind,
		.level = detail->level != NULL ? detail->level->number : 0,
		.term = detail->level != NULL && detail->level->term[0] != '\0'
				? detail->level->term
				: detail->sort,
		.document_key = "",
		.seq = seq,
		.ordered_unix_us = ordered != NULL ? ordered->unix_us : 0,
	};
	struct hs_arena *arena = take->list->arena;
	const struct hs_level_row *known;
	bool zone = hs_level_find(entry.term, entry.ordered_unix_us, &known) == HS_OK &&
		    known->urgency == URGENCY_ZONE;
	entry.name_key = hs_area_key(arena, code, area->name);
	if (entry.name_key != NULL)
		entry.place_key =
			hs_statement_key(arena, code, zone, area->sub_code, entry.name_key);
	take->failed = take->failed || entry.place_key == NULL;
	take_entry(take, &entry);
}

static void
sort_and_date(struct hs_force_list *list, const struct hs_force_meta *meta)
{
	if (list->count > 1)
		qsort(list->rows, list->count, sizeof(*list->rows), compare_rows);
	for (size_t i = 0; i < list->count; i++)
		list->rows[i].meta = meta;
}

enum hs_err
hs_force_of_notice(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	struct hs_force_around *around)
{
	*around = (struct hs_force_around){ .before = { .arena = arena },
		.after = { .arena = arena } };
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return HS_OK;
	struct take ended = { .list = &around->before };
	struct take ordered = { .list = &around->after };
	bool all_end = notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(LIFT);
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];
		bool ends = all_end || detail->state == HS_EVAC(LIFTED);
		for (size_t j = 0; j < detail->n_areas; j++)
			take_place(ends ? &ended : &ordered, seq, notice, detail, detail->areas[j]);
	}
	struct hs_force_meta *meta = hs_arena_alloc(arena, sizeof(*meta));
	if (meta == NULL || ended.failed || ordered.failed)
		return HS_ERR_NOMEM;
	meta_fill(meta, arena, seq, notice);
	sort_and_date(&around->before, meta);
	sort_and_date(&around->after, meta);
	return HS_OK;
}
