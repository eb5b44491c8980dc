/* form_check_page.c: the check page: in words what will change, the text, and the last button. See form.h. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/form_call.h"
#include "hub/gate/order_text.h"
#include "schemas/tables.h"

#define SENTENCE_MAX_BYTES 65536

static bool
is_move(const struct hs_order_change *change)
{
	return change->kind == HS_ORDER_CHANGE_RAISED || change->kind == HS_ORDER_CHANGE_LOWERED ||
	       change->kind == HS_ORDER_CHANGE_RESTORED;
}

/* The same in English. What ends has a name and no level. */
static void
put_move_en(const struct hs_order_change *change, struct hs_buf *out)
{
	const struct hs_level_display *ended = hs_level_display(change->from_level);

	hs_buf_puts(out, "<span class=\"en\" lang=\"en\">");
	if (is_move(change)) {
		hs_order_level_words_en(change->from_level, change->from_term, out);
		hs_buf_puts(out, " → ");
	}
	if (change->to_term[0] != '\0')
		hs_order_level_words_en(change->to_level, change->to_term, out);
	else
		hs_buf_escape(out, ended != NULL ? ended->term_en : change->from_term);
	hs_buf_puts(out, "</span>");
}

static void
put_beside(const struct hs_order_change *change, struct hs_buf *out)
{
	bool ends = change->to_term[0] == '\0'; /* then it may be of the same disaster */
	struct hs_buf ja, en;

	if (change->beside == NULL)
		return;
	hs_buf_init(&ja, SENTENCE_MAX_BYTES);
	hs_buf_init(&en, SENTENCE_MAX_BYTES);
	hs_buf_printf(&ja,
		ends ? "この地区には、別の発令「%s」による" : "この地区には、別の災害「%s」で",
		change->beside->document->disaster_name);
	hs_order_level_words(change->beside->level, change->beside->term, &ja);
	hs_buf_puts(&ja, "が発令中です（そのまま残ります）。");
	hs_order_level_words_en(change->beside->level, change->beside->term, &en);
	hs_buf_printf(&en, " is in force here %s (%s) and stays.",
		ends ? "by another order" : "for another disaster",
		change->beside->document->disaster_name);
	hs_buf_puts(out, "<p class=\"hint\">");
	hs_form_both(out, hs_buf_text(&ja), hs_buf_text(&en));
	hs_buf_puts(out, "</p>");
	hs_buf_free(&ja);
	hs_buf_free(&en);
}

static void
put_move(const struct hs_order_change *change, struct hs_buf *out)
{
	hs_buf_puts(out, "<li><strong>");
	hs_buf_escape(out, change->name);
	hs_buf_puts(out, "</strong> ");
	if (is_move(change)) {
		hs_form_level(out, change->from_level, change->from_term);
		hs_buf_puts(out, " → ");
	}
	if (change->to_term[0] != '\0')
		hs_form_level(out, change->to_level, change->to_term);
	else /* ended: in words, never in the colour of a level */
		hs_buf_escape(out, change->from_term);
	put_move_en(change, out);
	put_beside(change, out);
	hs_buf_puts(out, "</li>\n");
}

static void
put_changes(const struct hs_form_call *call, struct hs_buf *out)
{
	hs_buf_puts(
		out, "<section class=\"changes\" aria-labelledby=\"changes\"><h2 id=\"changes\">");
	hs_form_both(out, "この発信で変わること", "What this will change");
	hs_buf_puts(out, "</h2>\n");
	for (int kind = 0; kind < HS_ORDER_CHANGE_COUNT; kind++) {
		size_t count = hs_order_change_count(&call->plan, (enum hs_order_change_kind)kind);

		if (count == 0)
			continue;
		hs_buf_printf(out,
			"<h3>%s <span>%zu地区</span> <span class=\"en\" lang=\"en\">%s</span>",
			hs_order_change_ja((enum hs_order_change_kind)kind), count,
			hs_order_change_en((enum hs_order_change_kind)kind));
		hs_buf_puts(out, "</h3><ul>\n");
		for (size_t i = 0; i < call->plan.change_count; i++) {
			if ((int)call->plan.changes[i]->kind == kind)
				put_move(call->plan.changes[i], out);
		}
		hs_buf_puts(out, "</ul>\n");
	}
	if (call->plan.choice->act != HS_ORDER_ISSUE && call->plan.remaining == 0) {
		hs_buf_puts(out, "<p>");
		hs_form_both(out, "この災害で発令中の地区はなくなります。",
			"Nothing of this disaster stays in force.");
		hs_buf_puts(out, "</p>\n");
	}
	hs_buf_puts(out, "</section>\n");
}

static void
put_box(struct hs_buf *out, const char *class, const char *ja, const char *en)
{
	hs_buf_printf(out, "<div class=\"%s\" role=\"%s\"><p>", class,
		strcmp(class, "note") == 0 ? "note" : "alert");
	hs_form_both(out, ja, en);
	hs_buf_puts(out, "</p></div>\n");
}

