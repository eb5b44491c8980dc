#include "adapters/telecom/cbc_plan.h"

#include <stdio.h>
#include <string.h>

#include "adapters/telecom/cell_broadcast.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

#define US_PER_SECOND 1000000
#define LOUDEST	      6 /* municipal.h */
#define RANK_WARNING  3 /* of a tsunami: 警報 and above */

struct planner {
	struct hs_arena *arena;
	const struct hs_adapter_item *item;
	const hs_notice *notice;
	const struct hs_cbc_plan_options *options;
	struct hs_cbc_plan *plan;
	const char *document_key;
};

static const char *
key_of(struct hs_arena *arena, const hs_notice *notice)
{
	struct hs_buf buf;
	hs_buf_init(&buf, 4096);
	const char *key = hs_first_document_key(notice, &buf)
				  ? hs_arena_strdup(arena, hs_buf_text(&buf))
				  : hs_arena_strdup(arena, "");
	hs_buf_free(&buf);
	return key;
}

static struct hs_cbc_plan_row *
row_add(struct planner *planner, const char *place)
{
	const hs_document *document = planner->notice->document;
	struct hs_cbc_plan_row *row = &planner->plan->rows[planner->plan->count++];
	*row = (struct hs_cbc_plan_row){ .why = "", .place = place };
	/* Borrowed; the board copies it. */
	row->piece.document_key = (char *)(uintptr_t)planner->document_key;
	row->piece.seq =
		hs_cbc_board_seq(planner->options->board, planner->item->epoch, planner->item->seq);
	row->piece.revision = document ? document->revision : 1;
	row->piece.until_unix_us = HS_CBC_NEVER;
	return row;
}

static void
filter(struct hs_cbc_plan_row *row, const char *why)
{
	row->verdict = HS_CBC_PLAN_FILTERED;
	row->why = why;
}

static int64_t
after_s(const struct planner *planner, int64_t seconds)
{
	return planner->options->now_unix_us + seconds * US_PER_SECOND;
}

/* Whether what was accepted then may not be posted any more after a start. */
static bool
is_aged(const struct planner *planner)
{
	const hs_times *times = planner->notice->times;
	int64_t age_us = times && times->accepted
				 ? planner->options->now_unix_us - times->accepted->unix_us
				 : 0;
	return planner->options->again &&
	       age_us > planner->options->cbc->times.repost_age_ms * 1000;
}

/* ---- orders and mails ---- */

static bool
document_stands(const struct planner *planner, const struct hs_municipal *municipal)
{
	const struct hs_standing *standing = planner->options->standing;
	if (!standing || !standing->force)
		return municipal->ordered.count > 0;
	const struct hs_force_list *list = hs_force_after(standing->force);
	for (size_t i = 0; i < list->count; i++)
		if (hs_area_within(list->rows[i].area_code, municipal->code) &&
			strcmp(list->rows[i].document_key, planner->document_key) == 0)
			return true;
	return false;
}

static void
time_set(const struct planner *planner, const struct hs_municipal *municipal,
	struct hs_cbc_piece *piece)
{
	const hs_times *times = planner->notice->times;
	bool own = planner->notice->detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	piece->what = !own && document_stands(planner, municipal) ? HS_CBC_ORDER : HS_CBC_END;
	if (piece->what == HS_CBC_END)
		piece->until_unix_us = after_s(planner, planner->options->cbc->times.end_period_s);
	else if (times && times->valid_until)
		piece->until_unix_us = times->valid_until->unix_us;
	piece->assumed = is_aged(planner);
}

static enum hs_err
words_set(const struct planner *planner, const struct hs_municipal *municipal,
	struct hs_cbc_plan_row *row)
{
	const hs_notice *notice = planner->notice;
	const struct hs_cbc *cbc = planner->options->cbc;
	enum hs_cbc_language language = row->piece.language;
	size_t room = hs_cbc_room(cbc->pages_max, (int)notice->mode, language);
	enum hs_err err = notice->detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL
				  ? hs_cbc_words_own(planner->arena, notice, room, &row->words)
				  : hs_cbc_words(planner->arena, notice, municipal, language, room,
					    &row->words);
	if (err == HS_ERR_NOT_FOUND) {
		filter(row, "no reviewed words for this in the second language");
	} else if (err == HS_ERR_TOO_LARGE) {
		row->verdict = HS_CBC_PLAN_REFUSED;
		row->why =
			"同報のページ数の上限に収まりません。短くしてください。/ Does not fit into "
			"pages_max pages; make it shorter.";
	} else if (err != HS_OK) {
		return err;
	}
	return HS_OK;
}

