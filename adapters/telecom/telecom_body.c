#include "adapters/telecom/telecom_body.h"

#include <string.h>
#include <time.h>

#include "hub/base/buf.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

#define BODY_MAX_BYTES	   (1u << 20)
#define SECONDS_PER_MINUTE 60

struct writer {
	struct hs_buf buf;
	const hs_notice *notice;
	const struct hs_municipal *municipal;
	const struct hs_body_plan *plan;
	size_t names_left; /* names that may still be written out */
};

/* 全域 is no name among others: it is always written, because 「1地区」 would say the opposite. */
static bool
is_whole(const struct hs_force_row *row)
{
	return strcmp(row->name_key, "*") == 0;
}

static size_t
names_of_group(const struct hs_force_group *group)
{
	size_t total = 0;
	for (size_t i = 0; i < group->row_count; i++)
		total += !is_whole(group->rows[i]);
	return total;
}

static size_t
names_of(const struct hs_told *told)
{
	size_t total = 0;
	for (size_t i = 0; i < told->count; i++)
		total += names_of_group(told->groups[i]);
	return total;
}

struct hs_body_plan
hs_body_longest(const struct hs_municipal *municipal)
{
	size_t total = names_of(&municipal->ordered) + names_of(&municipal->ended) +
		       names_of(&municipal->dropped) + names_of(&municipal->returned) +
		       names_of(&municipal->standing);
	if (!municipal->known)
		total += names_of(&municipal->retracted) + names_of(&municipal->retracted_lift);
	return (struct hs_body_plan){ .names_total = total,
		.names = total,
		.remark = true,
		.reason = true,
		.action = true,
		.counts = true,
		.sentence = true };
}

struct hs_body_plan
hs_body_shortest(const struct hs_municipal *municipal)
{
	return (struct hs_body_plan){ .names_total = hs_body_longest(municipal).names_total };
}

/* The next shorter plan. false: this was the shortest. */
static bool
shorten(struct hs_body_plan *plan)
{
	if (plan->remark)
		plan->remark = false;
	else if (plan->reason)
		plan->reason = false;
	else if (plan->names > 1)
		plan->names = 1;
	else if (plan->action)
		plan->action = false;
	else if (plan->names > 0)
		plan->names = 0;
	else if (plan->counts)
		plan->counts = false;
	else if (plan->sentence)
		plan->sentence = false;
	else
		return false;
	return true;
}

