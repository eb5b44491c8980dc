/* cbc.c: a cell broadcast centre as an outlet: which notice means what to it. The pieces go onto the board of the lane
 * (cbc_board.h), the lane sends them (cbc_lane.h). What a notice means is found by cbc_plan.h, without a network. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/telecom/cbc_canary.h"
#include "adapters/telecom/cbc_lane.h"
#include "adapters/telecom/cbc_plan.h"
#include "adapters/telecom/telecom_outlet.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define TICK_MS 500

struct cbc {
	struct hs_telecom_outlet outlet;
	const struct hs_cbc *settings;
	struct hs_cbc_lane *lanes[HS_LANE_COUNT];
	struct hs_cbc_canaries *canaries;
	uv_timer_t *timer;
};

static struct cbc *
cbc_of(struct hs_telecom_outlet *outlet)
{
	return HS_CONTAINER_OF(outlet, struct cbc, outlet);
}

static void
outlet_name(const struct cbc *cbc, const struct hs_cbc_plan_row *row, char out[HS_CBC_OUTLET_SIZE])
{
	hs_cbc_outlet_name(cbc->settings, row->place, row->piece.language, out);
}

static bool
stands(const void *owner, const struct hs_cbc_piece *piece)
{
	const struct hs_force_list *list = owner;
	for (size_t i = 0; i < list->count; i++)
		if (hs_area_within(list->rows[i].area_code, piece->area_code) &&
			strcmp(list->rows[i].document_key, piece->document_key) == 0)
			return true;
	return false;
}

/* Orders whose document has nothing in force any more are over, whoever ended them. */
static void
prune(struct cbc *cbc, enum hs_adapter_lane lane)
{
	const struct hs_standing *standing = &cbc->outlet.shared->standing[lane];
	if (standing->force)
		hs_cbc_board_prune(hs_cbc_lane_board(cbc->lanes[lane]), stands,
			hs_force_after(standing->force));
}

/* ---- a notice ---- */

static bool
row_put(struct cbc *cbc, struct hs_adapter_item *item, struct hs_cbc_plan_row *row)
{
	struct hs_telecom_shared *shared = cbc->outlet.shared;
	char name[HS_CBC_OUTLET_SIZE];
	uint16_t old_id;
	outlet_name(cbc, row, name);
	if (row->why[0] == '\0' && hs_missed_is(&shared->missed, item->notice, name)) {
		row->verdict = HS_CBC_PLAN_FILTERED;
		row->why = HS_MISSED_REASON;
	}
	if (row->verdict == HS_CBC_PLAN_FILTERED) {
		hs_adapter_receipt(item, row->place[0] ? name : cbc->settings->name,
			HS_RECEIPT(FILTERED), row->why);
		return false;
	}
	enum hs_err err = row->verdict == HS_CBC_PLAN_REFUSED ? HS_ERR_REFUSED : HS_OK;
	if (err == HS_OK)
		err = hs_cbc_board_put(hs_cbc_lane_board(cbc->lanes[item->lane]), &row->piece,
			&row->words, &old_id);
	if (err == HS_OK)
		return true;
	if (err == HS_ERR_STALE) {
		hs_adapter_receipt(item, name, HS_RECEIPT(EXPIRED),
			"replaced by what came after it, before it was sent");
		return false;
	}
	hs_missed_note(&shared->missed, item->notice, name, false);
	hs_telecom_no_text(shared, item, name, err == HS_ERR_REFUSED ? row->why : "");
	return false;
}

static struct hs_cbc_plan_options
plan_options(const struct cbc *cbc, enum hs_adapter_lane lane)
{
	const struct hs_telecom_shared *shared = cbc->outlet.shared;
	return (struct hs_cbc_plan_options){
		.cbc = cbc->settings,
		.board = hs_cbc_lane_board(cbc->lanes[lane]),
		.standing = &shared->standing[lane],
		.level_min = shared->settings->level_min,
		.now_unix_us = hs_adapter_now_unix_us(shared->adapter),
	};
}

