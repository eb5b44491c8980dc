/* form_home.c: the page with what is in force and the three forms: issue, lift, cancel. See form.h. */
#include "hub/gate/form.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/form_call.h"
#include "hub/gate/order_text.h"
#include "schemas/tables.h"

static void
put_in_force(struct hs_form_call *call, struct hs_buf *out)
{
	const struct hs_order_standing *standing = &call->standing;

	hs_buf_puts(out, "<section aria-labelledby=\"now\"><h2 id=\"now\">");
	hs_form_both(out, "いま発令中の避難情報", "In force now");
	hs_buf_puts(out, "</h2>\n");
	if (call->hub_err != HS_OK) {
		/* "no data" must never read as "no order" */
		hs_form_problem(out,
			"配信ハブに接続できないため、発令中の情報を確認できません。いまは送信もでき"
			"ません。しばらくして読み込み直してください。",
			"The hub cannot be reached: what is in force is not known, and nothing can "
			"be "
			"sent now. Load this page again in a moment.");
	} else if (standing->area_count == 0) {
		hs_buf_puts(out, "<p>");
		hs_form_both(out, "発令中の避難情報はありません。", "Nothing is in force.");
		hs_buf_puts(out, "</p>");
	} else {
		hs_buf_puts(out,
			"<table><thead><tr><th scope=\"col\">地区 <span class=\"en\" lang=\"en\">"
			"Area</span></th><th scope=\"col\">避難情報 <span class=\"en\" lang=\"en\">"
			"Order</span></th><th scope=\"col\">発令 <span class=\"en\" lang=\"en\">"
			"Since</span></th><th scope=\"col\">災害 <span class=\"en\" lang=\"en\">"
			"Disaster</span></th></tr></thead><tbody>\n");
		for (size_t i = 0; i < standing->area_count; i++) {
			const struct hs_order_area *area = standing->areas[i];

			hs_buf_puts(out, "<tr><th scope=\"row\">");
			hs_buf_escape(out, area->name);
			hs_buf_puts(out, "</th><td>");
			hs_form_level(out, area->level, area->term);
			hs_buf_puts(out, "</td><td>");
			hs_form_time(out, area->ordered_unix_us);
			hs_buf_puts(out, "</td><td>");
			hs_buf_escape(out, area->document->disaster_name);
			hs_buf_puts(out, area->document->own ? "" : "（他の窓口から発信）");
			hs_buf_puts(out, "</td></tr>\n");
		}
		hs_buf_puts(out, "</tbody></table>\n");
	}
	hs_buf_puts(out, "</section>\n");
}

/* Those that an order can go on with. */
static bool
can_go_on(const struct hs_order_document *document)
{
	return document->own && !document->over;
}

static bool
can_cancel(const struct hs_order_document *document)
{
	return document->own && !document->closed;
}

static size_t
own_documents(
	const struct hs_order_standing *standing, bool (*wanted)(const struct hs_order_document *))
{
	size_t count = 0;

	for (size_t i = 0; i < standing->document_count; i++)
		count += wanted(standing->documents[i]);
	return count;
}

static void
put_radio(struct hs_buf *out, const char *name, const char *value, bool checked)
{
	hs_buf_printf(out, "<div class=\"choice\"><input type=\"radio\" name=\"%s\" id=\"%s-", name,
		name);
	hs_buf_escape(out, value);
	hs_buf_puts(out, "\" value=\"");
	hs_buf_escape(out, value);
	hs_buf_printf(out, "\"%s><label for=\"%s-", checked ? " checked" : "", name);
	hs_buf_escape(out, value);
	hs_buf_puts(out, "\">");
}

static void
end_choice(struct hs_buf *out)
{
	hs_buf_puts(out, "</label></div>\n");
}

static void
begin_form(struct hs_form_call *call, const char *act, const char *title_ja, const char *title_en,
	struct hs_buf *out)
{
	hs_buf_printf(out, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">", act, act);
	hs_form_both(out, title_ja, title_en);
	hs_buf_puts(out, "</h2>\n<form method=\"post\" action=\"/check\">\n");
	hs_form_hidden(out, "act", act);
	hs_form_token_field(call, out);
}