/* 2日18時57分, in the offset in which the order was told. */
static void
put_time(struct writer *writer, const struct hs_force_group *group)
{
	int offset_min = HS_JST_MINUTES;
	if (group->meta && group->ordered_unix_us != 0)
		offset_min = group->meta->offset_minutes;
	time_t seconds = (time_t)(group->ordered_unix_us / 1000000) +
			 offset_min * (time_t)SECONDS_PER_MINUTE;
	struct tm tm;
	if (group->ordered_unix_us == 0 || !gmtime_r(&seconds, &tm))
		return;
	hs_buf_printf(&writer->buf, "%d日%d時%02d分", tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/* 警戒レベル4「避難指示」, or 「警戒区域」 for a term without a level. */
static void
put_term(struct writer *writer, const struct hs_force_group *group)
{
	if (group->level > 0)
		hs_buf_printf(&writer->buf, "警戒レベル%u", group->level);
	hs_buf_printf(&writer->buf, "「%s」", group->term[0] ? group->term : "避難情報");
}

/* 全域、中央地区、港地区ほか3地区. A name is written whole or not at all. */
static void
put_names(struct writer *writer, const struct hs_force_group *group)
{
	size_t names = names_of_group(group);
	size_t shown = names < writer->names_left ? names : writer->names_left;
	size_t rest = names - shown, put = 0;
	writer->names_left -= shown;
	bool ward = strcmp(group->area_code, writer->municipal->code) != 0;
	for (size_t i = 0; i < group->row_count; i++) {
		bool whole = is_whole(group->rows[i]);
		if (!whole && shown == 0)
			continue;
		hs_buf_puts(&writer->buf, put++ ? "、" : "");
		hs_buf_puts(&writer->buf, ward ? group->name : "");
		hs_buf_puts(&writer->buf, hs_force_place_name(group->rows[i]));
		shown -= whole ? 0 : 1;
	}
	if (rest > 0 && writer->plan->counts)
		hs_buf_printf(&writer->buf, "%s%zu地区", put ? "ほか" : "", rest);
	else if (rest > 0)
		hs_buf_printf(&writer->buf, "%s一部地区", put ? "ほか" : "");
}

static void
put_hazard(struct writer *writer)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(writer->notice);
	const struct hs_hazard_row *hazard =
		evacuation && evacuation->hazard[0] ? hs_hazard_find(evacuation->hazard) : NULL;
	if (hazard && strcmp(hazard->hazard, "other") != 0)
		hs_buf_printf(&writer->buf, "%sに関する", hazard->ja);
}

static void
put_order(struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	const struct hs_force_group *top = municipal->ordered.groups[0];
	struct hs_buf *buf = &writer->buf;
	if (writer->notice->action == HS_ACTION(CORRECT))
		hs_buf_puts(buf, "訂正します。");
	hs_buf_printf(buf, "%sは", municipal->name);
	put_time(writer, top);
	hs_buf_puts(buf, top->ordered_unix_us ? "、" : "");
	put_hazard(writer);
	put_term(writer, top);
	hs_buf_puts(buf, "を次の地区に発令しました。\n対象：");
	put_names(writer, top);
	const struct hs_level_display *display = hs_level_display(top->level);
	if (writer->plan->action && display)
		hs_buf_printf(buf, "\n%s。", display->action_ja);
	for (size_t i = 1; i < municipal->ordered.count; i++) {
		hs_buf_puts(buf, "\n");
		put_term(writer, municipal->ordered.groups[i]);
		hs_buf_puts(buf, "：");
		put_names(writer, municipal->ordered.groups[i]);
	}
}

static void
put_ends_after_order(struct writer *writer)
{
	for (size_t i = 0; i < writer->municipal->ended.count; i++) {
		const struct hs_force_group *group = writer->municipal->ended.groups[i];
		hs_buf_printf(&writer->buf, "\n解除「%s」：", group->term);
		put_names(writer, group);
	}
}

/* Only a correction says that an order was not meant; else it is told that the newest message has it no more, and that
 * nobody lifted it (as broadcaster/wording.c has it). */
static bool
is_correction(const struct writer *writer)
{
	return writer->notice->action == HS_ACTION(CORRECT);
}

static void
put_dropped_lines(struct writer *writer, size_t from)
{
	const struct hs_told *told = &writer->municipal->dropped;
	for (size_t i = from; i < told->count; i++) {
		hs_buf_printf(&writer->buf, "\n%s「%s」：",
			is_correction(writer) ? "訂正により対象外" : "最新の発表にない",
			told->groups[i]->term[0] ? told->groups[i]->term : "避難情報");
		put_names(writer, told->groups[i]);
	}
}

/* A municipality that was ordered before and is not named any more. */
static void
put_dropped(struct writer *writer)
{
	const struct hs_force_group *top = writer->municipal->dropped.groups[0];
	const char *term = top->term[0] ? top->term : "避難情報";
	const char *name = writer->municipal->name;
	if (is_correction(writer))
		hs_buf_printf(&writer->buf,
			"訂正します。先に発表した%sの「%s」について、次の地区は対象ではありません。"
			"\n対象ではない地区：",
			name, term);
	else
		hs_buf_printf(&writer->buf,
			"先に発表した%sの次の地区の「%s」は、最新の発表に含まれていません"
			"（解除とは伝えられていません）。\n地区：",
			name, term);
	put_names(writer, top);
	put_dropped_lines(writer, 1);
}

static void
put_end(struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	const struct hs_force_group *top = municipal->ended.groups[0];
	struct hs_buf *buf = &writer->buf;
	hs_buf_printf(buf, "%sは", municipal->name);
	put_time(writer, top);
	hs_buf_printf(buf, "%s次の地区の「%s」を解除しました。\n対象：",
		top->ordered_unix_us ? "、" : "", top->term);
	put_names(writer, top);
	for (size_t i = 1; i < municipal->ended.count; i++) {
		hs_buf_printf(buf, "\n「%s」：", municipal->ended.groups[i]->term);
		put_names(writer, municipal->ended.groups[i]);
	}
}

/* What is said of a group, its term (with the level only where it is in force), its names. */
static void
put_line(struct writer *writer, const struct hs_force_group *group, const char *head, bool in_force,
	const char *tail)
{
	hs_buf_printf(&writer->buf, "\n%s", head);
	if (in_force)
		put_term(writer, group);
	else
		hs_buf_printf(&writer->buf, "「%s」", group->term[0] ? group->term : "避難情報");
	hs_buf_printf(&writer->buf, "%s ", tail);
	put_names(writer, group);
}

static void
put_lines(struct writer *writer, const struct hs_told *told, const char *head, bool in_force,
	const char *tail)
{
	for (size_t i = 0; i < told->count; i++)
		put_line(writer, told->groups[i], head, in_force, tail);
}

/* What the highest level asks stands under its own line: below a lower one it would be read as that one's. */
static void
put_returned(struct writer *writer)
{
	const struct hs_told *told = &writer->municipal->returned;
	for (size_t i = 0; i < told->count; i++) {
		const struct hs_level_display *display = hs_level_display(told->groups[i]->level);
		put_line(writer, told->groups[i], "再び発令中：", true, "");
		if (i == 0 && writer->plan->action && display)
			hs_buf_printf(&writer->buf, "\n%s。", display->action_ja);
	}
}

/* Of a cancel whose effect is not known it is not known either whether what stands went on or came back. */
static bool
is_blind(const struct writer *writer)
{
	return writer->notice->action == HS_ACTION(CANCEL) && !writer->municipal->known;
}

/* An end must never read as "all clear" while something else is in force. */
static void
put_standing(struct writer *writer)
{
	put_lines(writer, &writer->municipal->standing, is_blind(writer) ? "発令中：" : "継続中：",
		true, "");
}

/* First what people must act on, then what was wrong. What stays follows by put_standing. */
static void
put_cancel(struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	struct hs_buf *buf = &writer->buf;
	hs_buf_printf(buf, "%sの直前の発表は誤りでした。取り消します。", municipal->name);
	if (!municipal->known) {
		put_lines(writer, &municipal->retracted, "取り消す発表：", false, "の発令");
		put_lines(writer, &municipal->retracted_lift, "取り消す発表：", false, "の解除");
		if (municipal->standing.count == 0)
			hs_buf_puts(buf, "\nいまの発令は市区町村に確認してください。");
		return;
	}
	put_returned(writer);
	put_lines(writer, &municipal->ended, "誤り：", false, "");
	if (municipal->returned.count == 0 && municipal->ended.count == 0)
		hs_buf_puts(buf, "\n発令中の地区に変わりはありません。");
}

/* In the fewest words what a message did that orders nothing. */
static const char *
short_end(const struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	if (municipal->ended.count > 0 || municipal->dropped.count == 0)
		return "を解除";
	return is_correction(writer) ? "は訂正、対象外" : "は最新の発表になし";
}

/* In the fewest words what a cancel did. */
static const char *
short_cancel(const struct hs_municipal *municipal)
{
	if (municipal->returned.count > 0)
		return "を再び発令中";
	return municipal->ended.count > 0 ? "は誤り、取消" : NULL;
}

/* A notice without areas below the municipality, or the shortest form of any. */
static void
put_short(struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	const struct hs_force_group *top = hs_municipal_top(municipal);
	const char *term = top && top->term[0] ? top->term : "避難情報";
	const char *what = "を発令";
	if (writer->notice->action == HS_ACTION(CANCEL))
		what = short_cancel(municipal);
	else if (municipal->ordered.count == 0 &&
		 (writer->notice->action != HS_ACTION(ISSUE) || municipal->dropped.count > 0))
		what = short_end(writer);
	if (what)
		hs_buf_printf(&writer->buf, "%s：%s%s", municipal->name, term, what);
	else
		hs_buf_printf(&writer->buf, "%s：直前の発表は誤り、取消", municipal->name);
}

static void
put_remark(struct writer *writer)
{
	const hs_notice *notice = writer->notice;
	const char *reason = notice->correction;
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	const char *remark = evacuation ? evacuation->complement : "";
	bool end = notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(CORRECT);
	if (end && writer->plan->reason && reason[0] != '\0')
		hs_buf_printf(&writer->buf, "\n理由：%s", reason);
	if (writer->plan->remark && remark[0] != '\0')
		hs_buf_printf(&writer->buf, "\n%s", remark);
}

const char *
hs_body_write(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	const struct hs_body_plan *plan)
{
	struct writer writer = {
		.notice = notice, .municipal = municipal, .plan = plan, .names_left = plan->names
	};
	hs_buf_init(&writer.buf, BODY_MAX_BYTES);
	if (plan->sentence && notice->action == HS_ACTION(CANCEL)) {
		put_cancel(&writer);
	} else if (!plan->sentence || !hs_municipal_top(municipal)) {
		put_short(&writer);
	} else if (municipal->ordered.count > 0) {
		put_order(&writer);
		put_ends_after_order(&writer);
		put_dropped_lines(&writer, 0);
	} else if (municipal->ended.count > 0) {
		put_end(&writer);
		put_dropped_lines(&writer, 0);
	} else {
		put_dropped(&writer);
	}
	if (plan->sentence)
		put_standing(&writer);
	else if (municipal->standing.count > 0)
		hs_buf_puts(&writer.buf, is_blind(&writer) ? "（発令中あり）" : "（他は継続中）");
	put_remark(&writer);
	const char *text =
		writer.buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&writer.buf));
	hs_buf_free(&writer.buf);
	return text;
}

