#include "adapters/signage/shelters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/active.h"

#define LIST_ARENA_BYTES (256u << 20)

struct hs_shelters {
	struct hs_active *active;
	struct hs_arena *arena; /* of the list */
	struct hs_open_shelter *list;
	size_t count, room;
	bool failed;
};

struct hs_shelters *
hs_shelters_create(void)
{
	struct hs_shelters *shelters = calloc(1, sizeof(*shelters));
	if (shelters == NULL)
		return NULL;
	shelters->active = hs_active_create();
	if (shelters->active == NULL) {
		free(shelters);
		return NULL;
	}
	return shelters;
}

void
hs_shelters_destroy(struct hs_shelters *shelters)
{
	if (shelters == NULL)
		return;
	hs_active_destroy(shelters->active);
	hs_arena_destroy(shelters->arena);
	free(shelters->list);
	free(shelters);
}

/* 常設: it is always there. The words are those of lalert_values.csv. */
static bool
is_open(const Hansho__V1__Shelter__Item *item)
{
	return strcmp(item->sort, "開設") == 0 || strcmp(item->sort, "常設") == 0;
}

static const hs_time *
told_at(const hs_notice *notice, const Hansho__V1__Shelter__Item *item)
{
	if (item->checked != NULL)
		return item->checked;
	if (item->changed != NULL)
		return item->changed;
	return notice->times != NULL ? notice->times->reported : NULL;
}

static void
add(struct hs_shelters *shelters, uint64_t seq, const hs_notice *notice,
	const Hansho__V1__Shelter__Item *item)
{
	struct hs_geo at;
	if (!is_open(item) || item->position == NULL)
		return;
	at = (struct hs_geo){ item->position->latitude, item->position->longitude };
	if (!hs_geo_in_japan(at)) /* not a number neither */
		return;
	if (shelters->count == shelters->room) {
		size_t room = shelters->room == 0 ? 64 : shelters->room * 2;
		void *more = realloc(shelters->list, room * sizeof(*shelters->list));
		if (more == NULL) {
			shelters->failed = true;
			return;
		}
		shelters->list = more;
		shelters->room = room;
	}
	const hs_time *told = told_at(notice, item);
	shelters->list[shelters->count++] = (struct hs_open_shelter){
		.name = item->name,
		.area_code = item->area != NULL ? item->area->code : "",
		.status = item->status,
		.at = at,
		.told_unix_us = told != NULL ? told->unix_us : 0,
		.offset_minutes = told != NULL ? told->offset_minutes : 540,
		.seq = seq,
	};
}

static void
visit(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct hs_shelters *shelters = owner;
	hs_notice *notice;
	if (hs_notice_unpack(shelters->arena, bytes, len_bytes, &notice) != HS_OK) {
		shelters->failed = true;
		return;
	}
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_SHELTER)
		return;
	for (size_t i = 0; i < notice->shelter->n_items; i++)
		add(shelters, seq, notice, notice->shelter->items[i]);
}

static enum hs_err
list_again(struct hs_shelters *shelters)
{
	hs_arena_destroy(shelters->arena);
	shelters->arena = hs_arena_create(LIST_ARENA_BYTES);
	shelters->count = 0;
	shelters->failed = shelters->arena == NULL;
	if (!shelters->failed)
		hs_active_each_standing(shelters->active, visit, shelters);
	if (!shelters->failed)
		return HS_OK;
	shelters->count = 0; /* a part of it could send people to the wrong one */
	return HS_ERR_NOMEM;
}

enum hs_err
hs_shelters_apply(struct hs_shelters *shelters, uint64_t seq, const hs_notice *notice)
{
	if (notice->kind != HS_KIND(SHELTER))
		return HS_OK;
	enum hs_err err = hs_active_apply(shelters->active, seq, notice, NULL);
	return err == HS_OK ? list_again(shelters) : err;
}

const struct hs_open_shelter *
hs_shelters_list(const struct hs_shelters *shelters, size_t *count)
{
	*count = shelters->count;
	return shelters->list;
}