/* All pieces first: one message may carry several of them. */
static void
cbc_serve(struct hs_telecom_outlet *outlet, struct hs_arena *arena, struct hs_adapter_item *item)
{
	struct cbc *cbc = cbc_of(outlet);
	int64_t started_mono_us = hs_clock_mono_us();
	struct hs_cbc_plan_options options = plan_options(cbc, item->lane);
	struct hs_cbc_plan plan = { 0 };
	struct hs_cbc_board *board = hs_cbc_lane_board(cbc->lanes[item->lane]);
	hs_cbc_board_forget(board, hs_cbc_board_seq(board, item->epoch, item->seq));
	if (hs_adapter_is_dry(cbc->outlet.shared->adapter))
		hs_cbc_lane_settle(cbc->lanes[item->lane]);
	enum hs_err err = hs_cbc_plan_make(arena, item, &options, &plan);
	if (err != HS_OK) {
		hs_adapter_receipt(item, cbc->settings->name, HS_RECEIPT(FAILED),
			err == HS_ERR_INVALID ? "the notice names no area" : "out of memory");
		return;
	}
	for (size_t i = 0; i < plan.count; i++)
		plan.rows[i].put = row_put(cbc, item, &plan.rows[i]);
	prune(cbc, item->lane);
	char name[HS_CBC_OUTLET_SIZE];
	snprintf(name, sizeof(name), "%s", cbc->settings->name);
	for (size_t i = 0; i < plan.count; i++) {
		const struct hs_cbc_plan_row *row = &plan.rows[i];
		if (!row->put)
			continue;
		outlet_name(cbc, row, name);
		hs_cbc_lane_deliver(cbc->lanes[item->lane], item, row->piece.message_id, name,
			row->piece.what == HS_CBC_ETWS ? started_mono_us : 0);
	}
	if (hs_adapter_is_dry(cbc->outlet.shared->adapter))
		hs_cbc_lane_explain_rest(cbc->lanes[item->lane], item, name);
}

static void
cbc_refused(struct hs_telecom_outlet *outlet, const struct hs_adapter_item *item)
{
	struct cbc *cbc = cbc_of(outlet);
	struct hs_cbc_board *board = hs_cbc_lane_board(cbc->lanes[item->lane]);
	uint64_t seq = hs_cbc_board_seq(board, item->epoch, item->seq);
	/* A snapshot may have put it already, as if it had been sent. Before an update something may have been, whose end is told. */
	if (!hs_notice_has_flag(item->notice, HS_FLAG_SAME_EVENT)) {
		if (item->notice->action != HS_ACTION(ISSUE))
			hs_cbc_board_doubt(board, seq);
		hs_cbc_board_forget(board, seq);
	}
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		piece->over = piece->over || piece->seq == seq;
	prune(cbc, item->lane);
}

static bool
cbc_takes(int detail_case)
{
	return detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION ||
	       detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL ||
	       detail_case == HANSHO__V1__NOTICE__DETAIL_EEW ||
	       detail_case == HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
}

static bool
is_primary(const hs_notice *notice)
{
	return notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EEW ||
	       notice->detail_case == HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
}

static enum hs_err
plan_again(struct cbc *cbc, struct hs_arena *arena, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *held, struct hs_cbc_plan *plan)
{
	struct hs_adapter_item item = { .notice = held->notice,
		.lane = snapshot->lane,
		.epoch = snapshot->epoch,
		.seq = held->seq };
	struct hs_cbc_plan_options options = plan_options(cbc, snapshot->lane);
	options.again = true;
	return hs_cbc_plan_make(arena, &item, &options, plan);
}

/* Whether it stood there before this start. A primary warning that may have is not repeated. An order that is known not to have is
 * owed, while it is young; when it is older, what stands there is left alone until something new comes. */
static void
stood_set(struct cbc *cbc, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *held, struct hs_cbc_plan_row *row)
{
	char name[HS_CBC_OUTLET_SIZE];
	outlet_name(cbc, row, name);
	enum hs_heard_there heard = hs_snapshot_heard(snapshot, held, name);
	bool stood = heard == HS_HEARD || heard == HS_HEARD_PERHAPS;
	bool etws = row->piece.what == HS_CBC_ETWS;
	row->piece.over = row->piece.guessed = etws;
	row->piece.owed = !stood && !etws && !row->piece.assumed;
	row->piece.sent = stood || row->piece.owed;
	/* it is sent now, and so its end is told */
	if (row->piece.owed && row->verdict == HS_CBC_PLAN_SEND)
		hs_missed_note(&cbc->outlet.shared->missed, held->notice, name, true);
}

/* What was acknowledged before is taken as sent, unless it is known that this centre did not take it; what was not comes again, or
 * is refused. */
