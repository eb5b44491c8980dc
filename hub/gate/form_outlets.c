/* form_outlets.c: each outlet of a submission: what it said and when, why not, and what to do now. See form_call.h; receipt page and
 * console show the same. */
#include "hub/gate/form_call.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/api.h"
#include "hub/gate/outlet_name.h"
#include "schemas/guests.h"
#include "schemas/lalert_result.h"

#define OUTLET_MAX_BYTES 4096

/* How it stands, for the eye; the words beside it say the same. */
static const struct state_row {
	int state;
	enum hs_outlet_standing standing;
	const char *mark;	       /* nothing for the ear: the words follow */
	const char *next_ja, *next_en; /* "": nothing is to be done */
} STATES[] = {
	{ HS_RECEIPT(UNSPECIFIED), HS_OUTLET_WAITS, "…", "つながり次第、自動で送ります。",
		"It is sent by itself when the outlet is connected." },
	{ HS_RECEIPT(SENT), HS_OUTLET_WAITS, "…", "", "" },
	{ HS_RECEIPT(RECEIVED), HS_OUTLET_WAITS, "…", "", "" },
	{ HS_RECEIPT(ACCEPTED), HS_OUTLET_HAS_IT, "○", "", "" },
	{ HS_RECEIPT(DISPLAYED), HS_OUTLET_HAS_IT, "◎", "", "" },
	{ HS_RECEIPT(FAILED), HS_OUTLET_TROUBLE, "×",
		"届いていません。電話など別の方法で知らせ、理由を配信先か運用担当者に確かめてくださ"
		"い"
		"。",
		"Not delivered. Tell them by another way, and ask the outlet or the hub's operator "
		"about the reason." },
	{ HS_RECEIPT(EXPIRED), HS_OUTLET_TROUBLE, "×",
		"時間内に届きませんでした。まだ必要なら、続報を発信してください。",
		"Not delivered in time. If it is still needed, send an update." },
	{ HS_RECEIPT(HELD), HS_OUTLET_TROUBLE, "!",
		"まだ出ていません。配信先か運用担当者に連絡して確認してもらってください。",
		"It is not out. Call the outlet or the hub's operator." },
	{ HS_RECEIPT(FILTERED), HS_OUTLET_NOT_MEANT, "－", "", "" },
};

static const struct state_row *
row_of(int state)
{
	for (size_t i = 0; i < HS_COUNT(STATES); i++) {
		if (STATES[i].state == state)
			return &STATES[i];
	}
	return NULL;
}

/* Once an outlet of an adapter spoke, the adapter as a whole has nothing more to say. A guest is no outlet that anybody counts on. */
static bool
outlets_speak(const hs_status_reply *reply, const hs_receipt *whole)
{
	for (size_t i = 0; whole->outlet[0] == '\0' && i < reply->n_receipts; i++) {
		const hs_receipt *other = reply->receipts[i];

		if (other->outlet[0] != '\0' && !hs_outlet_is_guests(other->outlet) &&
			strcmp(other->adapter, whole->adapter) == 0)
			return true;
	}
	return false;
}

enum hs_outlet_standing
hs_outlet_standing(const hs_status_reply *reply, const hs_receipt *receipt)
{
	const struct state_row *row = row_of((int)receipt->state);
	enum hs_outlet_standing standing = row != NULL ? row->standing : HS_OUTLET_WAITS;

	if (hs_outlet_is_guests(receipt->outlet))
		return HS_OUTLET_PASSES;
	if (receipt->silent_ms > 0)
		return HS_OUTLET_SILENT;
	return standing == HS_OUTLET_WAITS && outlets_speak(reply, receipt) ? HS_OUTLET_PASSES
									    : standing;
}

static void
put_state(const hs_receipt *receipt, struct hs_buf *out)
{
	const struct state_row *row = row_of((int)receipt->state);
	const char *ja, *en;

	if (!hs_receipt_words((int)receipt->state, &ja, &en)) {
		hs_buf_printf(out, "状態 %d", (int)receipt->state);
		return;
	}
	if (row != NULL)
		hs_buf_printf(out, "<span class=\"mark\" aria-hidden=\"true\">%s</span> ",
			receipt->silent_ms > 0 ? "？" : row->mark);
	hs_form_both(out, ja, en);
}

/* Nothing heard is no good news, and is said. */
static void
put_silence(const hs_receipt *receipt, struct hs_buf *out)
{
	char ja[128], en[128];
	unsigned long long seconds = receipt->silent_ms / 1000;

	if (receipt->silent_ms == 0)
		return;
	(void)snprintf(ja, sizeof(ja),
		"【応答なし %llu秒】届いたか分かりません。電話など別の方法で確認してください",
		seconds);
	(void)snprintf(en, sizeof(en), "SILENT for %llu s: check it by another way", seconds);
	hs_buf_puts(out, "<br><strong>");
	hs_form_both(out, ja, en);
	hs_buf_puts(out, "</strong>");
}