struct fitting {
	struct hs_arena *arena;
	const hs_notice *notice;
	const struct hs_municipal *municipal;
	const struct hs_body_room *room;
};

/* The body of this plan when it fits, else NULL; *failed: out of memory. */
static const char *
body_try(const struct fitting *fitting, const struct hs_body_plan *plan, bool *failed)
{
	const char *text = hs_body_write(fitting->arena, fitting->notice, fitting->municipal, plan);
	*failed = text == NULL;
	if (!text || hs_char_length(text, fitting->room->counting, fitting->room->newline_counts) >
			     fitting->room->max)
		return NULL;
	return text;
}

/* One name fits: halving finds how many more do. */
static const char *
most_names(const struct fitting *fitting, struct hs_body_plan *plan, size_t below, bool *failed)
{
	const char *best = NULL;
	size_t fits = 1, not = below;
	while (!*failed && not -fits > 1) {
		struct hs_body_plan middle = *plan;
		middle.names = fits + (not -fits) / 2;
		const char *text = body_try(fitting, &middle, failed);
		if (text) {
			best = text;
			fits = middle.names;
		} else {
			not = middle.names;
		}
	}
	plan->names = fits;
	return best;
}

enum hs_err
hs_body_fit(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	const struct hs_body_room *room, struct hs_body_plan *plan, const char **out)
{
	const struct fitting fitting = { arena, notice, municipal, room };
	bool failed;
	/* A name takes one character at least, so that more of them need not be written out to be seen not to fit. */
	if (plan->names > room->max + 1)
		plan->names = room->max + 1;
	for (;;) {
		size_t names = plan->names;
		*out = body_try(&fitting, plan, &failed);
		if (*out || failed)
			break;
		if (!shorten(plan))
			return HS_ERR_TOO_LARGE;
		if (plan->names == 1 && names > 1 && (*out = body_try(&fitting, plan, &failed))) {
			const char *more = most_names(&fitting, plan, names, &failed);
			*out = more ? more : *out;
			break;
		}
		if (failed)
			break;
	}
	return failed ? HS_ERR_NOMEM : HS_OK;
}
