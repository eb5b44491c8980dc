#include "adapters/signage/lifted.h"

#include <string.h>

#define LIFTED_ARENA_BYTES (64u << 20)

static size_t
count_of(const struct hs_change_row *rows, size_t count, enum hs_change change)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += rows[i].change == change;
	return found;
}

static bool
collect(struct hs_lifted_batch *batch, const struct hs_change_row *rows, size_t count,
	enum hs_change change, struct hs_force_list *list)
{
	size_t room = count_of(rows, count, change);
	list->rows = hs_arena_alloc(batch->arena, (room + 1) * sizeof(*list->rows));
	if (list->rows == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].change == change)
			hs_force_row_copy(batch->arena, rows[i].before, &list->rows[list->count++]);
	}
	return !hs_arena_failed(batch->arena);
}

enum hs_err
hs_signage_lifted_take(struct hs_signage_lifted *lifted, uint64_t seq,
	const struct hs_change_row *rows, size_t count, int64_t now_unix_us)
{
	struct hs_lifted_batch made = { .at_unix_us = now_unix_us, .seq = seq };
	if (count_of(rows, count, HS_CHANGE_LIFTED) + count_of(rows, count, HS_CHANGE_VANISHED) ==
		0)
		return HS_OK;
	made.arena = hs_arena_create(LIFTED_ARENA_BYTES);
	if (made.arena == NULL || !collect(&made, rows, count, HS_CHANGE_LIFTED, &made.lifted) ||
		!collect(&made, rows, count, HS_CHANGE_VANISHED, &made.vanished)) {
		hs_arena_destroy(made.arena);
		return HS_ERR_NOMEM;
	}
	hs_arena_destroy(lifted->batches[lifted->next].arena);
	lifted->batches[lifted->next] = made;
	lifted->next = (lifted->next + 1) % HS_LIFTED_MAX;
	return HS_OK;
}

enum hs_err
hs_signage_lifted_rows(const struct hs_signage_lifted *lifted, struct hs_arena *arena,
	int64_t since_unix_us, bool vanished, struct hs_force_list *out)
{
	size_t room = 0;
	*out = (struct hs_force_list){ 0 };
	for (size_t i = 0; i < HS_LIFTED_MAX; i++) {
		const struct hs_lifted_batch *batch = &lifted->batches[i];
		if (batch->arena != NULL && batch->at_unix_us > since_unix_us)
			room += (vanished ? &batch->vanished : &batch->lifted)->count;
	}
	if (room == 0)
		return HS_OK;
	out->rows = hs_arena_alloc(arena, room * sizeof(*out->rows));
	if (out->rows == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < HS_LIFTED_MAX; i++) {
		size_t at = (lifted->next + HS_LIFTED_MAX - 1 - i) % HS_LIFTED_MAX;
		const struct hs_lifted_batch *batch = &lifted->batches[at];
		const struct hs_force_list *list = vanished ? &batch->vanished : &batch->lifted;
		if (batch->arena == NULL || batch->at_unix_us <= since_unix_us || list->count == 0)
			continue;
		memcpy(out->rows + out->count, list->rows, list->count * sizeof(*out->rows));
		out->count += list->count;
	}
	return HS_OK;
}

void
hs_signage_lifted_free(struct hs_signage_lifted *lifted)
{
	for (size_t i = 0; i < HS_LIFTED_MAX; i++)
		hs_arena_destroy(lifted->batches[i].arena);
	*lifted = (struct hs_signage_lifted){ 0 };
}
