#include "adapters/jalert/jalert_words.h"

#include <string.h>

#include "hub/base/buf.h"
#include "schemas/tables.h"

#define WORDS_MAX_BYTES (1u << 18)

static bool
is_drill(const hs_notice *notice)
{
	return notice->mode != HS_MODE(LIVE);
}

static bool
is_end(const hs_notice *notice, const struct hs_municipal *municipal)
{
	return notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(LIFT) ||
	       (municipal->ordered.count == 0 &&
		       municipal->ended.count + municipal->dropped.count > 0);
}

static const char *
term_of(const struct hs_force_group *group)
{
	return group && group->term[0] != '\0' ? group->term : "避難情報";
}

/* What people are to begin: the term itself but for 避難指示, of which the guideline says 避難開始. */
static const char *
call_word(const struct hs_force_group *group)
{
	return group->level == 4 && strcmp(group->term, "避難指示") == 0 ? "避難開始"
									 : term_of(group);
}

/* 緊急放送、緊急放送、警戒レベル4、避難開始。 */
static const char *
call_of_order(struct hs_arena *arena, const char *drill, const struct hs_force_group *top)
{
	if (top && top->level > 0)
		return hs_arena_printf(arena, "%s緊急放送、緊急放送、警戒レベル%u、%s。", drill,
			top->level, call_word(top));
	return hs_arena_printf(arena, "%s緊急放送、緊急放送、%s。", drill, term_of(top));
}

/* Who wakes up to this must first hear what is to be done now: 取消 before a level would sound as if the level were
 * cancelled. */
static const char *
call_of_cancel(struct hs_arena *arena, const char *drill, const struct hs_municipal *municipal)
{
	const struct hs_force_group *top = hs_municipal_top(municipal);
	if (municipal->returned.count > 0) {
		const char *order = call_of_order(arena, drill, top);
		return order ? hs_arena_printf(arena, "%s前の発表は、誤りでした。", order) : NULL;
	}
	if (municipal->ended.count > 0)
		return hs_arena_printf(
			arena, "%s緊急放送、緊急放送、%sの取消。", drill, term_of(top));
	return hs_arena_printf(arena, "%s緊急放送、緊急放送、前の発表の取消。", drill);
}

const char *
hs_words_phase(const hs_notice *notice, const struct hs_municipal *municipal)
{
	if (notice->action == HS_ACTION(CANCEL))
		return "cancel";
	if (municipal->ordered.count > 0)
		return "issue";
	if (municipal->ended.count > 0 || municipal->dropped.count == 0)
		return "lift";
	return notice->action == HS_ACTION(CORRECT) ? "correct" : "drop";
}

/* What becomes of an order that is neither given nor cancelled. */
static const char *
end_word(const hs_notice *notice, const struct hs_municipal *municipal)
{
	const char *phase = hs_words_phase(notice, municipal);
	return strcmp(phase, "correct") == 0 ? "訂正"
	       : strcmp(phase, "drop") == 0  ? "変更"
					     : "解除";
}

static const char *
call_make(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal)
{
	const struct hs_force_group *top = hs_municipal_top(municipal);
	const char *drill = is_drill(notice) ? "訓練、訓練。" : "";
	if (notice->action == HS_ACTION(CANCEL))
		return call_of_cancel(arena, drill, municipal);
	if (is_end(notice, municipal))
		return hs_arena_printf(arena, "%s緊急放送、緊急放送、%sの%s。", drill, term_of(top),
			end_word(notice, municipal));
	return call_of_order(arena, drill, top);
}

static void
put_names(struct hs_buf *buf, const struct hs_municipal *municipal,
	const struct hs_force_group *group)
{
	bool ward = strcmp(group->area_code, municipal->code) != 0;
	for (size_t i = 0; i < group->row_count; i++)
		hs_buf_printf(buf, "%s%s%s", i ? "、" : "", ward ? group->name : "",
			hs_force_place_name(group->rows[i]));
}

static void
put_level(struct hs_buf *buf, const struct hs_force_group *group)
{
	if (group->level > 0)
		hs_buf_printf(buf, "警戒レベル%u、", group->level);
	hs_buf_puts(buf, term_of(group));
}

