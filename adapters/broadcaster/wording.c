/* wording.c: see wording.h. A phrase is a template; {x} stands for a part that `parts` can say. */
#include "adapters/broadcaster/wording.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/cap_tables.h"

#define SPOKEN_BYTES 65536u /* of one part of a sentence */

/* Where words go: one of crawl and text is set. */
struct say {
	struct hs_crawl *crawl; /* the crawl itself, or the lines of a page */
	struct hs_buf *text;
	bool brief;	  /* the short phrases of a crawl */
	size_t names_max; /* 0: all */
};

static void
word(const struct say *say, const char *text)
{
	if (say->crawl != NULL)
		hs_crawl_word(say->crawl, text);
	else
		hs_buf_puts(say->text, text);
}

static void
prose(const struct say *say, const char *text)
{
	if (say->crawl == NULL)
		hs_buf_puts(say->text, text);
	else if (say->brief)
		hs_crawl_text(say->crawl, text);
	else
		hs_crawl_lines_of(say->crawl, text);
}

/* ---- small parts ---- */

/* ASCII digits become full-width ones: U+FF10 is EF BC 90. */
static void
widen(const char *text, struct hs_buf *out)
{
	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9') {
			char wide[] = { (char)0xef, (char)0xbc, (char)(0x90 + (*text - '0')) };
			hs_buf_add(out, wide, sizeof(wide));
		} else {
			hs_buf_add(out, text, 1);
		}
	}
}

/* A part with numbers: full-width in a crawl. */
static void
numbers(const struct say *say, const char *text)
{
	if (say->crawl == NULL) {
		hs_buf_puts(say->text, text);
		return;
	}
	struct hs_buf wide;
	hs_buf_init(&wide, SPOKEN_BYTES);
	widen(text, &wide);
	hs_crawl_word(say->crawl, hs_buf_text(&wide));
	hs_buf_free(&wide);
}

void
hs_wording_time(int64_t unix_us, int offset_minutes, struct hs_buf *out)
{
	time_t local_s = (time_t)(unix_us / HS_US_PER_S) + (time_t)offset_minutes * 60;
	struct tm at;

	if (gmtime_r(&local_s, &at) == NULL)
		return;
	hs_buf_printf(out, "%d年%d月%d日%s%d時", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
		at.tm_hour < 12 ? "午前" : "午後", at.tm_hour % 12);
	if (at.tm_min != 0)
		hs_buf_printf(out, "%d分", at.tm_min);
}

void
hs_wording_level(uint32_t level, const char *term, struct hs_buf *out)
{
	if (level > 0)
		hs_buf_printf(out, "警戒レベル%u ", (unsigned)level);
	hs_buf_puts(out, term);
}

const char *
hs_wording_term(int kind, const char *term)
{
	return term[0] != '\0' ? term : hs_cap_kind(kind)->event_ja;
}

static void
say_level(const struct say *say, const struct hs_force_row *row)
{
	if (row == NULL)
		return;
	if (row->level > 0) {
		char level[64];
		snprintf(level, sizeof(level), "警戒レベル%u", (unsigned)row->level);
		numbers(say, level);
		if (!say->brief)
			prose(say, " ");
	}
	word(say, row->term);
}

static void
say_time(const struct say *say, const struct hs_force_row *row)
{
	if (row == NULL || row->ordered_unix_us == 0)
		return;
	struct hs_buf time;
	hs_buf_init(&time, 128);
	hs_wording_time(
		row->ordered_unix_us, row->meta != NULL ? row->meta->offset_minutes : 540, &time);
	const char *text = hs_buf_text(&time);
	/* A crawl is of now: the day is left out. */
	const char *day = strstr(text, "日");
	if (say->brief && day != NULL)
		text = day + strlen("日");
	numbers(say, text);
	hs_buf_free(&time);
}

/* ---- where ---- */

static bool
is_whole(const struct hs_force_row *row, const struct hs_area_row *area)
{
	return row->area_name[0] == '\0' ||
	       (area != NULL && strcmp(row->area_name, area->name) == 0);
}

