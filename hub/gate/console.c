#include "hub/gate/console.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/api.h"
#include "hub/gate/form_call.h"
#include "hub/gate/reply.h"
#include "hub/gate/role.h"
#include "hub/gate/submissions.h"
#include "schemas/cap_tables.h"
#include "schemas/tables.h"

#define PLACES_MAX 12 /* names shown of one submission */

/* ---- one submission ---- */

static const struct {
	int action;
	const char *ja, *en;
} ACTIONS[] = {
	{ HS_ACTION(ISSUE), "新規", "issued" },
	{ HS_ACTION(UPDATE), "続報", "update" },
	{ HS_ACTION(CORRECT), "訂正", "correction" },
	{ HS_ACTION(LIFT), "解除", "lifted" },
	{ HS_ACTION(CANCEL), "取消", "cancelled" },
};

static void
put_kind(const hs_notice *notice, struct hs_buf *out)
{
	const struct hs_cap_kind_row *kind = hs_cap_kind((int)notice->kind);
	const char *ja = "", *en = "";
	char text_ja[200], text_en[200];

	for (size_t i = 0; i < HS_COUNT(ACTIONS); i++) {
		if (ACTIONS[i].action == (int)notice->action) {
			ja = ACTIONS[i].ja;
			en = ACTIONS[i].en;
		}
	}
	(void)snprintf(text_ja, sizeof(text_ja), "%s %s", kind->event_ja, ja);
	(void)snprintf(text_en, sizeof(text_en), "%s, %s", kind->event_en, en);
	hs_form_both(out, text_ja, text_en);
}

/* What is no live order says so beside each title, not only above the page. */
static void
put_mode(const hs_notice *notice, struct hs_buf *out)
{
	if ((int)notice->mode == HS_MODE(LIVE))
		return;
	hs_buf_printf(out,
		"<strong class=\"mode-mark\">%s <span class=\"en\" lang=\"en\">%s</span></strong> ",
		(int)notice->mode == HS_MODE(DRILL) ? "訓練" : "試験",
		(int)notice->mode == HS_MODE(DRILL) ? "DRILL" : "TEST");
}

static void
put_title(const hs_status_reply *reply, struct hs_buf *out)
{
	const hs_notice *notice = reply->notice;

	hs_buf_printf(out, "<h3 id=\"t-%s\">", reply->id);
	if (notice == NULL) {
		hs_form_both(
			out, "内容はここに表示できません", "What it says cannot be shown here");
	} else {
		put_mode(notice, out);
		if (notice->level != NULL && notice->level->number > 0) {
			hs_form_level(out, notice->level->number, notice->level->term);
			hs_buf_puts(out, " ");
		}
		put_kind(notice, out);
	}
	hs_buf_puts(out, "</h3>\n");
}

struct places {
	struct hs_buf *out;
	size_t count;
};

static void
put_place(struct places *places, const char *name)
{
	if (name[0] == '\0')
		return;
	if (places->count++ < PLACES_MAX) {
		hs_buf_puts(places->out, places->count > 1 ? "、" : "");
		hs_buf_escape(places->out, name);
	}
}

static void
put_districts(struct places *places, const hs_evacuation *evacuation)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		for (size_t j = 0; j < detail->n_areas; j++) {
			if (detail->areas[j]->area != NULL)
				put_place(places, detail->areas[j]->area->name);
		}
	}
}

static void
put_places(const hs_status_reply *reply, struct hs_buf *out)
{
	const hs_notice *notice = reply->notice;
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	struct places places = { out, 0 };

	hs_buf_puts(out, "<p class=\"places\">対象 <span class=\"en\" lang=\"en\">Areas</span> ");
	for (size_t i = 0; i < notice->n_areas; i++) {
		const struct hs_area_row *row = hs_area_find(notice->areas[i]->code);

		put_place(&places, row != NULL ? row->name : notice->areas[i]->name);
	}
	if (evacuation != NULL)
		put_districts(&places, evacuation);
	if (places.count > PLACES_MAX)
		hs_buf_printf(out, "、ほか%zu <span class=\"en\" lang=\"en\">and %zu more</span>",
			places.count - PLACES_MAX, places.count - PLACES_MAX);
	if (reply->shortened)
		hs_form_both(out, "（一部）", "(a part)");
	hs_buf_puts(out, "</p>\n");
}