static void
put_orders(struct hs_buf *buf, const hs_notice *notice, const struct hs_municipal *municipal)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	const struct hs_hazard_row *hazard =
		evacuation && evacuation->hazard[0] ? hs_hazard_find(evacuation->hazard) : NULL;
	for (size_t i = 0; i < municipal->ordered.count; i++) {
		const struct hs_force_group *group = municipal->ordered.groups[i];
		hs_buf_puts(buf, i ? "また、" : "");
		put_names(buf, municipal, group);
		hs_buf_puts(buf, "に");
		if (i == 0 && hazard && strcmp(hazard->hazard, "other") != 0)
			hs_buf_printf(buf, "%sに関する", hazard->ja);
		put_level(buf, group);
		hs_buf_puts(buf, "を発令しました。");
		const struct hs_level_display *display = hs_level_display(group->level);
		if (i == 0 && display)
			hs_buf_printf(buf, "%s。", display->action_ja);
	}
}

static void
put_ends(struct hs_buf *buf, const struct hs_municipal *municipal)
{
	for (size_t i = 0; i < municipal->ended.count; i++) {
		put_names(buf, municipal, municipal->ended.groups[i]);
		hs_buf_printf(buf, "の%sを解除しました。", term_of(municipal->ended.groups[i]));
	}
}

/* Names, then what is said of them. The level only of what is in force. */
static void
put_told(struct hs_buf *buf, const struct hs_municipal *municipal, const struct hs_told *told,
	bool in_force, const char *head, const char *particle, const char *tail)
{
	for (size_t i = 0; i < told->count; i++) {
		hs_buf_puts(buf, head);
		put_names(buf, municipal, told->groups[i]);
		hs_buf_puts(buf, particle);
		if (in_force)
			put_level(buf, told->groups[i]);
		else
			hs_buf_puts(buf, term_of(told->groups[i]));
		hs_buf_puts(buf, tail);
	}
}

/* Who is left out heard the order: only a correction says that it was not meant for him. */
static void
put_dropped(struct hs_buf *buf, const hs_notice *notice, const struct hs_municipal *municipal)
{
	bool correction = notice->action == HS_ACTION(CORRECT);
	put_told(buf, municipal, &municipal->dropped, false, "",
		correction ? "は、先に発表した" : "の",
		correction ? "の対象ではありません。"
			   : "は、最新の発表に含まれていません。解除とは伝えられていません。");
}

/* What the highest level asks is said right behind it: behind a lower one it would be heard as that one's. */
static void
put_returned(struct hs_buf *buf, const struct hs_municipal *municipal)
{
	for (size_t i = 0; i < municipal->returned.count; i++) {
		const struct hs_told one = { &municipal->returned.groups[i], 1 };
		const struct hs_level_display *display = hs_level_display(one.groups[0]->level);
		put_told(buf, municipal, &one, true, "", "には、", "が、再び発令されています。");
		if (i == 0 && display)
			hs_buf_printf(buf, "%s。", display->action_ja);
	}
}

/* An end must never sound like "all clear" while something else is in force. */
static void
put_standing(struct hs_buf *buf, const hs_notice *notice, const struct hs_municipal *municipal)
{
	/* of a cancel whose effect is not known it is not known either whether this went on or came back */
	bool blind = notice->action == HS_ACTION(CANCEL) && !municipal->known;
	put_told(buf, municipal, &municipal->standing, true, blind ? "現在、" : "なお、", "の",
		blind ? "が、発令されています。" : "は、引き続き発令中です。");
}

/* What is in force again comes before what was wrong: it is what people must act on. */
static void
put_cancel(struct hs_buf *buf, const struct hs_municipal *municipal)
{
	hs_buf_puts(buf, "先ほどの発表は誤りでした。取り消します。");
	if (!municipal->known) {
		put_told(buf, municipal, &municipal->retracted, false, "取り消したのは、", "の",
			"の発令を含む発表です。");
		put_told(buf, municipal, &municipal->retracted_lift, false, "取り消したのは、",
			"の", "の解除を含む発表です。");
		if (municipal->standing.count == 0)
			hs_buf_printf(buf, "いまの発令については、%sの発表を確認してください。",
				municipal->name);
		return;
	}
	put_returned(buf, municipal);
	put_told(buf, municipal, &municipal->ended, false, "", "に発令した", "は、誤りでした。");
	if (municipal->returned.count == 0 && municipal->ended.count == 0)
		hs_buf_puts(buf, "発令中の地区に変わりはありません。");
}

