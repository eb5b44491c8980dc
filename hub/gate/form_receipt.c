/* form_receipt.c: who has it: the state of a submission at each outlet. See form.h.
 *
 * The page loads itself again by <meta refresh>, and each time the focus is lost. A link stops that, for those who
 * read slowly or go by keyboard: it stands before what changes, and has the focus after each refresh.
 */
#include "hub/gate/form.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/api.h"
#include "hub/gate/form_call.h"
#include "hub/gate/role.h"

static void
put_taken(const hs_status_reply *reply, struct hs_buf *out)
{
	const hs_text *text = reply->notice != NULL ? hs_notice_text(reply->notice, "ja") : NULL;

	hs_buf_puts(out, "<section><p>");
	if (reply->outcome == HS_OUTCOME(STALE))
		hs_form_both(out, "古い版数のため、記録しましたが配信していません。",
			"This revision is older than what is in force: recorded, not sent out.");
	else
		hs_form_both(out, "受け付けて保存しました。", "Taken and stored.");
	hs_buf_puts(out, " ");
	hs_form_time(out, reply->accepted_unix_us);
	hs_buf_puts(out, "</p>\n");
	if (text != NULL && text->headline[0] != '\0') {
		hs_buf_puts(out, "<blockquote><p>");
		hs_buf_escape(out, text->headline);
		hs_buf_puts(out, "</p></blockquote>\n");
	}
	hs_buf_printf(out, "<p class=\"hint\">seq %llu / id ", (unsigned long long)reply->seq);
	hs_buf_escape(out, reply->id);
	hs_buf_puts(out, "</p></section>\n");
}

static void
put_refresh_link(const struct hs_form_call *call, bool still, struct hs_buf *out)
{
	hs_buf_puts(out, "<p><a href=\"/receipt/");
	hs_buf_escape(out, call->submission_id);
	hs_buf_puts(out, still ? "\">" : "?still=1\" autofocus>");
	if (still)
		hs_form_both(out, "自動で更新する", "Update by itself");
	else
		hs_form_both(out, "自動更新を止める", "Stop updating");
	hs_buf_puts(out, "</a></p>\n");
}

static void
put_back_link(struct hs_buf *out)
{
	hs_buf_puts(out, "<p><a href=\"/\">");
	hs_form_both(out, "続けて発信する", "Back to the form");
	hs_buf_puts(out, "</a></p>\n");
}

static void
show_receipt(struct hs_form_call *call, const hs_status_reply *reply)
{
	bool still = hs_form_field(call, "still")[0] != '\0';
	int64_t refresh_s = still ? 0 : call->gate->settings->bounds.receipt_refresh_s;
	struct hs_buf out;

	hs_form_call_begin_page(
		call, "発信の記録と配信の状況", "What was sent, and who has it", refresh_s, &out);
	put_taken(reply, &out);
	put_refresh_link(call, still, &out);
	hs_buf_puts(&out, "<section aria-labelledby=\"outlets\"><h2 id=\"outlets\">");
	hs_form_both(&out, "配信先ごとの状況", "Outlet by outlet");
	hs_buf_puts(&out, "</h2>\n");
	hs_form_outlets(call->gate, reply, &out);
	hs_buf_puts(&out, "</section>\n");
	put_back_link(&out);
	hs_form_page_send(call->gate, call->id, 200, NULL, &out);
	hs_form_end(call);
}

static void
show_none(struct hs_form_call *call, enum hs_refusal refusal)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);
	struct hs_buf out;

	hs_form_call_begin_page(call, "発信の記録と配信の状況", "What was sent, and who has it",
		row->http == 503 ? call->gate->settings->bounds.receipt_refresh_s : 0, &out);
	if (refusal == HS_REFUSAL_NOT_FOUND)
		hs_form_problem(&out, row->text_ja, row->text_en);
	else
		hs_form_problem(&out, "いま配信ハブに接続できないため、状況を確認できません。",
			"The hub cannot be reached now, so the state is not known.");
	hs_form_page_send(call->gate, call->id, row->http, NULL, &out);
	hs_form_end(call);
}

static void
on_status(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct hs_form_call *call = HS_CONTAINER_OF(port_call, struct hs_form_call, port_call);
	const hs_status_reply *reply = NULL;

	if (err == HS_OK && frame->body_case == HANSHO__V1__LINK_FRAME__BODY_STATUS_REPLY)
		reply = frame->status_reply;
	if (reply == NULL)
		show_none(call, HS_REFUSAL_AWAY);
	else if (!hs_role_may_see(call->principal, reply))
		show_none(call, HS_REFUSAL_NOT_FOUND);
	else
		show_receipt(call, reply);
}

void
hs_form_receipt(void *owner, const struct hs_http_request *request)
{
	const char *id = hs_api_submission_id(request->path, "/receipt/");
	struct hs_form_call *call = hs_form_begin(owner, request);
	enum hs_err err = HS_ERR_AWAY;

	if (call == NULL)
		return;
	if (id == NULL) {
		show_none(call, HS_REFUSAL_NOT_FOUND);
		return;
	}
	call->submission_id = hs_arena_strdup(call->arena, id);
	call->port_call.done = on_status;
	if (call->gate->port != NULL && call->submission_id != NULL)
		err = hs_submit_port_status(call->gate->port, &call->port_call, id, 0, 0);
	if (err != HS_OK)
		show_none(call, HS_REFUSAL_AWAY);
}
