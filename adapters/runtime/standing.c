#include "adapters/runtime/standing.h"

#include <string.h>

#include "hub/base/log.h"

void
hs_standing_load(struct hs_standing *standing, const struct hs_adapter_snapshot *snapshot)
{
	enum hs_err err = HS_ERR_NOMEM;
	hs_standing_free(standing);
	struct hs_force *force = hs_force_create();
	if (force)
		err = HS_OK;
	for (size_t i = 0; err == HS_OK && i < snapshot->count; i++) {
		err = hs_force_load(force, snapshot->notices[i].seq, snapshot->notices[i].notice);
		if (err == HS_ERR_STALE)
			err = HS_OK;
	}
	if (err == HS_OK)
		err = hs_force_refresh(force, snapshot->seq);
	if (err == HS_OK) {
		standing->force = force;
		return;
	}
	hs_error("adapter.state_not_loaded", "lane=%s err=%s", hs_lane_name(snapshot->lane),
		hs_err_name(err));
	hs_force_destroy(force);
}

void
hs_standing_apply(struct hs_standing *standing, const struct hs_adapter_item *item)
{
	if (!standing->force || item->seq <= hs_force_seq(standing->force))
		return;
	enum hs_err err = hs_force_apply(standing->force, item->seq, item->notice);
	if (err == HS_OK || err == HS_ERR_STALE)
		return;
	/* A state with a hole would name areas that have ended: better to say nothing. */
	hs_error("adapter.state_lost", "seq=%llu err=%s", (unsigned long long)item->seq,
		hs_err_name(err));
	hs_standing_free(standing);
}

void
hs_standing_free(struct hs_standing *standing)
{
	hs_force_destroy(standing->force);
	standing->force = NULL;
}

struct wanted {
	const struct hs_municipal *municipal;
	bool merge_wards;
};

static bool
is_ordered(const struct hs_municipal *municipal, const struct hs_force_row *row)
{
	for (size_t i = 0; i < municipal->ordered_count; i++)
		for (size_t j = 0; j < municipal->ordered[i]->row_count; j++)
			if (hs_force_compare(municipal->ordered[i]->rows[j], row) == 0)
				return true;
	return false;
}

static bool
is_wanted(const void *owner, const struct hs_force_row *row)
{
	const struct wanted *wanted = owner;
	const char *code = row->area_code;
	const struct hs_area_row *area = hs_area_find(code);
	if (wanted->merge_wards && area && area->parent[0] != '\0')
		code = area->parent;
	return row->kind == HS_KIND(EVACUATION) && strcmp(code, wanted->municipal->code) == 0 &&
	       !is_ordered(wanted->municipal, row);
}

enum hs_err
hs_standing_of(const struct hs_standing *standing, struct hs_arena *arena, const hs_notice *notice,
	bool merge_wards, struct hs_municipal *municipal)
{
	bool ends = municipal->ended_count > 0 || notice->action == HS_ACTION(CANCEL) ||
		    notice->action == HS_ACTION(LIFT);
	struct wanted wanted = { municipal, merge_wards };
	struct hs_force_group *groups;
	size_t count;
	municipal->standing_count = 0;
	if (!standing->force || !ends)
		return HS_OK;
	enum hs_err err = hs_force_groups(
		arena, hs_force_after(standing->force), is_wanted, &wanted, &groups, &count);
	if (err != HS_OK || count == 0)
		return err;
	municipal->standing = hs_arena_alloc(arena, count * sizeof(*municipal->standing));
	if (!municipal->standing)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		municipal->standing[i] = &groups[i];
	municipal->standing_count = count;
	return HS_OK;
}