static void
say_names(const struct say *say, const struct hs_clause *clause, const struct hs_area_row *area)
{
	size_t shown = clause->row_count;
	if (say->names_max > 0 && shown > say->names_max)
		shown = say->names_max;
	for (size_t i = 0; i < shown; i++) {
		const struct hs_force_row *row = hs_change_area(clause->rows[i]);
		if (i > 0)
			prose(say, "、");
		word(say, is_whole(row, area) ? "全域" : row->area_name);
	}
	if (shown < clause->row_count) {
		char rest[48];
		snprintf(rest, sizeof(rest), "%zuか所", clause->row_count);
		prose(say, "など");
		numbers(say, rest);
	}
}

static void
say_where(const struct say *say, const struct hs_clause *clause)
{
	const struct hs_area_row *area = hs_area_find(clause->area_code);
	if (area != NULL && strcmp(area->name, area->prefecture_name) != 0)
		word(say, area->prefecture_name);
	word(say, area != NULL ? area->name : clause->area_code);
	if (clause->row_count == 1 && is_whole(hs_change_area(clause->rows[0]), area))
		return;
	prose(say, "の");
	say_names(say, clause, area);
}

/* ---- what ---- */

static void
say_action(const struct say *say, const struct hs_clause *clause)
{
	const struct hs_level_display *display =
		clause->after != NULL ? hs_level_display(clause->after->level) : NULL;
	if (display != NULL)
		word(say, display->action_ja);
}

static void
say_ended_term(const struct say *say, const struct hs_clause *clause)
{
	word(say, clause->before != NULL ? clause->before->term : "避難情報");
}

const char *
hs_wording_verb(int kind, const char *term)
{
	if (kind != HS_KIND(EVACUATION))
		return "発表";
	return strstr(term, "区域") != NULL ? "設定" : "発令";
}

static void
say_verb(const struct say *say, const struct hs_clause *clause)
{
	const struct hs_force_row *row = clause->after;
	prose(say, row != NULL ? hs_wording_verb(row->kind, row->term)
			       : hs_wording_verb(HS_KIND(EVACUATION), ""));
}

static void
say_hazard(const struct say *say, const struct hs_clause *clause)
{
	const struct hs_force_row *row = clause->after;
	const struct hs_hazard_row *hazard =
		row != NULL && row->meta != NULL ? hs_hazard_find(row->meta->hazard) : NULL;
	if (hazard == NULL)
		return;
	prose(say, "（");
	word(say, hazard->ja);
	prose(say, "）");
}

static void
say_unknown(const struct say *say, const struct hs_clause *clause)
{
	if (clause->after != NULL && clause->after->unknown)
		prose(say, HS_WORDING_UNKNOWN);
}

static void
say_now(const struct say *say, const struct hs_clause *clause)
{
	say_level(say, clause->after);
}

static void
say_old(const struct say *say, const struct hs_clause *clause)
{
	say_level(say, clause->before);
}

static void
say_order_time(const struct say *say, const struct hs_clause *clause)
{
	say_time(say, clause->after);
}

static const struct part {
	char letter;
	void (*say)(const struct say *say, const struct hs_clause *clause);
} parts[] = {
	{ 'W', say_where },
	{ 'N', say_now },
	{ 'O', say_old },
	{ 'E', say_ended_term },
	{ 'A', say_action },
	{ 'V', say_verb },
	{ 'H', say_hazard },
	{ 'U', say_unknown },
	{ 'T', say_order_time },
};

static void
say_part(const struct say *say, char letter, const struct hs_clause *clause)
{
	for (size_t i = 0; i < HS_COUNT(parts); i++) {
		if (parts[i].letter == letter)
			parts[i].say(say, clause);
	}
}