static void
end_form(struct hs_buf *out)
{
	hs_buf_puts(out, "<p><button type=\"submit\">");
	hs_form_both(out, "確認へ進む（まだ送信しません）", "Go on to check (nothing is sent yet)");
	hs_buf_puts(out, "</button></p></form></section>\n");
}

static void
put_legend(struct hs_buf *out, const char *what, const char *ja, const char *en)
{
	hs_buf_printf(out, "<fieldset id=\"choose-%s\"><legend>", what);
	hs_form_both(out, ja, en);
	hs_buf_puts(out, "</legend>\n");
}

/* Which disaster goes on. With none in force there is nothing to choose, and the order begins one. */
static void
put_disasters(struct hs_form_call *call, struct hs_buf *out)
{
	const struct hs_order_standing *standing = &call->standing;
	const char *chosen = call->choice.document_id;
	bool given = hs_form_field(call, "act")[0] != '\0';

	if (own_documents(standing, can_go_on) == 0)
		return;
	put_legend(out, "document", "どの災害についてですか", "Which disaster is it about?");
	for (size_t i = standing->document_count; i-- > 0;) {
		const struct hs_order_document *document = standing->documents[i];

		if (!can_go_on(document))
			continue;
		if (!given && chosen[0] == '\0')
			chosen = document->id;
		put_radio(out, "document", document->id, strcmp(chosen, document->id) == 0);
		hs_buf_escape(out, document->disaster_name);
		hs_buf_puts(out, "（続報） <span class=\"en\" lang=\"en\">goes on</span>");
		end_choice(out);
	}
	put_radio(out, "document", "", chosen[0] == '\0');
	hs_form_both(out, "新しい災害（下で種類を選ぶ）", "A new disaster (choose its kind below)");
	end_choice(out);
	hs_buf_puts(out, "</fieldset>\n");
}

static void
put_hazards(struct hs_form_call *call, struct hs_buf *out)
{
	size_t count;
	const struct hs_hazard_row *rows = hs_hazard_rows(&count);

	put_legend(out, "hazard", "災害の種類（新しい災害のとき）",
		"Kind of hazard (of a new disaster)");
	hs_buf_puts(out, "<div class=\"grid\">\n");
	for (size_t i = 0; i < count; i++) {
		put_radio(out, "hazard", rows[i].hazard,
			strcmp(call->choice.hazard, rows[i].hazard) == 0);
		hs_form_both(out, rows[i].ja, rows[i].en);
		end_choice(out);
	}
	hs_buf_puts(out, "</div>\n<p><label for=\"disaster\">");
	hs_form_both(out, "災害名（なくてもよい）", "Name of the disaster (optional)");
	hs_buf_puts(
		out, "</label><input id=\"disaster\" name=\"disaster\" maxlength=\"100\" value=\"");
	hs_buf_escape(out, call->choice.disaster_name);
	hs_buf_puts(out, "\"></p></fieldset>\n");
}

static void
put_levels(struct hs_form_call *call, struct hs_buf *out)
{
	put_legend(out, "level", "警戒レベル", "Alert level");
	for (uint32_t level = 5; level >= 3; level--) {
		const struct hs_level_display *display = hs_level_display(level);
		char value[12] = { (char)('0' + level), '\0' };

		HS_CHECK(display != NULL);
		put_radio(out, "level", value, call->choice.level == level);
		hs_form_level(out, level, display->term_ja);
		hs_buf_puts(out, " ");
		hs_buf_escape(out, display->action_ja);
		hs_buf_printf(out, "<span class=\"en\" lang=\"en\">Level %u ", level);
		hs_buf_escape(out, display->term_en);
		hs_buf_puts(out, ": ");
		hs_buf_escape(out, display->action_en);
		hs_buf_puts(out, "</span>");
		end_choice(out);
		if (level == 5)
			hs_buf_puts(out,
				"<p class=\"hint\">〈警戒レベル4までに必ず避難！〉 <span "
				"class=\"en\" "
				"lang=\"en\">Everyone must have left by level 4.</span></p>\n");
	}
	hs_buf_puts(out, "</fieldset>\n");
}

