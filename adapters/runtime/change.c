/* change.c: see change.h. */
#include "adapters/runtime/change.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/statement.h"

const char *
hs_change_word(enum hs_change change)
{
	static const char *const words[HS_CHANGE_COUNT] = {
		[HS_CHANGE_RETURNED] = "returned",
		[HS_CHANGE_RESTORED] = "restored",
		[HS_CHANGE_CANCELLED] = "cancelled",
		[HS_CHANGE_RETRACTED] = "retracted",
		[HS_CHANGE_RETRACTED_LIFT] = "retracted_lift",
		[HS_CHANGE_NEW] = "new",
		[HS_CHANGE_RAISED] = "raised",
		[HS_CHANGE_LOWERED] = "lowered",
		[HS_CHANGE_LIFTED] = "lifted",
		[HS_CHANGE_VANISHED] = "vanished",
		[HS_CHANGE_NONE] = "unchanged",
		[HS_CHANGE_CORRECTED] = "corrected",
	};
	HS_CHECK(change < HS_CHANGE_COUNT);
	return words[change];
}

const struct hs_force_row *
hs_change_area(const struct hs_change_row *row)
{
	return row->after != NULL ? row->after : row->before;
}

/* What is compared. */
struct comparison {
	const hs_notice *notice;
	struct hs_statements lifts; /* what the notice says has ended */
	bool known;
};

/* ---- areas that the notice lifts ---- */

/* Whether a cancel, whose effect is not known, repeats that it lifted this area with this term: the row is one of its
 * own (hs_force_of_notice). */
static bool
repeats_lift(const hs_notice *cancel, const struct hs_force_row *row)
{
	if (cancel->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return false;
	for (size_t i = 0; i < cancel->evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = cancel->evacuation->details[i];
		if (detail->state != HS_EVAC(LIFTED) || strcmp(detail->sort, row->term) != 0)
			continue;
		for (size_t j = 0; j < detail->n_areas; j++) {
			const hs_area *area = detail->areas[j]->area;
			if (area != NULL && strcmp(area->name, row->area_name) == 0 &&
				strcmp(area->sub_code, row->sub_code) == 0)
				return true;
		}
	}
	return false;
}

/* What ended because the notice says so, spelled alike or not; a lift names an area whatever its Sort, or none at all. */
static bool
is_lifted(const struct comparison *of, const struct hs_force_row *row)
{
	struct hs_statement one = { .hazard = "", /* orders have none */
		.area_code = row->area_code,
		.name_key = row->name_key,
		.key = row->place_key,
		.urgency = row->unknown ? 0 : row->urgency };
	bool all = of->notice->action == HS_ACTION(LIFT) && of->lifts.count == 0;
	return all || hs_statements_mention(&of->lifts, &one);
}

static bool
is_same(const struct hs_force_row *before, const struct hs_force_row *after)
{
	return before->level == after->level && strcmp(before->term, after->term) == 0;
}

static enum hs_change
change_by_cancel(const struct hs_force_row *before, const struct hs_force_row *after)
{
	if (before == NULL)
		return HS_CHANGE_RETURNED;
	if (after == NULL)
		return HS_CHANGE_CANCELLED;
	return is_same(before, after) ? HS_CHANGE_NONE : HS_CHANGE_RESTORED;
}

static enum hs_change
change_of(const struct comparison *of, const struct hs_force_row *before,
	const struct hs_force_row *after)
{
	bool cancel = of->notice->action == HS_ACTION(CANCEL);
	if (cancel && of->known)
		return change_by_cancel(before, after);
	if (cancel)
		return before != NULL && repeats_lift(of->notice, before) ? HS_CHANGE_RETRACTED_LIFT
									  : HS_CHANGE_RETRACTED;
	if (before == NULL)
		return HS_CHANGE_NEW;
	if (after == NULL)
		return is_lifted(of, before) ? HS_CHANGE_LIFTED : HS_CHANGE_VANISHED;
	if (is_same(before, after))
		return HS_CHANGE_NONE;
	return after->urgency < before->urgency ? HS_CHANGE_LOWERED : HS_CHANGE_RAISED;
}

/* ---- merge ---- */

static void
touch(const char **codes, size_t *count, const char *code)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(codes[i], code) == 0)
			return;
	}
	codes[(*count)++] = code;
}

static bool
is_touched(const char *const *codes, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(codes[i], code) == 0)
			return true;
	}
	return false;
}

/* *ended: something of before is not there any more. */
static size_t
merge(const struct hs_force_around *around, struct hs_change_row *rows, bool *ended)
{
	const struct hs_force_list *before = &around->before, *after = &around->after;
	size_t count = 0;
	for (size_t i = 0, j = 0; i < before->count || j < after->count;) {
		int order = i == before->count ? 1 : j == after->count ? -1 : 0;
		if (order == 0)
			order = hs_force_compare(&before->rows[i], &after->rows[j]);
		const struct hs_force_row *was = order <= 0 ? &before->rows[i++] : NULL;
		const struct hs_force_row *is = order >= 0 ? &after->rows[j++] : NULL;
		rows[count++] = (struct hs_change_row){ HS_CHANGE_NONE, was, is };
		*ended = *ended || is == NULL;
	}
	return count;
}

static enum hs_err
lifts_read(struct hs_arena *arena, struct comparison *of)
{
	struct hs_statements *lifts = &of->lifts;
	enum hs_err err = hs_statements_of(arena, of->notice, lifts);
	size_t kept = 0;
	for (size_t i = 0; err == HS_OK && i < lifts->count; i++) {
		if (!lifts->items[i].in_force)
			lifts->items[kept++] = lifts->items[i];
	}
	lifts->count = kept;
	return err;
}

