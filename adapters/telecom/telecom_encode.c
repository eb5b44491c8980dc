#include "adapters/telecom/telecom_encode.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adapters/telecom/telecom_body.h"
#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"

/* ---- title ---- */

#define TITLES_MAX 3

struct titles {
	const char *texts[TITLES_MAX]; /* from the best to the shortest */
	size_t count;
};

static void
title_add(struct titles *titles, const char *text)
{
	if (text && titles->count < TITLES_MAX)
		titles->texts[titles->count++] = text;
}

/* 避難指示の解除, 避難指示の取消, 避難指示の訂正 */
static void
titles_of_end(struct hs_arena *arena, struct titles *out, const char *term, const char *end)
{
	if (term[0] != '\0')
		title_add(out, hs_arena_printf(arena, "%sの%s", term, end));
	title_add(out, hs_arena_printf(arena, "避難情報の%s", end));
	title_add(out, end);
}

static void
titles_of_order(struct hs_arena *arena, struct titles *out, const struct hs_force_group *top,
	const char *before)
{
	if (top && top->level > 0)
		title_add(out,
			hs_arena_printf(arena, "%s警戒レベル%u %s", before, top->level, top->term));
	if (top && top->term[0] != '\0')
		title_add(out, hs_arena_printf(arena, "%s%s", before, top->term));
	title_add(out, hs_arena_printf(arena, "%s避難情報", before));
}

/* What comes back asks as much of people as an order does, so the title is the order's. What a cancel ends is named;
 * when it is not known what it did, nothing is. */
static void
titles_of_cancel(struct hs_arena *arena, struct titles *out, const struct hs_municipal *municipal)
{
	if (municipal->returned.count > 0) {
		titles_of_order(arena, out, municipal->returned.groups[0], "訂正 ");
	} else if (municipal->ended.count > 0) {
		titles_of_end(arena, out, municipal->ended.groups[0]->term, "取消");
	} else {
		title_add(out, "直前の発表の取消");
		title_add(out, "発表の取消");
		title_add(out, "取消");
	}
}

static void
titles_choose(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	struct titles *out)
{
	const struct hs_force_group *top = hs_municipal_top(municipal);
	const char *term = top ? top->term : "";
	if (notice->action == HS_ACTION(CANCEL))
		titles_of_cancel(arena, out, municipal);
	else if (municipal->ordered.count == 0 &&
		 (municipal->ended.count > 0 || notice->action == HS_ACTION(LIFT)))
		titles_of_end(arena, out, term, "解除");
	else if (municipal->ordered.count == 0 && municipal->dropped.count > 0)
		titles_of_end(
			arena, out, term, notice->action == HS_ACTION(CORRECT) ? "訂正" : "変更");
	else
		titles_of_order(
			arena, out, top, notice->action == HS_ACTION(CORRECT) ? "訂正 " : "");
}

/* ---- both ---- */

static const char *
marked(struct hs_arena *arena, const hs_notice *notice, const char *text)
{
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	return mark[0] == '\0' ? hs_arena_strdup(arena, text)
			       : hs_arena_printf(arena, "%s%s%s", mark, text, mark);
}

static enum hs_err
refuse_short(struct hs_mail *out, const char *what_ja, const char *what_en, int64_t max)
{
	snprintf(out->why, sizeof(out->why),
		"%sの上限%lld文字には収まりません。上限の設定を確認してください。/ Does not fit "
		"into %lld "
		"characters of the %s; check the limit in the settings.",
		what_ja, (long long)max, (long long)max, what_en);
	return HS_ERR_REFUSED;
}

static bool
has_forbidden(
	const char *text, const struct hs_mail_limits *limits, struct hs_forbidden_finding *found)
{
	return hs_forbidden_find(text, limits->forbidden, found) ||
	       hs_forbidden_listed(text, limits->forbidden_characters, found);
}

static enum hs_err
check_forbidden(struct hs_mail *out, const char *text, const struct hs_mail_limits *limits,
	const char *what_ja, const char *what_en)
{
	struct hs_forbidden_finding found;
	if (!has_forbidden(text, limits, &found))
		return HS_OK;
	bool has = found.suggestion[0] != '\0';
	snprintf(out->why, sizeof(out->why),
		"%sの%zu文字目「%s」は使えません(%s)。%s%s%s / %s, character %zu \"%s\" is not "
		"allowed "
		"(%s)%s%s%s.",
		what_ja, found.position, found.found, hs_forbidden_name_ja(found.rule),
		has ? "「" : "", has ? found.suggestion : "削ってください。",
		has ? "」にしてください。" : "", what_en, found.position, found.found,
		hs_forbidden_name_en(found.rule), has ? "; write \"" : "; leave it out",
		has ? found.suggestion : "", has ? "\"" : "");
	return HS_ERR_REFUSED;
}

static size_t
length_of(const char *text, const struct hs_mail_limits *limits)
{
	return hs_char_length(text, limits->counting, limits->newline_counts);
}

/* What the body may have beside this title. */
static int64_t
body_room(const struct hs_mail_limits *limits, size_t title_chars)
{
	int64_t rest = limits->total_max - (int64_t)title_chars;
	if (limits->total_max == 0 || rest > limits->body_max)
		return limits->body_max;
	return rest > 0 ? rest : 0;
}

/* Counts and checks what title and body hold. */
static enum hs_err
finish(struct hs_mail *out, const struct hs_mail_limits *limits)
{
	out->title_chars = length_of(out->title, limits);
	out->body_chars = length_of(out->body, limits);
	enum hs_err err = check_forbidden(out, out->title, limits, "題名", "title");
	if (err == HS_OK)
		err = check_forbidden(out, out->body, limits, "本文", "body");
	return err;
}

