#include "adapters/signage/cancel.h"

#include "adapters/runtime/change.h"
#include "hub/base/check.h"

#define CANCEL_ARENA_BYTES (64u << 20)

void
hs_signage_cancel_free(struct hs_signage_cancel *cancel)
{
	hs_arena_destroy(cancel->arena);
	*cancel = (struct hs_signage_cancel){ 0 };
}

static bool
collect(struct hs_signage_cancel *cancel, const struct hs_change_row *rows, size_t count)
{
	struct hs_force_list *returned = &cancel->returned, *ended = &cancel->ended;
	returned->rows = hs_arena_alloc(cancel->arena, (count + 1) * sizeof(*returned->rows));
	ended->rows = hs_arena_alloc(cancel->arena, (count + 1) * sizeof(*ended->rows));
	if (returned->rows == NULL || ended->rows == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].change == HS_CHANGE_RETURNED || rows[i].change == HS_CHANGE_RESTORED)
			hs_force_row_copy(
				cancel->arena, rows[i].after, &returned->rows[returned->count++]);
		if (rows[i].change == HS_CHANGE_CANCELLED || rows[i].change == HS_CHANGE_RESTORED)
			hs_force_row_copy(
				cancel->arena, rows[i].before, &ended->rows[ended->count++]);
	}
	return !hs_arena_failed(cancel->arena);
}

enum hs_err
hs_signage_cancel_take(struct hs_signage_cancel *cancel, const struct hs_force *force,
	const hs_notice *notice, int64_t until_unix_us)
{
	struct hs_signage_cancel made = { .until_unix_us = until_unix_us,
		.seq = hs_force_seq(force) };
	struct hs_force_around around = { *hs_force_before(force), *hs_force_after(force), true };
	struct hs_change_row *rows;
	size_t count;
	if (notice->action != HS_ACTION(CANCEL))
		return HS_OK;
	made.arena = hs_arena_create(CANCEL_ARENA_BYTES);
	enum hs_err err = made.arena != NULL ? HS_OK : HS_ERR_NOMEM;
	if (err == HS_OK)
		err = hs_changes(made.arena, notice, &around, &rows, &count);
	if (err == HS_OK && !collect(&made, rows, count))
		err = HS_ERR_NOMEM;
	bool nothing = err == HS_OK && made.returned.count + made.ended.count == 0;
	if (err != HS_OK || nothing)
		hs_signage_cancel_free(&made);
	if (nothing) /* what the one before did is still to be said */
		return HS_OK;
	hs_signage_cancel_free(cancel);
	*cancel = made;
	return err;
}