static size_t
count_places(const hs_notice *notice)
{
	size_t count = notice->n_areas;
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION) {
		for (size_t i = 0; i < notice->evacuation->n_details; i++)
			count += notice->evacuation->details[i]->n_areas;
	}
	return count;
}

static void
touch_notice(const hs_notice *notice, const char **codes, size_t *count)
{
	for (size_t i = 0; i < notice->n_areas; i++)
		touch(codes, count, notice->areas[i]->code);
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return;
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++) {
			if (detail->areas[j]->area != NULL)
				touch(codes, count, detail->areas[j]->area->code);
		}
	}
}

enum hs_err
hs_changes(struct hs_arena *arena, const hs_notice *notice, const struct hs_force_around *around,
	struct hs_change_row **rows, size_t *count)
{
	*count = 0;
	size_t most = around->before.count + around->after.count;
	*rows = hs_arena_alloc(arena, (most + 1) * sizeof(**rows));
	const char **codes =
		hs_arena_alloc(arena, (most + count_places(notice) + 1) * sizeof(*codes));
	if (*rows == NULL || codes == NULL)
		return HS_ERR_NOMEM;
	/* What orders nothing stands beside the orders of its areas and changes none. */
	if (!hs_force_counts((int)notice->kind))
		return HS_OK;
	struct comparison of = { .notice = notice, .known = around->known };
	bool ended = false;
	size_t merged = merge(around, *rows, &ended);
	if (ended && lifts_read(arena, &of) != HS_OK)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < merged; i++)
		(*rows)[i].change = change_of(&of, (*rows)[i].before, (*rows)[i].after);
	size_t code_count = 0;
	touch_notice(notice, codes, &code_count);
	for (size_t i = 0; i < merged; i++) {
		if ((*rows)[i].change != HS_CHANGE_NONE)
			touch(codes, &code_count, hs_change_area(&(*rows)[i])->area_code);
	}
	for (size_t i = 0; i < merged; i++) {
		struct hs_change_row row = (*rows)[i];
		if (is_touched(codes, code_count, hs_change_area(&row)->area_code))
			(*rows)[(*count)++] = row;
	}
	return HS_OK;
}

/* ---- clauses ---- */

static int
compare_terms(const struct hs_force_row *a, const struct hs_force_row *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	if (a->urgency != b->urgency)
		return a->urgency > b->urgency ? -1 : 1;
	return strcmp(a->term, b->term);
}

/* What a cancel brings back first, then what it ends; then by what is asked of people, then endings, then what
 * stays. */
static int
compare_told(const struct hs_change_row *a, const struct hs_change_row *b)
{
	static const int rank[HS_CHANGE_COUNT] = {
		[HS_CHANGE_RETURNED] = 0,
		[HS_CHANGE_RESTORED] = 1,
		[HS_CHANGE_CANCELLED] = 2,
		[HS_CHANGE_RETRACTED] = 2,
		[HS_CHANGE_RETRACTED_LIFT] = 2,
		[HS_CHANGE_NEW] = 3,
		[HS_CHANGE_RAISED] = 3,
		[HS_CHANGE_LOWERED] = 4,
		[HS_CHANGE_LIFTED] = 5,
		[HS_CHANGE_VANISHED] = 6,
		[HS_CHANGE_NONE] = 7,
	};
	int order = rank[a->change] - rank[b->change];
	if (order == 0)
		order = compare_terms(a->after, b->after);
	if (order == 0)
		order = strcmp(hs_change_area(a)->area_code, hs_change_area(b)->area_code);
	if (order == 0)
		order = (int)a->change - (int)b->change;
	return order != 0 ? order : compare_terms(a->before, b->before);
}

static int
compare_pointers(const void *left, const void *right)
{
	const struct hs_change_row *a = *(const struct hs_change_row *const *)left;
	const struct hs_change_row *b = *(const struct hs_change_row *const *)right;
	int order = compare_told(a, b);
	return order != 0 ? order : hs_force_compare(hs_change_area(a), hs_change_area(b));
}

enum hs_err
hs_clauses(struct hs_arena *arena, const struct hs_change_row *rows, size_t count,
	struct hs_clause **clauses, size_t *clause_count)
{
	*clause_count = 0;
	const struct hs_change_row **order = hs_arena_alloc(arena, (count + 1) * sizeof(*order));
	*clauses = hs_arena_alloc(arena, (count + 1) * sizeof(**clauses));
	if (order == NULL || *clauses == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		order[i] = &rows[i];
	qsort(order, count, sizeof(*order), compare_pointers);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_told(order[i - 1], order[i]) != 0) {
			(*clauses)[(*clause_count)++] = (struct hs_clause){
				.change = order[i]->change,
				.area_code = hs_change_area(order[i])->area_code,
				.before = order[i]->before,
				.after = order[i]->after,
				.rows = &order[i],
			};
		}
		(*clauses)[*clause_count - 1].row_count++;
	}
	return HS_OK;
}

enum hs_change
hs_change_of_item(const hs_notice *notice, const struct hs_clause *clauses, size_t clause_count)
{
	if (notice->action == HS_ACTION(CANCEL))
		return HS_CHANGE_CANCELLED;
	if (notice->action == HS_ACTION(CORRECT))
		return HS_CHANGE_CORRECTED;
	return clause_count > 0 ? clauses[0].change : HS_CHANGE_NONE;
}
