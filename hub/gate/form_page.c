/* form_page.c: the frame of a page and its small parts. See form_call.h. */
#include "hub/gate/form_call.h"

#include <string.h>
#include <time.h>

#include "hub/gate/reply.h"
#include "schemas/tables.h"

#define JST_S 32400

void
hs_form_both(struct hs_buf *out, const char *ja, const char *en)
{
	hs_buf_escape(out, ja);
	hs_buf_puts(out, " <span class=\"en\" lang=\"en\">");
	hs_buf_escape(out, en);
	hs_buf_puts(out, "</span>");
}

void
hs_form_problem(struct hs_buf *out, const char *ja, const char *en)
{
	hs_buf_puts(out, "<div class=\"problem\" role=\"alert\"><p>");
	hs_form_both(out, ja, en);
	hs_buf_puts(out, "</p></div>\n");
}

void
hs_form_level(struct hs_buf *out, uint32_t level, const char *term)
{
	const struct hs_level_display *display = hs_level_display(level);

	if (display == NULL) {
		hs_buf_escape(out, term);
		return;
	}
	hs_buf_printf(out, "<span class=\"level l%u\">警戒レベル%u ", level, level);
	hs_buf_escape(out, term);
	hs_buf_puts(out, "</span>");
}

void
hs_form_hidden(struct hs_buf *out, const char *name, const char *value)
{
	hs_buf_printf(out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	hs_buf_escape(out, value);
	hs_buf_puts(out, "\">\n");
}

void
hs_form_token_field(struct hs_form_call *call, struct hs_buf *out)
{
	char token[HS_SESSION_TOKEN_SIZE];

	hs_session_token(&call->gate->session_key, &call->session, token);
	hs_form_hidden(out, "token", token);
}

void
hs_form_time(struct hs_buf *out, int64_t unix_us)
{
	time_t at_s = (time_t)(unix_us / 1000000) + JST_S;
	struct tm parts;

	(void)gmtime_r(&at_s, &parts);
	hs_buf_printf(out, "%d月%d日 %d時%02d分", parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
		parts.tm_min);
}

void
hs_form_moment(struct hs_buf *out, int64_t unix_us)
{
	hs_form_time(out, unix_us);
	hs_buf_printf(out, "%02lld秒", (long long)(unix_us / 1000000 % 60));
}

/* On every page of a drill gate, first thing on it, in a hue and pattern that no level has. */
static void
put_banner(const struct hs_gate *gate, struct hs_buf *out)
{
	if (gate->mode != HS_MODE(LIVE))
		hs_buf_puts(out, "<div class=\"mode drill\" role=\"note\"><strong>訓練</strong> "
				 "<span>これは訓練です。本番の発信はできません。</span> "
				 "<span class=\"en\" lang=\"en\">DRILL. This is a drill; nothing "
				 "live can be sent "
				 "from here.</span></div>\n");
	else
		hs_buf_puts(out, "<div class=\"mode live\" role=\"note\"><strong>本番</strong> "
				 "<span>送信すると放送・携帯電話・サイネージ・J-"
				 "ALERT連携に届きます。</span> "
				 "<span class=\"en\" lang=\"en\">LIVE. What is sent goes to "
				 "broadcasters, phones, "
				 "signage and J-ALERT receivers.</span></div>\n");
}

static void
put_who(const struct hs_form_page *page, struct hs_buf *out)
{
	if (page->principal == NULL)
		return;
	hs_buf_puts(out, "<form class=\"who\" method=\"post\" action=\"/sign-out\"><p>");
	hs_buf_escape(out, page->principal->organisation);
	hs_buf_puts(out, " ");
	hs_buf_escape(out, page->principal->office);
	hs_buf_puts(out, "</p><a href=\"/console\">配信状況の一覧 <span class=\"en\" "
			 "lang=\"en\">Who has what</span></a>");
	hs_form_hidden(out, "token", page->token);
	hs_buf_puts(out, "<button class=\"quiet\" type=\"submit\">サインアウト <span class=\"en\" "
			 "lang=\"en\">Sign out</span></button></form>\n");
}

void
hs_form_page_begin(struct hs_gate *gate, const struct hs_form_page *page, struct hs_buf *out)
{
	hs_buf_init(out, HS_FORM_PAGE_MAX_BYTES);
	hs_buf_puts(out,
		"<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
	if (page->refresh_s > 0)
		hs_buf_printf(out, "<meta http-equiv=\"refresh\" content=\"%lld\">\n",
			(long long)page->refresh_s);
	hs_buf_puts(out, "<title>");
	hs_buf_puts(out, gate->mode != HS_MODE(LIVE) ? "【訓練】" : "");
	hs_buf_escape(out, page->title_ja);
	hs_buf_puts(out,
		" – 半鐘</title>\n<link rel=\"stylesheet\" href=\"/assets/form.css\">\n</head>"
		"<body>\n<a class=\"skip\" href=\"#main\">本文へ <span class=\"en\" "
		"lang=\"en\">Skip to "
		"content</span></a>\n<header>\n");
	put_banner(gate, out);
	put_who(page, out);
	hs_buf_puts(out, "</header>\n<main id=\"main\">\n<h1>");
	hs_form_both(out, page->title_ja, page->title_en);
	hs_buf_puts(out, "</h1>\n");
}

void
hs_form_call_begin_page(struct hs_form_call *call, const char *title_ja, const char *title_en,
	int64_t refresh_s, struct hs_buf *out)
{
	char token[HS_SESSION_TOKEN_SIZE];
	struct hs_form_page page = { title_ja, title_en, refresh_s, call->principal, token };

	hs_session_token(&call->gate->session_key, &call->session, token);
	hs_form_page_begin(call->gate, &page, out);
}

static void
end_and_send(struct hs_gate *gate, hs_http_id id, struct hs_gate_reply reply, struct hs_buf *out)
{

	hs_buf_puts(out, "</main>\n<footer><p>");
	hs_buf_puts(out, gate->mode != HS_MODE(LIVE) ? "訓練 " : "");
	hs_form_both(out, "半鐘 災害情報ハブ", "Hansho disaster information hub");
	hs_buf_puts(out, "</p></footer>\n</body></html>\n");
	if (out->failed) {
		reply.status = 503;
		reply.content_type = "text/plain; charset=utf-8";
		reply.body = "This page is too large to be shown.\n";
	} else {
		reply.body = out->bytes;
	}
	reply.len_bytes = out->failed ? strlen(reply.body) : out->len_bytes;
	hs_gate_answer(gate, id, &reply);
	hs_buf_free(out);
}

void
hs_form_page_send(
	struct hs_gate *gate, hs_http_id id, int status, const char *cookie, struct hs_buf *out)
{
	const struct hs_gate_reply reply = {
		.status = status, .content_type = "text/html; charset=utf-8", .cookie = cookie
	};

	end_and_send(gate, id, reply, out);
}

void
hs_form_scripted_send(struct hs_gate *gate, hs_http_id id, int status, struct hs_buf *out)
{
	const struct hs_gate_reply reply = {
		.status = status, .content_type = "text/html; charset=utf-8", .scripted = true
	};

	end_and_send(gate, id, reply, out);
}

void
hs_form_redirect(struct hs_gate *gate, hs_http_id id, const char *location, const char *cookie)
{
	struct hs_gate_reply reply = { .status = 303, .location = location, .cookie = cookie };

	hs_gate_answer(gate, id, &reply);
}