static const char *
no_id(int mode)
{
	return mode == HS_MODE(LIVE)
		       ? "the table of this centre has no identifier for this: see ids"
		       : "the table of this centre has no identifier for drills: they stay inside";
}

/* After a start: how loud the revision before this one was, which the snapshot holds too. A lowering stands under the
 * identifier of what it lowered. */
static uint32_t
loudness_before(const struct planner *planner, const struct hs_cbc_plan_row *row)
{
	const struct hs_cbc_plan_options *options = planner->options;
	bool second = row->piece.language != HS_CBC_JA;
	const struct hs_cbc_piece *before = hs_cbc_board_find(
		options->board, planner->document_key, row->piece.area_code, row->piece.language);
	if (!options->again || !before || before->seq >= row->piece.seq)
		return 0;
	for (uint32_t loudness = LOUDEST; loudness > 0; loudness--)
		if (before->message_id ==
			hs_cbc_id_of(options->cbc,
				hs_cbc_use_of((int)planner->notice->mode, loudness), second))
			return loudness;
	return 0;
}

static enum hs_err
municipal_add(struct planner *planner, const struct hs_municipal *municipal, bool second)
{
	const struct hs_cbc *cbc = planner->options->cbc;
	int mode = (int)planner->notice->mode;
	uint32_t loudness = hs_municipal_loudness(municipal);
	struct hs_cbc_plan_row *row = row_add(planner, municipal->code);
	row->piece.language = second ? (enum hs_cbc_language)cbc->second_language : HS_CBC_JA;
	snprintf(row->piece.area_code, sizeof(row->piece.area_code), "%s", municipal->code);
	uint32_t before = loudness_before(planner, row);
	loudness = before > loudness ? before : loudness;
	row->piece.message_id = hs_cbc_id_of(cbc, hs_cbc_use_of(mode, loudness), second);
	if (loudness > 0 && loudness < planner->options->level_min)
		filter(row, "below level_min");
	else if (row->piece.message_id == 0)
		filter(row, no_id(mode));
	if (row->verdict != HS_CBC_PLAN_SEND)
		return HS_OK;
	time_set(planner, municipal, &row->piece);
	return words_set(planner, municipal, row);
}

static enum hs_err
orders_plan(struct planner *planner)
{
	const struct hs_cbc *cbc = planner->options->cbc;
	const struct hs_standing none = { 0 };
	const struct hs_standing *standing = planner->options->standing;
	bool mail = planner->notice->detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	struct hs_municipal *municipals;
	size_t count;
	enum hs_err err = hs_standing_split(standing ? standing : &none, planner->arena,
		planner->item, false, &municipals, &count);
	if (err != HS_OK)
		return err;
	planner->plan->rows =
		hs_arena_alloc(planner->arena, (2 * count + 1) * sizeof(*planner->plan->rows));
	if (!planner->plan->rows)
		return HS_ERR_NOMEM;
	for (size_t i = 0; err == HS_OK && i < count; i++) {
		if (!hs_cbc_covers(cbc, municipals[i].code))
			continue;
		err = municipal_add(planner, &municipals[i], false);
		if (err == HS_OK && cbc->second_language != HS_CBC_JA && !mail)
			err = municipal_add(planner, &municipals[i], true);
	}
	if (err == HS_OK && planner->plan->count == 0)
		filter(row_add(planner, ""),
			"none of its places lies within the network of this centre");
	return err;
}

/* ---- primary warnings ---- */

static bool
touches(const struct hs_cbc *cbc, const char *code)
{
	if (code[0] == '\0')
		return false;
	if (hs_cbc_covers(cbc, code))
		return true;
	for (size_t i = 0; i < cbc->areas.count; i++)
		if (hs_area_within(cbc->areas.items[i], code))
			return true;
	return false;
}

/* How grave the gravest of them is that is in force within the network; 0: none. */
static uint32_t
gravest(const struct planner *planner, hs_hazard *const *items, size_t count)
{
	uint32_t rank = 0;
	for (size_t i = 0; i < count; i++) {
		bool here = false;
		for (size_t j = 0; j < items[i]->n_areas; j++)
			here = here || touches(planner->options->cbc, items[i]->areas[j]->code);
		if (here && items[i]->in_force && items[i]->rank > rank)
			rank = items[i]->rank;
	}
	return rank >= RANK_WARNING ? rank : 0;
}