static void
put_areas(struct hs_form_call *call, struct hs_buf *out)
{
	put_legend(out, "areas", "対象地区", "Areas");
	hs_buf_puts(out, "<div class=\"choice\"><input type=\"checkbox\" name=\"whole\" "
			 "id=\"whole\" value=\"1\"");
	hs_buf_puts(out, call->choice.whole ? " checked" : "");
	hs_buf_puts(out, "><label for=\"whole\">");
	hs_buf_escape(out, call->principal->organisation);
	hs_form_both(out, " 全域", "The whole municipality");
	hs_buf_puts(out, "</label></div>\n<p><label for=\"areas\">");
	hs_form_both(out, "地区名（1行に1地区）", "Districts, one a line");
	hs_buf_puts(out, "</label></p><p class=\"hint\" "
			 "id=\"areas-hint\">読みがなを付けるときは「北町一丁目,"
			 "きたまちいっちょうめ」のように書きます。ここに書かない地区は、いまの発令"
			 "のまま変わりません。"
			 "<span class=\"en\" lang=\"en\">A reading may follow a comma. Districts "
			 "that are not named "
			 "here stay as they are.</span></p>\n"
			 "<textarea id=\"areas\" name=\"areas\" rows=\"6\" "
			 "aria-describedby=\"areas-hint\">\n");
	hs_buf_escape(out, call->choice.areas);
	hs_buf_puts(out, "</textarea></fieldset>\n<p><label for=\"complement\">");
	hs_form_both(out, "補足（なくてもよい）", "Additional text (optional)");
	hs_buf_puts(out, "</label><textarea id=\"complement\" name=\"complement\" rows=\"3\">\n");
	hs_buf_escape(out, call->choice.complement);
	hs_buf_puts(out, "</textarea></p>\n");
}

static void
put_issue_form(struct hs_form_call *call, struct hs_buf *out)
{
	begin_form(call, "issue", "発令する・レベルを変える", "Issue an order, or change its level",
		out);
	hs_buf_puts(out, "<p>");
	hs_form_both(out, "発信する市区町村", "Municipality");
	hs_buf_puts(out, " <strong>");
	hs_buf_escape(out, call->principal->organisation);
	hs_buf_puts(out, "</strong>（");
	hs_buf_escape(out, call->principal->code);
	hs_buf_puts(out, "）</p>\n");
	put_disasters(call, out);
	put_hazards(call, out);
	put_levels(call, out);
	put_areas(call, out);
	end_form(out);
}

static void
put_lift_form(struct hs_form_call *call, struct hs_buf *out)
{
	begin_form(call, "lift", "解除する（危険が去った）", "Lift (the danger has passed)", out);
	put_legend(out, "lift", "解除する地区", "Areas to lift");
	for (size_t i = 0; i < call->standing.area_count; i++) {
		const struct hs_order_area *area = call->standing.areas[i];
		char key[HS_ORDER_KEY_SIZE];

		if (!area->document->own)
			continue;
		hs_order_area_key(area, key);
		hs_buf_printf(out,
			"<div class=\"choice\"><input type=\"checkbox\" name=\"lift_%s\" "
			"id=\"lift_%s\" value=\"1\"><label for=\"lift_%s\">",
			key, key, key);
		hs_buf_escape(out, area->name);
		hs_buf_puts(out, " ");
		hs_form_level(out, area->level, area->term);
		hs_buf_puts(out, " ");
		hs_buf_escape(out, area->document->disaster_name);
		end_choice(out);
	}
	hs_buf_puts(out, "</fieldset>\n");
	end_form(out);
}