/* A cancel that brings an order back must not be pressed by somebody who only wants a lift to be over. */
static void
warn_of_return(const struct hs_order_plan *plan, struct hs_buf *out)
{
	struct hs_buf ja, en;
	size_t said = 0;

	if (hs_order_change_count(plan, HS_ORDER_CHANGE_RETURNED) == 0)
		return;
	hs_buf_init(&ja, HS_FORM_PAGE_MAX_BYTES);
	hs_buf_init(&en, HS_FORM_PAGE_MAX_BYTES);
	hs_buf_puts(
		&ja, plan->lifted_count > 0 ? "注意：この取消は解除を取り消します。" : "注意：");
	hs_buf_puts(&ja, "次の地区では、終わった発令が再び有効になります：");
	hs_buf_puts(&en,
		plan->lifted_count > 0 ? "Careful: this cancel takes back a lift. " : "Careful: ");
	hs_buf_puts(&en, "An order that was ended comes into force again in: ");
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct hs_order_change *change = plan->changes[i];

		if (change->kind != HS_ORDER_CHANGE_RETURNED)
			continue;
		hs_buf_printf(&ja, "%s%s（", said > 0 ? "、" : "", change->name);
		hs_order_level_words(change->to_level, change->to_term, &ja);
		hs_buf_puts(&ja, "）");
		hs_buf_printf(&en, "%s%s (", said++ > 0 ? ", " : "", change->name);
		hs_order_level_words_en(change->to_level, change->to_term, &en);
		hs_buf_puts(&en, ")");
	}
	hs_buf_puts(&ja, "。終わったことが正しかったのなら、取消は送らないでください。");
	hs_buf_puts(&en, ". If it was right that it ended, do not send this cancel.");
	put_box(out, "warning", hs_buf_text(&ja), hs_buf_text(&en));
	hs_buf_free(&ja);
	hs_buf_free(&en);
}

/* The newest order is what outlets show, whatever disaster it is for. */
static void
warn_of_beside(const struct hs_order_plan *plan, struct hs_buf *out)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct hs_order_change *change = plan->changes[i];

		if (change->kind != HS_ORDER_CHANGE_NEW || change->beside == NULL ||
			change->beside->level <= change->to_level)
			continue;
		put_box(out, "warning",
			"別の災害でより高いレベルが発令中の地区があります。配信先の画面では、その地"
			"区"
			"はいちばん新しい発令（低いほうのレベル）で表示されます。レベルが合っている"
			"か"
			"確認してください。",
			"In some area a higher level is in force for another disaster. Screens "
			"show "
			"the newest order of an area, which would be this lower one. Check that "
			"the "
			"level is right.");
		return;
	}
}

static void
warn_of_jump(const struct hs_order_plan *plan, struct hs_buf *out)
{
	const struct hs_level_display *usual = hs_level_display(3);
	struct hs_buf ja, en;

	if (plan->jump)
		put_box(out, "warning",
			"警戒レベルが一度に2段階以上変わる地区、またはレベル5から始まる地区がありま"
			"す。"
			"レベルの選び間違いでないか確認してください。正しければそのまま送信できます"
			"。",
			"Some area moves by two levels or more at once, or begins at level 5. "
			"Check "
			"that the right level was chosen; if it was, you can send it as it is.");
	if (!plan->first || plan->jump || usual == NULL)
		return;
	hs_buf_init(&ja, SENTENCE_MAX_BYTES);
	hs_buf_init(&en, SENTENCE_MAX_BYTES);
	hs_buf_puts(&ja, "初めての発令の地区があります。警戒レベル3を経ずに、");
	hs_order_level_words(
		plan->choice->level, hs_level_display(plan->choice->level)->term_ja, &ja);
	hs_buf_printf(
		&ja, "（%s）から始まります。", hs_level_display(plan->choice->level)->action_ja);
	hs_buf_puts(&en, "For some area this is the first order. It begins with ");
	hs_order_level_words_en(plan->choice->level, "", &en);
	hs_buf_printf(&en, " and not with level 3 %s.", usual->term_en);
	put_box(out, "note", hs_buf_text(&ja), hs_buf_text(&en));
	hs_buf_free(&ja);
	hs_buf_free(&en);
}

static void
put_warnings(
	const struct hs_form_call *call, const struct hs_intake_result *result, struct hs_buf *out)
{
	if (call->changed)
		hs_form_problem(out,
			"まだ送信していません。確認のあとに発令状況または文面が変わりました。もう一"
			"度確認してください。",
			"Nothing was sent. What is in force, or the text, has changed since you "
			"checked: "
			"please check again.");
	warn_of_return(&call->plan, out);
	warn_of_jump(&call->plan, out);
	warn_of_beside(&call->plan, out);
	for (size_t i = 0; i < result->finding_count; i++) {
		const hs_pb_finding *finding = result->findings[i];
		bool error = strcmp(finding->severity, "error") == 0;

		put_box(out, error ? "problem" : "warning", finding->message_ja,
			finding->message_en);
	}
}