/* W where, N now, O old, E ended term, A action, V verb, H hazard, U unknown, T order time. */
static const struct phrase {
	const char *crawl;
	const char *text;
} phrases[HS_CHANGE_COUNT] = {
	[HS_CHANGE_RETURNED] = { "{W}に{N}を再び{V}{U}　{A}　",
		"{W}には、{N}が再び{V}されています{U}。\nもとの発令時刻は{T}です。\n{A}。\n" },
	[HS_CHANGE_RESTORED] = { "{W}の{O}は誤りでした　{N}を再び{V}{U}　{A}　",
		"{W}に出されていた{O}は誤りでした。取り消します。\n"
		"{W}には、{N}が再び{V}されています{U}。\nもとの発令時刻は{T}です。\n{A}。\n" },
	[HS_CHANGE_CANCELLED] = { "{W}の{E}の情報は誤りでした　取り消します　",
		"{W}の{E}の情報は誤りでした。取り消します。\n" },
	[HS_CHANGE_RETRACTED] = { "{W}の{E}を含む直前の発表は誤りでした　取り消します　",
		"{W}の{E}を含む直前の発表は誤りでした。取り消します。\n" },
	[HS_CHANGE_RETRACTED_LIFT] = { "{W}の{E}の解除を含む直前の発表は誤りでした　取り消します　",
		"{W}の{E}の解除を含む直前の発表は誤りでした。取り消します。\n" },
	[HS_CHANGE_NEW] = { "{W}に{N}を{V}{U}{H}　{T}　{A}　",
		"{W}に{N}が{V}されました{U}{H}。\n発令時刻は{T}です。\n{A}。\n" },
	[HS_CHANGE_RAISED] = { "{W}を{O}から{N}に引き上げ{U}{H}　{T}　{A}　",
		"{W}は、{O}から{N}に引き上げられました{U}{H}。\n発令時刻は{T}です。\n{A}。\n" },
	[HS_CHANGE_LOWERED] = { "{W}を{O}から{N}に引き下げ　{N}は継続　{A}　",
		"{W}は、{O}から{N}に引き下げられました。\n{N}は引き続き発令中です。\n"
		"発令時刻は{T}です。\n{A}。\n" },
	[HS_CHANGE_LIFTED] = { "{W}の{E}を解除　", "{W}に出されていた{E}は解除されました。\n" },
	[HS_CHANGE_VANISHED] = { "{W}の{E}は最新の発表に含まれていません　",
		"{W}に出されていた{E}"
		"は、最新の発表に含まれていません（解除とは伝えられていません）。\n" },
	[HS_CHANGE_NONE] = { "{W}の{N}は継続　", "{W}の{N}は引き続き発令中です。\n" },
	[HS_CHANGE_CORRECTED] = { "", "" },
};

static bool
part_is_empty(char part, const struct hs_clause *clause)
{
	if (part == 'A')
		return clause->after == NULL || hs_level_display(clause->after->level) == NULL;
	if (part == 'T')
		return clause->after == NULL || clause->after->ordered_unix_us == 0;
	return false;
}

static void
plain_run(const struct say *say, const char *text, size_t len)
{
	char run[256];
	HS_CHECK(len < sizeof(run));
	memcpy(run, text, len);
	run[len] = '\0';
	prose(say, run);
}

/* One sentence of a template; left out whole when a part of it that it is made for has nothing to say. */
static const char *
sentence_end(const struct say *say, const char *at)
{
	const char *stop = say->brief ? "　" : "\n";
	const char *end = strstr(at, stop);
	return end != NULL ? end + strlen(stop) : at + strlen(at);
}

static void
say_sentence(const struct say *say, const char *at, const char *end, const struct hs_clause *clause)
{
	for (const char *look = at; look < end; look++) {
		if (look[0] == '{' && part_is_empty(look[1], clause))
			return;
	}
	while (at < end) {
		const char *brace = memchr(at, '{', (size_t)(end - at));
		const char *stop = brace != NULL ? brace : end;
		if (stop > at)
			plain_run(say, at, (size_t)(stop - at));
		if (brace == NULL)
			return;
		say_part(say, brace[1], clause);
		at = brace + 3;
	}
}

static void
say_clause(const struct say *say, const struct hs_clause *clause)
{
	const struct phrase *phrase = &phrases[clause->change];
	const char *at = say->brief ? phrase->crawl : phrase->text;
	while (*at != '\0') {
		const char *end = sentence_end(say, at);
		say_sentence(say, at, end, clause);
		at = end;
	}
}

/* ---- whole items ---- */

/* Whether the first thing that is told says that something was wrong. What comes back does not. */
static bool
names_the_wrong(const struct hs_wording *wording)
{
	return wording->clause_count > 0 && wording->clauses[0].change != HS_CHANGE_RETURNED &&
	       wording->clauses[0].change != HS_CHANGE_NONE;
}