static void
put_when(const struct hs_principal *principal, const hs_status_reply *reply, struct hs_buf *out)
{
	const hs_notice *notice = reply->notice;

	hs_buf_puts(out, "<p class=\"when\">");
	if (reply->outcome == HS_OUTCOME(STALE))
		hs_form_both(out, "古い版数のため、記録しましたが配信していません。",
			"An older revision: recorded, not sent out.");
	else if (reply->outcome == HS_OUTCOME(CONFLICT))
		hs_form_both(out,
			"同じ版数で内容の違う発信が先にあったため、配信していません。版数を上げて送"
			"ってください。",
			"Not sent out: the same revision with other content was taken before. Send "
			"it with the next revision.");
	else
		hs_form_both(out, "受付", "Taken");
	hs_buf_puts(out, " ");
	hs_form_moment(out, reply->accepted_unix_us);
	if (hs_role_row(principal->role)->sees_all) {
		hs_buf_puts(out, " ");
		hs_buf_escape(out,
			notice != NULL && notice->source != NULL && notice->source->name[0] != '\0'
				? notice->source->name
				: reply->principal);
	}
	hs_buf_puts(out, "</p>\n");
}

/* ---- how its outlets stand ---- */

static const struct {
	enum hs_outlet_standing standing;
	const char *ja, *en;
} STANDINGS[] = {
	{ HS_OUTLET_TROUBLE, "届いていない", "not delivered" },
	{ HS_OUTLET_SILENT, "応答なし", "silent" },
	{ HS_OUTLET_WAITS, "返事待ち", "waiting" },
	{ HS_OUTLET_HAS_IT, "届いた", "delivered" },
	{ HS_OUTLET_NOT_MEANT, "対象外", "not meant" },
};

static void
count_standings(const hs_status_reply *reply, size_t counts[HS_OUTLET_STANDINGS])
{
	for (size_t i = 0; i < reply->n_receipts; i++)
		counts[hs_outlet_standing(reply, reply->receipts[i])]++;
}

static void
put_counts(const size_t counts[HS_OUTLET_STANDINGS], struct hs_buf *out)
{
	char ja[96], en[96];

	for (size_t i = 0; i < HS_COUNT(STANDINGS); i++) {
		size_t count = counts[STANDINGS[i].standing];

		if (count == 0)
			continue;
		(void)snprintf(ja, sizeof(ja), "%s %zu", STANDINGS[i].ja, count);
		(void)snprintf(en, sizeof(en), "%zu %s", count, STANDINGS[i].en);
		hs_buf_printf(out, "<span class=\"count s%d\">", (int)STANDINGS[i].standing);
		hs_form_both(out, ja, en);
		hs_buf_puts(out, "</span> ");
	}
}

/* Folded when there is nothing left to look at, but for the newest. */
static void
put_outlets(const struct hs_form_call *call, const hs_status_reply *reply, bool newest,
	struct hs_buf *out)
{
	size_t counts[HS_OUTLET_STANDINGS] = { 0 };
	bool open;

	if (reply->seq == 0)
		return;
	count_standings(reply, counts);
	open = newest ||
	       counts[HS_OUTLET_TROUBLE] + counts[HS_OUTLET_SILENT] + counts[HS_OUTLET_WAITS] > 0 ||
	       (reply->n_receipts == 0 && reply->version > 0);
	hs_buf_printf(out, "<details id=\"d-%s\"%s><summary id=\"m-%s\">", reply->id,
		open ? " open" : "", reply->id);
	hs_form_both(out, "配信先ごとの状況", "Outlet by outlet");
	hs_buf_puts(out, " ");
	put_counts(counts, out);
	if (!hs_api_receipts_complete(reply))
		hs_form_both(out, reply->version == 0 ? "記録なし" : "一部のみ",
			reply->version == 0 ? "no longer kept here" : "not all stand here");
	hs_buf_puts(out, "</summary>\n");
	hs_form_outlets(call->gate, reply, out);
	hs_buf_puts(out, "</details>\n");
}

static void
put_item(const struct hs_form_call *call, const hs_status_reply *reply, bool newest,
	struct hs_buf *out)
{
	const hs_text *text = reply->notice != NULL ? hs_notice_text(reply->notice, "ja") : NULL;

	hs_buf_printf(out, "<article class=\"card\" id=\"s-%s\" aria-labelledby=\"t-%s\">\n",
		reply->id, reply->id);
	put_title(reply, out);
	if (reply->notice != NULL)
		put_places(reply, out);
	put_when(call->principal, reply, out);
	if (text != NULL && text->headline[0] != '\0') {
		hs_buf_puts(out, "<blockquote><p>");
		hs_buf_escape(out, text->headline);
		hs_buf_puts(out, "</p></blockquote>\n");
	}
	put_outlets(call, reply, newest, out);
	hs_buf_printf(out,
		"<p class=\"hint\"><a id=\"r-%s\" href=\"/receipt/%s\">seq %llu / id %s</a></p>\n",
		reply->id, reply->id, (unsigned long long)reply->seq, reply->id);
	hs_buf_puts(out, "</article>\n");
}

/* ---- the list ---- */