/* ---- an order ---- */

struct encoding {
	struct hs_arena *arena;
	const hs_notice *notice;
	const struct hs_municipal *municipal;
	const struct hs_mail_limits *limits;
};

static enum hs_err
title_make(const struct encoding *of, struct hs_mail *out)
{
	struct titles titles = { 0 };
	titles_choose(of->arena, of->notice, of->municipal, &titles);
	for (size_t i = 0; i < titles.count && !out->title; i++) {
		const char *title = marked(of->arena, of->notice, titles.texts[i]);
		if (!title)
			return HS_ERR_NOMEM;
		if (length_of(title, of->limits) <= (size_t)of->limits->title_max)
			out->title = title;
	}
	return out->title ? HS_OK : refuse_short(out, "題名", "title", of->limits->title_max);
}

/* The body from *plan on. */
static enum hs_err
body_make(const struct encoding *of, struct hs_body_plan *plan, struct hs_mail *out)
{
	const struct hs_mail_limits *limits = of->limits;
	int64_t body_max = body_room(limits, length_of(out->title, limits));
	size_t marks = 2 * length_of(hs_mode_mark((int)of->notice->mode, "ja"), limits);
	if ((size_t)body_max < marks)
		return refuse_short(out, "本文", "body", body_max);
	const struct hs_body_room room = { (size_t)body_max - marks, limits->counting,
		limits->newline_counts };
	const char *core;
	enum hs_err err = hs_body_fit(of->arena, of->notice, of->municipal, &room, plan, &core);
	if (err == HS_ERR_TOO_LARGE)
		return refuse_short(out, "本文", "body", body_max);
	if (err == HS_OK)
		out->body = marked(of->arena, of->notice, core);
	if (!out->body)
		return HS_ERR_NOMEM;
	out->names_left_out = plan->names_total - plan->names;
	return finish(out, limits);
}

/* The sender's free words need not be there: an order that is clean without them goes out, and he is told. */
static enum hs_err
without_free_words(const struct encoding *of, struct hs_body_plan plan, struct hs_mail *out)
{
	struct hs_forbidden_finding found;
	bool remark = plan.remark, reason = plan.reason;
	enum hs_err err = HS_ERR_REFUSED;
	if ((!remark && !reason) || !has_forbidden(out->body, of->limits, &found))
		return err;
	for (int keeps_reason = 1; err == HS_ERR_REFUSED && keeps_reason >= 0; keeps_reason--) {
		plan = hs_body_longest(of->municipal);
		plan.remark = false;
		plan.reason = reason = keeps_reason != 0;
		err = body_make(of, &plan, out);
	}
	if (err != HS_OK)
		return err;
	out->why[0] = '\0';
	snprintf(out->left_out, sizeof(out->left_out),
		"%sに使えない文字「%s」(%s)があるため、%sを省いて送ります。/ Sent without the %s: "
		"\"%s\" is not allowed (%s).",
		reason ? "備考" : "備考や理由", found.found, hs_forbidden_name_ja(found.rule),
		reason ? "備考" : "備考と理由", reason ? "remark" : "remark and the reason",
		found.found, hs_forbidden_name_en(found.rule));
	return HS_OK;
}

enum hs_err
hs_mail_encode(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, const struct hs_mail_limits *limits,
	struct hs_mail *out)
{
	const struct encoding of = { arena, notice, municipal, limits };
	struct hs_body_plan plan = hs_body_longest(municipal);
	*out = (struct hs_mail){ 0 };
	enum hs_err err = title_make(&of, out);
	if (err == HS_OK)
		err = check_forbidden(out, out->title, limits, "題名", "title");
	if (err != HS_OK)
		return err;
	err = body_make(&of, &plan, out);
	return err == HS_ERR_REFUSED && out->body ? without_free_words(&of, plan, out) : err;
}

/* ---- a sender's own mail ---- */

static enum hs_err
refuse_long(
	struct hs_mail *out, const char *what_ja, const char *what_en, size_t count, int64_t max)
{
	snprintf(out->why, sizeof(out->why),
		"%sが%zu文字あります。上限は%lld文字です。短くしてください。/ The %s has %zu "
		"characters, "
		"the limit is %lld; make it shorter.",
		what_ja, count, (long long)max, what_en, count, (long long)max);
	return HS_ERR_REFUSED;
}

enum hs_err
hs_mail_encode_own(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_mail_limits *limits, struct hs_mail *out)
{
	const Hansho__V1__UrgentMail *mail = notice->urgent_mail;
	*out = (struct hs_mail){ 0 };
	HS_CHECK(mail);
	out->title = marked(arena, notice, mail->title);
	out->body = marked(arena, notice, mail->message);
	if (!out->title || !out->body)
		return HS_ERR_NOMEM;
	enum hs_err err = finish(out, limits);
	if (err != HS_OK)
		return err;
	if (out->title_chars > (size_t)limits->title_max)
		return refuse_long(out, "題名", "title", out->title_chars, limits->title_max);
	int64_t body_max = body_room(limits, out->title_chars);
	if (out->body_chars > (size_t)body_max)
		return refuse_long(out, "本文", "body", out->body_chars, body_max);
	return HS_OK;
}

bool
hs_mail_for_carrier(const hs_notice *notice, const char *lalert_code)
{
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL ||
		notice->urgent_mail->n_carriers == 0)
		return true;
	for (size_t i = 0; i < notice->urgent_mail->n_carriers; i++)
		if (strcmp(notice->urgent_mail->carriers[i], lalert_code) == 0)
			return true;
	return false;
}