static void
put_next(const hs_receipt *receipt, struct hs_buf *out)
{
	const struct state_row *row = row_of((int)receipt->state);

	if (receipt->detail[0] != '\0') {
		hs_buf_puts(out, "<p class=\"detail\">");
		hs_buf_escape(out, receipt->detail);
		hs_buf_puts(out, "</p>");
	}
	if (row == NULL || row->next_ja[0] == '\0' || hs_outlet_is_guests(receipt->outlet))
		return;
	hs_buf_puts(out, "<p class=\"next\">");
	hs_form_both(out, row->next_ja, row->next_en);
	hs_buf_puts(out, "</p>");
}

static void
put_outlet(const struct hs_gate *gate, const hs_receipt *receipt, struct hs_buf *out)
{
	const struct hs_config_list *rows = &gate->settings->outlets;
	struct hs_buf ja, en;

	hs_buf_init(&ja, OUTLET_MAX_BYTES);
	hs_buf_init(&en, OUTLET_MAX_BYTES);
	hs_outlet_name(rows->items, rows->count, receipt->adapter, receipt->outlet, false, &ja);
	hs_outlet_name(rows->items, rows->count, receipt->adapter, receipt->outlet, true, &en);
	hs_form_both(out, hs_buf_text(&ja), hs_buf_text(&en));
	hs_buf_free(&ja);
	hs_buf_free(&en);
}

static void
put_row(const struct hs_gate *gate, const hs_status_reply *reply, const hs_receipt *receipt,
	struct hs_buf *out)
{
	static const char *const classes[] = { [HS_OUTLET_WAITS] = "waits",
		[HS_OUTLET_HAS_IT] = "has",
		[HS_OUTLET_TROUBLE] = "trouble",
		[HS_OUTLET_SILENT] = "silent",
		[HS_OUTLET_PASSES] = "passes",
		[HS_OUTLET_NOT_MEANT] = "not-meant" };

	hs_buf_printf(out, "<tr class=\"%s\"><th scope=\"row\">",
		classes[hs_outlet_standing(reply, receipt)]);
	put_outlet(gate, receipt, out);
	hs_buf_puts(out, "</th><td>");
	put_state(receipt, out);
	put_silence(receipt, out);
	put_next(receipt, out);
	hs_buf_puts(out, "</td><td class=\"moment\">");
	hs_form_moment(out, receipt->unix_us);
	hs_buf_puts(out, "</td></tr>\n");
}

/* What is not here is no good news, and is said. */
static void
put_gap(const hs_status_reply *reply, struct hs_buf *out)
{
	hs_buf_puts(out, "<p class=\"gap\"><strong>");
	if (reply->version == 0)
		hs_form_both(out,
			"ここにはもう記録がありません（ジャーナルにはあります）。届いたかどうかは、"
			"運用"
			"担当者に確かめてください。",
			"No longer kept here, it is in the journal. Ask the hub's operator who has "
			"it.");
	else
		hs_form_both(out,
			"配信先が多いため、ここにあるのは一部です（ジャーナルにはすべてあります）。"
			"ほか"
			"は運用担当者に確かめてください。",
			"Too many outlets: only some stand here, the journal has all. Ask the "
			"hub's "
			"operator about the others.");
	hs_buf_puts(out, "</strong></p>\n");
}

void
hs_form_outlets(const struct hs_gate *gate, const hs_status_reply *reply, struct hs_buf *out)
{
	bool complete = hs_api_receipts_complete(reply);

	if (!complete)
		put_gap(reply, out);
	if (reply->n_receipts == 0) {
		if (!complete)
			return;
		hs_buf_puts(out, "<p class=\"waiting\">");
		hs_form_both(
			out, "まだどこからも返事がありません。", "No outlet has answered yet.");
		hs_buf_puts(out, "</p>\n");
		return;
	}
	hs_buf_puts(out,
		"<table class=\"outlets\"><thead><tr><th scope=\"col\">配信先 <span class=\"en\" "
		"lang=\"en\">Outlet</span>"
		"</th><th scope=\"col\">状態 <span class=\"en\" lang=\"en\">State</span></th>"
		"<th scope=\"col\">時刻 <span class=\"en\" "
		"lang=\"en\">Time</span></th></tr></thead>"
		"<tbody>\n");
	for (size_t i = 0; i < reply->n_receipts; i++)
		put_row(gate, reply, reply->receipts[i], out);
	hs_buf_puts(out, "</tbody></table>\n");
}