void
hs_form_hidden_choice(struct hs_form_call *call, struct hs_buf *out)
{
	static const char *const fields[] = { "act", "level", "whole", "areas", "document",
		"disaster", "hazard", "reason", "complement" };

	for (size_t i = 0; i < HS_COUNT(fields); i++)
		hs_form_hidden(out, fields[i], hs_form_field(call, fields[i]));
	for (size_t i = 0; i < call->choice.lift_count; i++) {
		char name[HS_ORDER_KEY_SIZE + 8];

		(void)snprintf(name, sizeof(name), "lift_%s", call->choice.lift_keys[i]);
		hs_form_hidden(out, name, "1");
	}
}

static void
put_text(struct hs_form_call *call, struct hs_buf *out)
{
	bool drill = call->gate->mode != HS_MODE(LIVE);

	hs_buf_puts(
		out, "<section aria-labelledby=\"text\"><h2 id=\"text\"><label for=\"headline\">");
	hs_form_both(out, "配信する見出し文", "The headline that goes out");
	hs_buf_puts(
		out, "</label></h2>\n<textarea id=\"headline\" name=\"headline\" rows=\"5\">\n");
	hs_buf_escape(out, call->headline);
	hs_buf_puts(out, "</textarea>\n<p class=\"hint\">");
	if (drill)
		hs_form_both(out, "前後に【訓練】が自動で付きます。",
			"The drill mark is put before and behind it by itself.");
	hs_buf_puts(out, "</p>\n<p><button class=\"quiet\" type=\"submit\" formaction=\"/check\">");
	hs_form_both(out, "文面を直して確認し直す", "Check again with the changed text");
	hs_buf_puts(out, "</button></p></section>\n");
}

/* It goes out with the headline, so it is checked with it. */
static void
put_complement(const struct hs_form_call *call, struct hs_buf *out)
{
	const char *complement = call->plan.choice->complement;

	hs_buf_puts(out, "<section aria-labelledby=\"more\"><h2 id=\"more\">");
	hs_form_both(out, "補足", "Additional text");
	hs_buf_puts(out, "</h2>\n");
	if (complement[0] == '\0') {
		hs_buf_puts(out, "<p class=\"hint\">");
		hs_form_both(out, "補足はありません。", "There is none.");
	} else {
		hs_buf_puts(out, "<p class=\"complement\">");
		hs_buf_escape(out, complement);
	}
	hs_buf_puts(out, "</p></section>\n");
}

static void
put_button(struct hs_form_call *call, struct hs_buf *out)
{
	bool drill = call->gate->mode != HS_MODE(LIVE);
	struct hs_buf ja, en;

	hs_buf_init(&ja, 1024);
	hs_buf_init(&en, 1024);
	hs_order_button_ja(&call->plan, drill, &ja);
	hs_order_button_en(&call->plan, drill, &en);
	hs_buf_puts(out, "<p><button class=\"final\" type=\"submit\" id=\"send\">");
	hs_form_both(out, hs_buf_text(&ja), hs_buf_text(&en));
	hs_buf_puts(out, "</button></p>\n");
	hs_buf_free(&ja);
	hs_buf_free(&en);
}

/* The headline comes first, so that Enter in it checks again and does not send. */
static void
put_send_form(struct hs_form_call *call, bool valid, struct hs_buf *out)
{
	char revision[16];

	hs_buf_printf(out, "<form method=\"post\" action=\"/send\"%s>\n",
		call->gate->mode != HS_MODE(LIVE) ? " class=\"drill-act\"" : "");
	hs_form_token_field(call, out);
	hs_form_hidden_choice(call, out);
	(void)snprintf(revision, sizeof(revision), "%u", call->plan.revision);
	hs_form_hidden(out, "sent_document", call->plan.document_id);
	hs_form_hidden(out, "sent_revision", revision);
	hs_form_hidden(out, "basis", call->standing.basis);
	hs_form_hidden(out, "said", call->headline);
	hs_form_hidden(out, "xml", hs_buf_text(&call->xml));
	put_text(call, out);
	put_complement(call, out);
	if (valid)
		put_button(call, out);
	hs_buf_puts(out, "</form>\n<p><a href=\"/\">");
	hs_form_both(out, "送らずに戻る", "Back without sending");
	hs_buf_puts(out, "</a></p>\n");
}

void
hs_form_show_check(struct hs_form_call *call, const struct hs_intake_result *result)
{
	struct hs_buf out;

	hs_form_call_begin_page(call, "送信前の確認", "Check before sending", 0, &out);
	put_warnings(call, result, &out);
	put_changes(call, &out);
	put_send_form(call, result->err == HS_OK, &out);
	hs_form_page_send(call->gate, call->id, result->err == HS_OK ? 200 : 422, NULL, &out);
	hs_form_end(call);
}
