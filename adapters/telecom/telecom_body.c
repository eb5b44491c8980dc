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

static size_t
names_of(const struct hs_force_group *const *groups, size_t count)
{
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += groups[i]->row_count;
	return total;
}

struct hs_body_plan
hs_body_longest(const struct hs_municipal *municipal)
{
	size_t total = names_of(municipal->ordered, municipal->ordered_count) +
		       names_of(municipal->ended, municipal->ended_count) +
		       names_of(municipal->standing, municipal->standing_count);
	return (struct hs_body_plan){ total, total, true, true, true, true };
}

/* A long list loses several names at a time, so that thousands cost few trials; a short one, one. */
static size_t
fewer_names(size_t names)
{
	size_t step = names / 64;
	return names - (step > 0 ? step : 1);
}

bool
hs_body_shorten(struct hs_body_plan *plan)
{
	if (plan->remark)
		plan->remark = false;
	else if (plan->names > 1)
		plan->names = fewer_names(plan->names);
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

/* 中央地区、港地区ほか3地区. A name is written whole or not at all. */
static void
put_names(struct writer *writer, const struct hs_force_group *group)
{
	size_t shown =
		group->row_count < writer->names_left ? group->row_count : writer->names_left;
	writer->names_left -= shown;
	bool ward = strcmp(group->area_code, writer->municipal->code) != 0;
	for (size_t i = 0; i < shown; i++)
		hs_buf_printf(&writer->buf, "%s%s%s", i ? "、" : "", ward ? group->name : "",
			group->rows[i]->area_name);
	size_t rest = group->row_count - shown;
	if (rest > 0 && writer->plan->counts)
		hs_buf_printf(&writer->buf, "%s%zu地区", shown ? "ほか" : "", rest);
	else if (rest > 0)
		hs_buf_puts(&writer->buf, "一部地区");
}

static void
put_hazard(struct writer *writer)
{
	const hs_evacuation *evacuation = writer->notice->evacuation;
	const struct hs_hazard_row *hazard =
		evacuation && evacuation->hazard[0] ? hs_hazard_find(evacuation->hazard) : NULL;
	if (hazard && strcmp(hazard->hazard, "other") != 0)
		hs_buf_printf(&writer->buf, "%sに関する", hazard->ja);
}

static void
put_order(struct writer *writer)
{
	const struct hs_municipal *municipal = writer->municipal;
	const struct hs_force_group *top = municipal->ordered[0];
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
	for (size_t i = 1; i < municipal->ordered_count; i++) {
		hs_buf_puts(buf, "\n");
		put_term(writer, municipal->ordered[i]);
		hs_buf_puts(buf, "：");
		put_names(writer, municipal->ordered[i]);
	}
}

static void
put_ends_after_order(struct writer *writer)
{
	for (size_t i = 0; i < writer->municipal->ended_count; i++) {
		const struct hs_force_group *group = writer->municipal->ended[i];
		hs_buf_printf(&writer->buf, "\n解除「%s」：", group->term);
		put_names(writer, group);
	}
}

/* An end must never read as "all clear" while something else is in force. */
static void
put_standing(struct writer *writer)
{
	for (size_t i = 0; i < writer->municipal->standing_count; i++) {
		const struct hs_force_group *group = writer->municipal->standing[i];
		hs_buf_puts(&writer->buf, "\n継続中：");
		put_term(writer, group);
		hs_buf_puts(&writer->buf, " ");
		put_names(writer, group);
	}
}

static void
put_end(struct writer *writer, bool cancel)
{
	const struct hs_municipal *municipal = writer->municipal;
	const struct hs_force_group *top = municipal->ended[0];
	struct hs_buf *buf = &writer->buf;
	hs_buf_printf(buf, "%sは", municipal->name);
	if (cancel) {
		hs_buf_printf(
			buf, "次の地区の「%s」の発令を取り消します。発令は誤りでした。", top->term);
	} else {
		put_time(writer, top);
		hs_buf_printf(buf, "%s次の地区の「%s」を解除しました。",
			top->ordered_unix_us ? "、" : "", top->term);
	}
	hs_buf_puts(buf, "\n対象：");
	put_names(writer, top);
	for (size_t i = 1; i < municipal->ended_count; i++) {
		hs_buf_printf(buf, "\n「%s」：", municipal->ended[i]->term);
		put_names(writer, municipal->ended[i]);
	}
}

/* A notice without areas below the municipality, or the shortest form of any. */
static void
put_short(struct writer *writer)
{
	const struct hs_force_group *top = hs_municipal_top(writer->municipal);
	const char *term = top && top->term[0] ? top->term : "避難情報";
	const char *what = "を発令";
	if (writer->notice->action == HS_ACTION(CANCEL))
		what = "は誤り、取消";
	else if (writer->municipal->ordered_count == 0 &&
		 writer->notice->action != HS_ACTION(ISSUE))
		what = "を解除";
	hs_buf_printf(&writer->buf, "%s：%s%s", writer->municipal->name, term, what);
}

static void
put_remark(struct writer *writer)
{
	const hs_notice *notice = writer->notice;
	const char *reason = notice->correction;
	const char *remark = notice->evacuation ? notice->evacuation->complement : "";
	bool end = notice->action == HS_ACTION(CANCEL) || notice->action == HS_ACTION(CORRECT);
	if (end && reason[0] != '\0')
		hs_buf_printf(&writer->buf, "\n理由：%s", reason);
	if (remark[0] != '\0')
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
	if (!plan->sentence || !hs_municipal_top(municipal)) {
		put_short(&writer);
	} else if (municipal->ordered_count > 0) {
		put_order(&writer);
		put_ends_after_order(&writer);
	} else {
		put_end(&writer, notice->action == HS_ACTION(CANCEL));
	}
	if (plan->sentence)
		put_standing(&writer);
	else if (municipal->standing_count > 0)
		hs_buf_puts(&writer.buf, "（他は継続中）");
	if (plan->remark)
		put_remark(&writer);
	const char *text =
		writer.buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&writer.buf));
	hs_buf_free(&writer.buf);
	return text;
}