/* What is to be looked at, in one line: the only part that is read out when it changes. */
static void
put_summary(const struct hs_form_call *call, const hs_list_reply *reply, struct hs_buf *out)
{
	size_t counts[HS_OUTLET_STANDINGS] = { 0 }, gaps = 0;
	char ja[200], en[200];

	for (size_t i = 0; i < reply->n_submissions; i++) {
		if (!hs_role_may_see(call->principal, reply->submissions[i]))
			continue;
		count_standings(reply->submissions[i], counts);
		gaps += !hs_api_receipts_complete(reply->submissions[i]);
	}
	if (counts[HS_OUTLET_TROUBLE] + counts[HS_OUTLET_SILENT] == 0 && gaps > 0) {
		(void)snprintf(ja, sizeof(ja), "ここにある記録では分かりません。返事待ち %zu",
			counts[HS_OUTLET_WAITS]);
		(void)snprintf(en, sizeof(en), "What is kept here does not tell. Waiting: %zu",
			counts[HS_OUTLET_WAITS]);
	} else if (counts[HS_OUTLET_TROUBLE] + counts[HS_OUTLET_SILENT] == 0) {
		(void)snprintf(ja, sizeof(ja), "確認が必要な配信先はありません。返事待ち %zu",
			counts[HS_OUTLET_WAITS]);
		(void)snprintf(en, sizeof(en), "No outlet needs a look. Waiting: %zu",
			counts[HS_OUTLET_WAITS]);
	} else {
		(void)snprintf(ja, sizeof(ja), "確認が必要：届いていない %zu、応答なし %zu",
			counts[HS_OUTLET_TROUBLE], counts[HS_OUTLET_SILENT]);
		(void)snprintf(en, sizeof(en), "To be looked at: %zu not delivered, %zu silent",
			counts[HS_OUTLET_TROUBLE], counts[HS_OUTLET_SILENT]);
	}
	hs_buf_puts(out, "<p id=\"summary\">");
	hs_form_both(out, ja, en);
	if (gaps > 0) {
		hs_buf_puts(out, "<br>");
		(void)snprintf(ja, sizeof(ja),
			"記録がここに残っていない、または一部だけの発信 "
			"%zu（ジャーナルにはあります）",
			gaps);
		(void)snprintf(en, sizeof(en),
			"%zu submissions are not, or not wholly, kept here; they are in the "
			"journal",
			gaps);
		hs_form_both(out, ja, en);
	}
	hs_buf_puts(out, "</p>\n");
}

static void
put_pages(const struct hs_list_ask *ask, const hs_list_reply *reply, struct hs_buf *out)
{
	hs_buf_puts(out, "<nav class=\"pages\" aria-label=\"ページ Pages\">");
	if (ask->before[0] != '\0') {
		hs_buf_puts(out, "<a id=\"newest\" href=\"/console\">");
		hs_form_both(out, "最新の発信へ戻る", "Back to the newest");
		hs_buf_puts(out, "</a> ");
	}
	if (reply->more && reply->n_submissions > 0) {
		hs_buf_printf(out, "<a id=\"older\" href=\"/console?before=%s\">",
			reply->submissions[reply->n_submissions - 1]->id);
		hs_form_both(out, "前の発信（古いもの）", "Older ones");
		hs_buf_puts(out, "</a>");
	}
	hs_buf_puts(out, "</nav>\n");
}

static void
put_list(const struct hs_form_call *call, const struct hs_list_ask *ask, const hs_list_reply *reply,
	struct hs_buf *out)
{
	hs_buf_printf(out, "<div id=\"list\" data-version=\"%llu\">\n<p class=\"hint\">",
		(unsigned long long)reply->version);
	hs_form_both(out, "この内容を確認した時刻", "This picture is of");
	hs_buf_puts(out, " <time id=\"as-of\">");
	hs_form_moment(out, hs_clock_unix_us());
	hs_buf_puts(out, "</time></p>\n");
	put_summary(call, reply, out);
	if (reply->n_submissions == 0) {
		hs_buf_puts(out, "<p>");
		hs_form_both(out, "発信はまだありません。", "Nothing was sent yet.");
		hs_buf_puts(out, "</p>\n");
	}
	hs_buf_puts(out, "<div id=\"items\">\n");
	for (size_t i = 0; i < reply->n_submissions; i++) {
		if (hs_role_may_see(call->principal, reply->submissions[i]))
			put_item(
				call, reply->submissions[i], i == 0 && ask->before[0] == '\0', out);
	}
	hs_buf_puts(out, "</div>\n");
	put_pages(ask, reply, out);
	hs_buf_puts(out, "</div>\n");
}