static void
put_cancel_form(struct hs_form_call *call, struct hs_buf *out)
{
	begin_form(call, "cancel", "取り消す（発信が誤りだった）",
		"Cancel (what was sent was wrong)", out);
	put_legend(out, "cancel", "取り消す発信", "What to take back");
	for (size_t i = 0; i < call->standing.document_count; i++) {
		const struct hs_order_document *document = call->standing.documents[i];

		if (!can_cancel(document))
			continue;
		hs_buf_printf(out,
			"<div class=\"choice\"><input type=\"radio\" name=\"document\" "
			"id=\"cancel-%zu\" "
			"value=\"",
			i);
		hs_buf_escape(out, document->id);
		hs_buf_printf(out, "\"><label for=\"cancel-%zu\">", i);
		hs_buf_escape(out, document->disaster_name);
		hs_buf_printf(out,
			"（第%u報%s） <span class=\"en\" lang=\"en\">revision %u%s</span>",
			document->revision, document->over ? "、すべて解除" : "",
			document->revision, document->over ? ", all lifted" : "");
		end_choice(out);
	}
	hs_buf_puts(out, "</fieldset>\n<p><label for=\"reason\">");
	hs_form_both(out, "取消の理由（必ず書く）", "Reason (required)");
	hs_buf_puts(out, "</label><input id=\"reason\" name=\"reason\" maxlength=\"300\" value=\"");
	hs_buf_escape(out, call->choice.reason);
	hs_buf_puts(out, "\"></p>\n");
	end_form(out);
}

/* Where the page mends a problem of an act; NULL: the act's own form. */
static const char *const PLACES[HS_ORDER_PROBLEM_COUNT][HS_ORDER_CANCEL + 1] = {
	[HS_ORDER_NO_AREA] = { "areas", "choose-lift", NULL },
	[HS_ORDER_NO_LEVEL] = { "choose-level", NULL, NULL },
	[HS_ORDER_NO_DISASTER] = { "choose-hazard", NULL, NULL },
	[HS_ORDER_NO_REASON] = { NULL, NULL, "reason" },
	[HS_ORDER_LIFT_MIXED] = { NULL, "choose-lift", NULL },
	[HS_ORDER_TOO_MUCH] = { "areas", NULL, NULL },
};

static const char *
place_to_mend(const struct hs_form_call *call, enum hs_order_problem problem)
{
	static const char *const forms[] = { "issue", "lift", "cancel" };
	enum hs_order_act act = call->choice.act;

	if (act != HS_ORDER_ISSUE &&
		own_documents(&call->standing, act == HS_ORDER_LIFT ? can_go_on : can_cancel) == 0)
		return "now"; /* the act has no form any more: see what is in force */
	return PLACES[problem][act] != NULL ? PLACES[problem][act] : forms[act];
}

/* The focus is on a link to what is to be mended: without scripts too, and by keyboard. */
static void
put_problem(const struct hs_form_call *call, enum hs_order_problem problem, struct hs_buf *out)
{
	hs_buf_puts(out, "<div class=\"problem\" role=\"alert\"><p>");
	hs_form_both(out, hs_order_problem_ja(problem), hs_order_problem_en(problem));
	hs_buf_printf(out, "</p><p><a href=\"#%s\" autofocus>", place_to_mend(call, problem));
	hs_form_both(out, "直すところへ移る", "Go to what is to be mended");
	hs_buf_puts(out, "</a></p></div>\n");
}

void
hs_form_show_home(struct hs_form_call *call, enum hs_order_problem problem)
{
	struct hs_buf out;

	hs_form_call_begin_page(call, "避難情報の発信", "Send evacuation information", 0, &out);
	if (problem != HS_ORDER_FINE)
		put_problem(call, problem, &out);
	hs_form_put_alarms(call, &out);
	put_in_force(call, &out);
	put_issue_form(call, &out);
	if (own_documents(&call->standing, can_go_on) > 0)
		put_lift_form(call, &out);
	if (own_documents(&call->standing, can_cancel) > 0)
		put_cancel_form(call, &out);
	hs_form_page_send(call->gate, call->id, problem == HS_ORDER_FINE ? 200 : 422, NULL, &out);
	hs_form_end(call);
}

static void
show_home(struct hs_form_call *call)
{
	hs_form_show_home(call, HS_ORDER_FINE);
}

static void
ask_alarms(struct hs_form_call *call)
{
	hs_form_ask_alarms(call, show_home);
}

void
hs_form_home(void *owner, const struct hs_http_request *request)
{
	struct hs_form_call *call = hs_form_begin(owner, request);

	if (call == NULL)
		return;
	call->choice = (struct hs_order_choice){ .areas = "",
		.document_id = "",
		.disaster_name = "",
		.hazard = "",
		.reason = "",
		.complement = "" };
	hs_form_ask_standing(call, ask_alarms);
}