static void
snapshot_put(struct cbc *cbc, struct hs_arena *arena, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *held)
{
	struct hs_cbc_plan plan = { 0 };
	uint16_t old_id;
	if (plan_again(cbc, arena, snapshot, held, &plan) != HS_OK)
		return;
	struct hs_cbc_board *board = hs_cbc_lane_board(cbc->lanes[snapshot->lane]);
	for (size_t i = 0; i < plan.count; i++) {
		struct hs_cbc_plan_row *row = &plan.rows[i];
		const struct hs_cbc_piece *known = hs_cbc_board_find(
			board, row->piece.document_key, row->piece.area_code, row->piece.language);
		stood_set(cbc, snapshot, held, row);
		/* what another route told before was not sent; alone it stands for what was */
		bool newer = known && known->seq < row->piece.seq && !row->piece.guessed &&
			     !hs_notice_has_flag(held->notice, HS_FLAG_SAME_EVENT);
		if (row->verdict == HS_CBC_PLAN_SEND && row->piece.what != HS_CBC_END &&
			(!known || newer))
			(void)!hs_cbc_board_put(board, &row->piece, &row->words, &old_id);
	}
}

/* A primary warning that this centre took, or the text that it is over: neither is sent again. */
static void
past_put(struct cbc *cbc, struct hs_arena *arena, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_past *past)
{
	const struct hs_adapter_snapshot_notice told = { past->seq, past->notice };
	struct hs_cbc_plan plan = { 0 };
	char name[HS_CBC_OUTLET_SIZE];
	uint16_t old_id;
	if (!is_primary(past->notice) || plan_again(cbc, arena, snapshot, &told, &plan) != HS_OK)
		return;
	struct hs_cbc_board *board = hs_cbc_lane_board(cbc->lanes[snapshot->lane]);
	for (size_t i = 0; i < plan.count; i++) {
		struct hs_cbc_plan_row *row = &plan.rows[i];
		const struct hs_cbc_piece *known =
			hs_cbc_board_find(board, row->piece.document_key, "", HS_CBC_JA);
		outlet_name(cbc, row, name);
		row->piece.sent = row->piece.over = true;
		if (row->verdict != HS_CBC_PLAN_SEND || !hs_past_took(past, name) ||
			(known && known->seq >= row->piece.seq))
			continue;
		hs_cbc_lane_told(cbc->lanes[snapshot->lane], &row->piece);
		(void)!hs_cbc_board_put(board, &row->piece, &row->words, &old_id);
	}
}

static void
cbc_snapshot(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
	const struct hs_adapter_snapshot *snapshot)
{
	struct cbc *cbc = cbc_of(outlet);
	hs_cbc_board_history(
		hs_cbc_lane_board(cbc->lanes[snapshot->lane]), snapshot->epoch, snapshot->seq);
	/* What this process knows itself is newer, and stays. */
	for (size_t i = 0; i < snapshot->past_count; i++)
		past_put(cbc, arena, snapshot, &snapshot->past[i]);
	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot->notices[i].notice->action != HS_ACTION(CANCEL) &&
			cbc_takes((int)snapshot->notices[i].notice->detail_case))
			snapshot_put(cbc, arena, snapshot, &snapshot->notices[i]);
	prune(cbc, snapshot->lane);
}

static void
cbc_restart(struct hs_telecom_outlet *outlet, enum hs_adapter_lane lane)
{
	hs_cbc_board_restart(hs_cbc_lane_board(cbc_of(outlet)->lanes[lane]));
}

static void
cbc_lane_state(struct hs_telecom_outlet *outlet, enum hs_adapter_lane lane,
	enum hs_adapter_lane_state state)
{
	hs_cbc_lane_state(cbc_of(outlet)->lanes[lane], state);
}

/* ---- preview ---- */

static json_t *
preview_row(const struct cbc *cbc, struct hs_arena *arena, const struct hs_adapter_item *item,
	const struct hs_cbc_plan_row *row)
{
	static const char *const verdicts[] = { "send", "filtered", "refused" };
	char name[HS_CBC_OUTLET_SIZE];
	size_t left_out = 0;
	bool etws = row->piece.what == HS_CBC_ETWS;
	bool text = row->verdict == HS_CBC_PLAN_SEND && !etws;
	struct hs_cb_pages pages = { .count = 0 };
	outlet_name(cbc, row, name);
	const char *body = text ? hs_cbc_compose(arena, &row->words, 1, (int)item->notice->mode,
					  row->piece.language,
					  hs_cbc_room(cbc->settings->pages_max,
						  (int)item->notice->mode, row->piece.language),
					  &left_out)
				: "";
	if (!body || (text && hs_cb_encode(body, &pages, NULL) != HS_OK))
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:i, s:b}", "outlet", name, "kind",
		"cell_broadcast", "verdict", verdicts[row->verdict], "why", row->why, "message_id",
		(int)row->piece.message_id, "body", body, "body_chars",
		(int)hs_char_length(body, HS_COUNT_CHARACTERS, 1), "pages", (int)pages.count,
		"primary_warning", etws && row->verdict == HS_CBC_PLAN_SEND);
}