/* Why there is no list. The script may go on asking when the hub is away. */
static void
put_none(enum hs_refusal refusal, struct hs_buf *out)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);

	if (refusal == HS_REFUSAL_NOT_FOUND)
		hs_form_problem(out, "その発信は見つかりません。最新の発信へ戻ってください。",
			"There is no such submission. Go back to the newest.");
	else if (row->http == 503)
		hs_form_problem(out,
			"いま配信ハブに接続できないため、状況を確認できません。届いたかどうかは分か"
			"りません。",
			"The hub cannot be reached now: whether anything arrived is not known.");
	else
		hs_form_problem(out, row->text_ja, row->text_en);
	hs_buf_puts(out, "<p><a href=\"/console\">");
	hs_form_both(out, "最新の発信", "The newest");
	hs_buf_puts(out, "</a></p>\n");
}

/* ---- page and list ---- */

static void
show_page(struct hs_form_call *call, const struct hs_list_ask *ask, const hs_list_reply *reply,
	enum hs_refusal refusal)
{
	struct hs_buf out;

	hs_form_call_begin_page(call, "配信状況の一覧", "Who has what", 0, &out);
	hs_buf_puts(&out, "<p><a href=\"/\">");
	hs_form_both(&out, "避難情報の発信へ", "To the form");
	hs_buf_puts(&out, "</a></p>\n<p id=\"state\" class=\"note\" role=\"status\">");
	hs_form_both(&out, "この画面は自動では更新されていません。読み込み直すと最新になります。",
		"This page does not update by itself. Load it again for the newest.");
	hs_buf_puts(&out, "</p>\n<p class=\"sr\" role=\"status\" id=\"news\"></p>\n"
			  "<section id=\"console\" aria-labelledby=\"sent\">\n<h2 id=\"sent\">");
	hs_form_both(&out, "発信の一覧（新しい順）", "What was sent, newest first");
	hs_buf_puts(&out, "</h2>\n");
	if (reply != NULL)
		put_list(call, ask, reply, &out);
	else
		put_none(refusal, &out);
	hs_buf_puts(&out, "</section>\n");
	if (reply != NULL || hs_refusal_row(refusal)->http == 503)
		hs_buf_puts(&out, "<script src=\"/assets/console.js\" defer></script>\n");
	hs_form_scripted_send(
		call->gate, call->id, reply != NULL ? 200 : hs_refusal_row(refusal)->http, &out);
	hs_form_end(call);
}

static void
show_list(struct hs_form_call *call, const struct hs_list_ask *ask, const hs_list_reply *reply,
	enum hs_refusal refusal)
{
	struct hs_gate_reply answer = { .status = 200, .content_type = "text/html; charset=utf-8" };
	struct hs_buf out;

	if (reply == NULL) {
		hs_gate_refuse(call->gate, call->id, refusal);
		hs_form_end(call);
		return;
	}
	hs_buf_init(&out, HS_FORM_PAGE_MAX_BYTES);
	put_list(call, ask, reply, &out);
	if (out.failed) {
		hs_gate_refuse(call->gate, call->id, HS_REFUSAL_BUSY);
	} else {
		answer.body = out.bytes;
		answer.len_bytes = out.len_bytes;
		hs_gate_answer(call->gate, call->id, &answer);
	}
	hs_buf_free(&out);
	hs_form_end(call);
}

typedef void (*show_fn)(struct hs_form_call *call, const struct hs_list_ask *ask,
	const hs_list_reply *reply, enum hs_refusal refusal);

static void
show(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame, show_fn how)
{
	struct hs_form_call *call = HS_CONTAINER_OF(port_call, struct hs_form_call, port_call);
	struct hs_list_ask ask;
	enum hs_refusal refusal;
	const hs_list_reply *reply = hs_list_reply_of(err, frame, &refusal);

	HS_CHECK(hs_list_read(call->gate, call->body, &ask)); /* it was read before it was sent */
	how(call, &ask, reply, refusal);
}

static void
on_page(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	show(port_call, err, frame, show_page);
}

static void
on_list(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	show(port_call, err, frame, show_list);
}

static void
ask_hub(struct hs_gate *gate, const struct hs_http_request *request, bool wait,
	void (*done)(struct hs_port_call *, enum hs_err, const hs_link_frame *), show_fn how)
{
	struct hs_form_call *call = hs_form_begin(gate, request);
	struct hs_list_ask ask;
	enum hs_err err;

	if (call == NULL)
		return;
	if (!hs_list_read(gate, call->body, &ask)) {
		how(call, &ask, NULL, HS_REFUSAL_REQUEST);
		return;
	}
	if (!wait)
		ask.wait_s = 0;
	call->port_call.done = done;
	err = hs_list_send(gate, &call->port_call, call->principal, &ask);
	if (err != HS_OK)
		how(call, &ask, NULL, hs_refusal_of(err));
}

void
hs_console_page(void *owner, const struct hs_http_request *request)
{
	ask_hub(owner, request, false, on_page, show_page);
}

void
hs_console_list(void *owner, const struct hs_http_request *request)
{
	ask_hub(owner, request, true, on_list, show_list);
}