static void
put_without_areas(struct hs_buf *buf, const hs_notice *notice)
{
	if (notice->action == HS_ACTION(LIFT))
		hs_buf_puts(buf, "避難情報を解除しました。");
	else
		hs_buf_puts(buf, "避難情報を発令しました。");
}

static const char *
body_make(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal)
{
	struct hs_buf buf;
	hs_buf_init(&buf, WORDS_MAX_BYTES);
	if (is_drill(notice))
		hs_buf_puts(&buf, "訓練、訓練。");
	hs_buf_printf(&buf, "こちらは、%sです。", municipal->name);
	if (notice->action == HS_ACTION(CORRECT))
		hs_buf_puts(&buf, "訂正します。");
	put_orders(&buf, notice, municipal);
	if (notice->action == HS_ACTION(CANCEL))
		put_cancel(&buf, municipal);
	else if (hs_municipal_top(municipal))
		put_ends(&buf, municipal);
	else
		put_without_areas(&buf, notice);
	put_dropped(&buf, notice, municipal);
	put_standing(&buf, notice, municipal);
	if (is_drill(notice))
		hs_buf_puts(&buf, "これは、訓練です。");
	const char *text = buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&buf));
	hs_buf_free(&buf);
	return text;
}

static const char *
closing_make(struct hs_arena *arena, const hs_notice *notice, const char *name)
{
	if (is_drill(notice))
		return hs_arena_printf(arena,
			"訓練、訓練。こちらは、%sです。これで訓練放送を終わります。"
			"これは、訓練です。",
			name);
	return hs_arena_printf(arena, "こちらは、%sです。これで放送を終わります。", name);
}

static const char *
before_of(const hs_notice *notice)
{
	return is_drill(notice) ? "訓練、訓練。ただいまから、訓練放送を行います。"
				  "訓練、訓練。ただいまから、訓練放送を行います。"
				: "";
}

struct hs_words
hs_words_make(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal)
{
	return (struct hs_words){ .before = before_of(notice),
		.call = call_make(arena, notice, municipal),
		.body = body_make(arena, notice, municipal),
		.closing = closing_make(arena, notice, municipal->name) };
}

#define DRILL_FIRST "訓練、訓練。"
#define DRILL_LAST  "これは、訓練です。"
#define EASY_FIRST  "くんれん、くんれん。"
#define EASY_LAST   "これは、くんれんです。"

static bool
frame(struct hs_arena *arena, struct hs_saying *said, const char *before, const char *after)
{
	const char **first = &said->parts[0], **last = &said->parts[said->count - 1];
	*first = hs_arena_printf(arena, "%s%s", before, *first);
	if (*first)
		*last = hs_arena_printf(arena, "%s%s", *last, after);
	return *first && *last;
}

bool
hs_words_alert(struct hs_arena *arena, const hs_notice *notice, const struct hs_alert *alert,
	struct hs_saying *said, struct hs_saying *easy, struct hs_words *out)
{
	*out = (struct hs_words){ .before = before_of(notice),
		.call = "",
		.closing = closing_make(arena, notice, alert->name),
		.body = said->text };
	if (!is_drill(notice))
		return out->closing != NULL;
	out->body = hs_arena_printf(arena, DRILL_FIRST "%s" DRILL_LAST, said->text);
	return out->body && out->closing && frame(arena, said, DRILL_FIRST, DRILL_LAST) &&
	       frame(arena, easy, EASY_FIRST, EASY_LAST);
}

const char *
hs_words_easy(struct hs_arena *arena, const hs_notice *notice, const char *easy)
{
	return is_drill(notice) ? hs_arena_printf(arena, EASY_FIRST "%s" EASY_LAST, easy)
				: hs_arena_strdup(arena, easy);
}