static bool
cbc_preview(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
	const struct hs_adapter_item *item, json_t *array)
{
	struct cbc *cbc = cbc_of(outlet);
	struct hs_cbc_plan_options options = plan_options(cbc, item->lane);
	struct hs_cbc_plan plan = { 0 };
	if (hs_cbc_plan_make(arena, item, &options, &plan) != HS_OK)
		return false;
	for (size_t i = 0; i < plan.count; i++)
		if (json_array_append_new(array, preview_row(cbc, arena, item, &plan.rows[i])) != 0)
			return false;
	return true;
}

/* ---- life ---- */

static size_t
cbc_count(const struct hs_telecom_settings *settings)
{
	return settings->cbcs.count;
}

static void
on_tick(uv_timer_t *timer)
{
	struct cbc *cbc = timer->data;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_cbc_lane_tick(cbc->lanes[i]);
}

static void
timer_gone(uv_handle_t *handle)
{
	free(handle);
}

static void
cbc_close(struct hs_telecom_outlet *outlet)
{
	struct cbc *cbc = cbc_of(outlet);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_cbc_lane_close(cbc->lanes[i]);
	hs_cbc_canaries_destroy(cbc->canaries);
	if (cbc->timer)
		uv_close((uv_handle_t *)cbc->timer, timer_gone);
	free(cbc);
}

/* What looks after the centre by itself. */
static enum hs_err
timer_open(struct cbc *cbc)
{
	cbc->timer = calloc(1, sizeof(*cbc->timer));
	if (!cbc->timer)
		return HS_ERR_NOMEM;
	uv_timer_init(hs_adapter_loop(cbc->outlet.shared->adapter), cbc->timer);
	cbc->timer->data = cbc;
	uv_timer_start(cbc->timer, on_tick, TICK_MS, TICK_MS);
	return HS_OK;
}

static enum hs_err
cbc_open(struct hs_telecom_shared *shared, size_t index, struct hs_telecom_outlet **out)
{
	const struct hs_telecom_settings *settings = shared->settings;
	const struct hs_post_options http = { settings->http_ca, settings->http_proxy, 0 };
	bool dry = hs_adapter_is_dry(shared->adapter);
	struct cbc *cbc = calloc(1, sizeof(*cbc));
	enum hs_err err = HS_OK;
	if (!cbc)
		return HS_ERR_NOMEM;
	cbc->outlet = (struct hs_telecom_outlet){ &hs_cbc_outlet_ops, shared };
	cbc->settings = (const struct hs_cbc *)settings->cbcs.items + index;
	if (!dry)
		err = hs_cbc_canaries_create(
			shared->adapter, &settings->common, cbc->settings, &http, &cbc->canaries);
	for (size_t i = 0; err == HS_OK && i < HS_LANE_COUNT; i++) {
		const struct hs_cbc_lane_options options = { shared->adapter, cbc->settings,
			(enum hs_adapter_lane)i, &http,
			hs_cbc_canary_of(cbc->canaries, (enum hs_adapter_lane)i), &shared->missed };
		err = hs_cbc_lane_open(&options, &cbc->lanes[i]);
	}
	if (err == HS_OK && !dry)
		err = timer_open(cbc);
	if (err != HS_OK) {
		cbc_close(&cbc->outlet);
		return err;
	}
	*out = &cbc->outlet;
	return HS_OK;
}

static void
cbc_status(struct hs_telecom_outlet *outlet, bool first, struct hs_buf *out)
{
	size_t before = out->len_bytes;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_cbc_lane_status(
			cbc_of(outlet)->lanes[i], first && out->len_bytes == before, out);
}

static void
cbc_metrics(struct hs_telecom_outlet *outlet, struct hs_buf *out)
{
	const struct cbc *cbc = cbc_of(outlet);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_buf_printf(out, "hansho_telecom_etws_late_total{cbc=\"%s\",lane=\"%s\"} %llu\n",
			cbc->settings->name, hs_lane_name((enum hs_adapter_lane)i),
			(unsigned long long)hs_cbc_lane_etws_late(cbc->lanes[i]));
}

const struct hs_telecom_outlet_ops hs_cbc_outlet_ops = {
	.count = cbc_count,
	.open = cbc_open,
	.takes = cbc_takes,
	.serve = cbc_serve,
	.preview = cbc_preview,
	.snapshot = cbc_snapshot,
	.restart = cbc_restart,
	.refused = cbc_refused,
	.lane_state = cbc_lane_state,
	.status = cbc_status,
	.metrics = cbc_metrics,
	.close = cbc_close,
};
