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
	standing->around_seq = 0;
	if (!standing->force || item->seq <= hs_force_seq(standing->force))
		return;
	enum hs_err err = hs_force_apply(standing->force, item->seq, item->notice);
	if (err == HS_OK || err == HS_ERR_STALE) {
		standing->around_seq = item->seq;
		return;
	}
	/* A state with a hole would name areas that have ended: better to say nothing. */
	hs_error("adapter.state_lost", "seq=%llu err=%s", (unsigned long long)item->seq,
		hs_err_name(err));
	hs_standing_free(standing);
}

void
hs_standing_free(struct hs_standing *standing)
{
	hs_force_destroy(standing->force);
	*standing = (struct hs_standing){ 0 };
}

struct wanted {
	const struct hs_municipal *municipal;
	bool merge_wards;
};

static bool
is_told(const struct hs_told *told, const struct hs_force_row *row)
{
	for (size_t i = 0; i < told->count; i++)
		for (size_t j = 0; j < told->groups[i]->row_count; j++)
			if (hs_force_compare(told->groups[i]->rows[j], row) == 0)
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
	       !is_told(&wanted->municipal->ordered, row) &&
	       !is_told(&wanted->municipal->returned, row);
}

/* Areas of the municipality that are in force and that it does not tell already. Nothing for a notice that ends
 * nothing. */
static enum hs_err
standing_of(const struct hs_standing *standing, struct hs_arena *arena, const hs_notice *notice,
	bool merge_wards, struct hs_municipal *municipal)
{
	bool ends = municipal->ended.count + municipal->dropped.count > 0 ||
		    notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(LIFT);
	struct wanted wanted = { municipal, merge_wards };
	struct hs_force_group *groups;
	size_t count;
	if (!standing->force || !ends)
		return HS_OK;
	enum hs_err err = hs_force_groups(
		arena, hs_force_after(standing->force), is_wanted, &wanted, &groups, &count);
	if (err != HS_OK || count == 0)
		return err;
	struct hs_told told = { hs_arena_alloc(arena, count * sizeof(*told.groups)), count };
	if (!told.groups)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		told.groups[i] = &groups[i];
	municipal->standing = told;
	return HS_OK;
}

enum hs_err
hs_standing_split(const struct hs_standing *standing, struct hs_arena *arena,
	const struct hs_adapter_item *item, bool merge_wards, struct hs_municipal **out,
	size_t *count)
{
	struct hs_force_around around = { .known = true };
	bool known = standing->force && standing->around_seq == item->seq;
	if (known) {
		around.before = *hs_force_before(standing->force);
		around.after = *hs_force_after(standing->force);
	}
	enum hs_err err = hs_municipal_split(
		arena, item->seq, item->notice, known ? &around : NULL, merge_wards, out, count);
	for (size_t i = 0; err == HS_OK && i < *count; i++) {
		/* Out of memory here costs the remark about the rest, not the announcement. */
		(void)!standing_of(standing, arena, item->notice, merge_wards, &(*out)[i]);
	}
	return err;
}