static uint32_t
rank_of(const struct planner *planner)
{
	const hs_notice *notice = planner->notice;
	if (notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(LIFT))
		return 0;
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_TSUNAMI)
		return gravest(planner, notice->tsunami->items, notice->tsunami->n_items);
	if (!notice->eew->warning)
		return 0;
	return gravest(planner, notice->eew->items, notice->eew->n_items);
}

static enum hs_cbc_use
etws_use(const struct planner *planner)
{
	if (planner->item->lane != HS_LANE_LIVE)
		return HS_CBC_ETWS_DRILL;
	return planner->notice->detail_case == HANSHO__V1__NOTICE__DETAIL_TSUNAMI
		       ? HS_CBC_TSUNAMI
		       : HS_CBC_EARTHQUAKE;
}

static int
warning_type(uint16_t message_id)
{
	return message_id - 4352; /* TS 23.041, 9.4.1.2.2 and 9.3.24 count alike */
}

/* Why no warning goes out, or NULL. */
static const char *
etws_filter(const struct hs_cbc_piece *before, uint32_t rank, uint16_t message_id, bool again)
{
	if (rank == 0 && !before)
		return "no warning of it within the network of this centre";
	if (rank == 0 && before->what != HS_CBC_ETWS && before->sent)
		return "its end was told already";
	if (rank > 0 && message_id == 0)
		return "the table of this centre has no identifier for this primary warning: see "
		       "ids";
	if (rank > 0 && !again && before && hs_cbc_piece_told_rank(before) >= rank)
		return "warned of already, and no graver than then";
	return NULL;
}

static enum hs_err
etws_plan(struct planner *planner)
{
	const struct hs_cbc_times *times = &planner->options->cbc->times;
	uint32_t rank = rank_of(planner);
	uint16_t id = hs_cbc_id_of(planner->options->cbc, etws_use(planner), false);
	const struct hs_cbc_piece *before =
		hs_cbc_board_find(planner->options->board, planner->document_key, "", HS_CBC_JA);
	planner->plan->rows = hs_arena_alloc(planner->arena, sizeof(*planner->plan->rows));
	if (!planner->plan->rows)
		return HS_ERR_NOMEM;
	struct hs_cbc_plan_row *row = row_add(planner, "etws");
	const char *why = etws_filter(before, rank, id, planner->options->again);
	if (why) {
		filter(row, why);
		return HS_OK;
	}
	if (rank == 0) {
		row->piece.what = HS_CBC_END;
		row->piece.message_id = before->message_id;
		row->piece.until_unix_us = after_s(planner, times->end_period_s);
		return hs_cbc_words_etws(planner->arena, planner->notice, HS_CBC_JA, &row->words);
	}
	row->piece.what = HS_CBC_ETWS;
	row->piece.message_id = id;
	row->piece.rank = rank;
	row->piece.warning_type = warning_type(id);
	row->piece.until_unix_us = after_s(planner, times->etws_period_s);
	return HS_OK;
}

/* ---- both ---- */

static const char *
lane_filter(const struct hs_cbc *cbc, enum hs_adapter_lane lane)
{
	if (lane == HS_LANE_LIVE && cbc->live_url[0] == '\0')
		return "no live_url is configured for this centre";
	if (lane == HS_LANE_DRILL && cbc->drill_url[0] == '\0')
		return "no drill_url is configured for this centre";
	return NULL;
}

enum hs_err
hs_cbc_plan_make(struct hs_arena *arena, const struct hs_adapter_item *item,
	const struct hs_cbc_plan_options *options, struct hs_cbc_plan *out)
{
	int kind = (int)item->notice->detail_case;
	struct planner planner = { arena, item, item->notice, options, out,
		key_of(arena, item->notice) };
	const char *why = lane_filter(options->cbc, item->lane);
	*out = (struct hs_cbc_plan){ 0 };
	if (!planner.document_key)
		return HS_ERR_NOMEM;
	if (why) {
		out->rows = hs_arena_alloc(arena, sizeof(*out->rows));
		if (out->rows)
			filter(row_add(&planner, ""), why);
		return out->rows ? HS_OK : HS_ERR_NOMEM;
	}
	return kind == HANSHO__V1__NOTICE__DETAIL_EEW || kind == HANSHO__V1__NOTICE__DETAIL_TSUNAMI
		       ? etws_plan(&planner)
		       : orders_plan(&planner);
}