static void
say_title(const struct say *say, const struct hs_wording *wording)
{
	bool cancel = wording->change == HS_CHANGE_CANCELLED;
	if (!cancel && wording->change != HS_CHANGE_CORRECTED)
		return;
	word(say, cancel ? "【取消】" : "【訂正】");
	if (wording->notice->correction[0] != '\0') {
		prose(say, cancel ? "理由：" : "訂正理由：");
		prose(say, wording->notice->correction);
		prose(say, say->brief ? "　" : "\n");
	}
	if (cancel && !names_the_wrong(wording))
		prose(say, say->brief ? "直前の発表は誤りでした　取り消します　"
				      : "直前の発表は誤りでした。取り消します。\n");
}

static bool
is_blind_cancel(const struct hs_wording *wording)
{
	return wording->change == HS_CHANGE_CANCELLED && !wording->known;
}

/* Whose effect is not known must not sound as if it were. */
static void
say_not_known(const struct say *say, const struct hs_wording *wording)
{
	if (!is_blind_cancel(wording))
		return;
	prose(say, say->brief ? "現在の発令状況は確認中　"
			      : "現在の発令状況は、この発表だけでは分かりません。発表元"
				"に確認してください。\n");
}

static void
say_source_of_correction(const struct say *say, const struct hs_wording *wording)
{
	if (is_blind_cancel(wording))
		return; /* whether something changed is not known */
	const hs_source *source = wording->notice->source;
	word(say, source != NULL && source->name[0] != '\0' ? source->name : "発表元");
	prose(say, "の発表内容を更新");
	prose(say, say->brief ? "（対象地域・警戒レベルに変更なし）"
			      : "しました。対象地域と警戒レベルに変更はありません。\n");
}

static size_t
say_changes(const struct say *say, const struct hs_wording *wording)
{
	size_t said = 0;
	for (size_t i = 0; i < wording->clause_count; i++) {
		if (wording->clauses[i].change == HS_CHANGE_NONE)
			continue;
		say_clause(say, &wording->clauses[i]);
		said++;
	}
	return said;
}

void
hs_wording_crawl(const struct hs_wording *wording, struct hs_crawl *crawl)
{
	struct say say = {
		.crawl = crawl, .brief = true, .names_max = wording->style->crawl_names_max
	};
	if (wording->change == HS_CHANGE_NONE)
		return; /* nothing to break into a programme for */
	say_title(&say, wording);
	if (say_changes(&say, wording) == 0)
		say_source_of_correction(&say, wording);
	say_not_known(&say, wording);
}

static void
text_remaining(const struct say *say, const struct hs_wording *wording, bool changed)
{
	bool any = false;
	for (size_t i = 0; i < wording->clause_count; i++) {
		any = any || wording->clauses[i].after != NULL;
		if (wording->clauses[i].change == HS_CHANGE_NONE)
			say_clause(say, &wording->clauses[i]);
	}
	if (changed && !any && wording->known)
		prose(say, "これらの市区町村で発令中の避難情報は、ほかにありません。\n");
}

static void
say_text(const struct say *say, const struct hs_wording *wording)
{
	say_title(say, wording);
	bool changed = say_changes(say, wording) > 0;
	if (!changed)
		say_source_of_correction(say, wording);
	say_not_known(say, wording);
	text_remaining(say, wording, changed);
}

void
hs_wording_text(const struct hs_wording *wording, struct hs_buf *out)
{
	struct say say = { .text = out };
	const char *mark = hs_mode_mark((int)wording->notice->mode, "ja");
	prose(&say, mark);
	say_text(&say, wording);
	hs_wording_source(wording->notice, out);
	prose(&say, mark);
}

void
hs_wording_page(const struct hs_wording *wording, struct hs_crawl *page)
{
	struct say say = { .crawl = page };
	struct hs_buf source;
	say_text(&say, wording);
	hs_buf_init(&source, SPOKEN_BYTES);
	hs_wording_source(wording->notice, &source);
	prose(&say, hs_buf_text(&source));
	hs_buf_free(&source);
}
