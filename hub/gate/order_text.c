#include "hub/gate/order_text.h"

#include <string.h>
#include <time.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

#define NAMES_SHOWN 10
#define JST_S	    32400

static const struct {
	const char *ja, *en;
} CHANGES[HS_ORDER_CHANGE_COUNT] = {
	[HS_ORDER_CHANGE_RETURNED] = { "再び発令（取消で復活）", "In force again" },
	[HS_ORDER_CHANGE_RESTORED] = { "前のレベルに戻る", "Back to the level before" },
	[HS_ORDER_CHANGE_TAKEN_BACK] = { "取消（誤り）で終了", "Ends (was wrong)" },
	[HS_ORDER_CHANGE_NEW] = { "新たに発令", "Newly ordered" },
	[HS_ORDER_CHANGE_RAISED] = { "引き上げ", "Raised" },
	[HS_ORDER_CHANGE_LOWERED] = { "引き下げ", "Lowered" },
	[HS_ORDER_CHANGE_STILL] = { "引き続き発令中", "Still in force" },
	[HS_ORDER_CHANGE_LIFTED] = { "解除", "Lifted" },
	[HS_ORDER_CHANGE_ENDED] = { "全域の発令に含めて終了",
		"Ends, taken up by the whole municipality" },
};

/* clang-format off */
static const struct {
	const char *ja, *en;
} PROBLEMS[HS_ORDER_PROBLEM_COUNT] = {
	[HS_ORDER_FINE] = { "", "" },
	[HS_ORDER_NO_AREA] = { "地区がありません。「全域」を選ぶか、地区名を1行に1つ書いてください。解除では、解除する地区を選んでください。",
		"No area is given. Choose the whole municipality or write one district a line; for a lift, tick the districts." },
	[HS_ORDER_NO_LEVEL] = { "警戒レベルを選んでください。", "Choose the alert level." },
	[HS_ORDER_NO_DISASTER] = { "災害の種類を選ぶか、災害名を書いてください。", "Choose the hazard or write the name of the disaster." },
	[HS_ORDER_NO_DOCUMENT] = { "選んだ災害の発令は、今は続けられません。一覧から選び直してください。",
		"The disaster that was chosen cannot be continued now. Choose again from the list." },
	[HS_ORDER_NO_REASON] = { "取消の理由を書いてください。危険が去った場合は取消ではなく解除です。",
		"Write the reason of the cancel. If the danger has passed, it is a lift, not a cancel." },
	[HS_ORDER_LIFT_MIXED] = { "一度に解除できるのは、この窓口から出した一つの災害の地区だけです。災害ごとに分けてください。",
		"One lift can name districts of one disaster only, sent from this form's source. Do it disaster by disaster." },
	[HS_ORDER_TOO_MUCH] = { "地区の数が多すぎるか、名前が長すぎます。", "There are too many districts, or a name is too long." },
};
/* clang-format on */

const char *
hs_order_change_ja(enum hs_order_change_kind kind)
{
	return CHANGES[kind].ja;
}

const char *
hs_order_change_en(enum hs_order_change_kind kind)
{
	return CHANGES[kind].en;
}

const char *
hs_order_problem_ja(enum hs_order_problem problem)
{
	return PROBLEMS[problem].ja;
}

const char *
hs_order_problem_en(enum hs_order_problem problem)
{
	return PROBLEMS[problem].en;
}

void
hs_order_level_words(uint32_t level, const char *term, struct hs_buf *out)
{
	if (level > 0)
		hs_buf_printf(out, "警戒レベル%u ", level);
	hs_buf_puts(out, term);
}

void
hs_order_level_words_en(uint32_t level, const char *term, struct hs_buf *out)
{
	const struct hs_level_display *display = hs_level_display(level);

	if (display != NULL)
		hs_buf_printf(out, "level %u %s", level, display->term_en);
	else
		hs_buf_puts(out, term);
}

/* Which changes one sentence tells. */
struct told {
	bool (*is)(const struct told *told, const struct hs_order_change *change);
	enum hs_order_change_kind kind;
	const char *term;
};

static bool
says(const struct told *told, const struct hs_order_change *change)
{
	const char *own = change->to_term[0] != '\0' ? change->to_term : change->from_term;

	return change->kind == told->kind && strcmp(own, told->term) == 0;
}

/* Ends by this act, while another document's order there goes on. */
static bool
goes_on(const struct hs_order_change *change)
{
	return change->to_term[0] == '\0' && change->kind != HS_ORDER_CHANGE_ENDED &&
	       change->beside != NULL;
}

static bool
goes_on_so(const struct told *told, const struct hs_order_change *change)
{
	return goes_on(change) && strcmp(change->beside->term, told->term) == 0;
}

/* One that a change before this one has told already. */
static bool
is_told_before(const struct hs_order_plan *plan, size_t at, const struct told *told)
{
	for (size_t i = 0; i < at; i++) {
		if (told->is(told, plan->changes[i]))
			return true;
	}
	return false;
}

/* "北町、南町ほか3地区" */
static void
put_names(const struct hs_order_plan *plan, const struct told *told, struct hs_buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->change_count; i++) {
		if (!told->is(told, plan->changes[i]))
			continue;
		if (++count > NAMES_SHOWN)
			continue;
		hs_buf_puts(out, count > 1 ? "、" : "");
		hs_buf_puts(out, plan->changes[i]->name);
	}
	if (count > NAMES_SHOWN)
		hs_buf_printf(out, "ほか%zu地区", count - NAMES_SHOWN);
}

/* names + particle + level and term + end */
static const struct {
	const char *particle, *end;
} SENTENCE[HS_ORDER_CHANGE_COUNT] = {
	[HS_ORDER_CHANGE_RETURNED] = { "に", "を再び発令しています。" },
	[HS_ORDER_CHANGE_RESTORED] = { "は", "に戻ります。" },
	[HS_ORDER_CHANGE_TAKEN_BACK] = { "の", "は誤りでした。" },
	[HS_ORDER_CHANGE_NEW] = { "に", "を発令しました。" },
	[HS_ORDER_CHANGE_RAISED] = { "を", "に引き上げました。" },
	[HS_ORDER_CHANGE_LOWERED] = { "を", "に引き下げました。" },
	[HS_ORDER_CHANGE_STILL] = { "に", "を引き続き発令しています。" },
	[HS_ORDER_CHANGE_LIFTED] = { "の", "を解除しました。" },
};

/* What a level asks of people. */
static void
put_action(uint32_t level, struct hs_buf *out)
{
	const struct hs_level_display *display = hs_level_display(level);

	if (display != NULL)
		hs_buf_printf(out, "%s。", display->action_ja);
}

/* Several levels may come back at once, so each of them says what it asks. */
static bool
is_brought_back(const struct hs_order_change *change)
{
	return change->kind == HS_ORDER_CHANGE_RETURNED || change->kind == HS_ORDER_CHANGE_RESTORED;
}

/* One sentence for each term with this kind of change. 全域 that takes up districts says so by itself, so
 * HS_ORDER_CHANGE_ENDED has no sentence. */
static void
put_sentences(const struct hs_order_plan *plan, enum hs_order_change_kind kind, struct hs_buf *out)
{
	for (size_t i = 0; SENTENCE[kind].end != NULL && i < plan->change_count; i++) {
		const struct hs_order_change *change = plan->changes[i];
		const char *term = change->to_term[0] != '\0' ? change->to_term : change->from_term;
		struct told told = { says, kind, term };

		if (change->kind != kind || is_told_before(plan, i, &told))
			continue;
		put_names(plan, &told, out);
		hs_buf_puts(out, SENTENCE[kind].particle);
		if (change->to_level > 0)
			hs_order_level_words(change->to_level, term, out);
		else /* a lift has no level, and what was wrong is not repeated in its colours */
			hs_buf_puts(out, term);
		hs_buf_puts(out, SENTENCE[kind].end);
		if (is_brought_back(change))
			put_action(change->to_level, out);
	}
}

/* An end must not read as "all clear" where another order goes on. */
static void
put_besides(const struct hs_order_plan *plan, struct hs_buf *out)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct hs_order_area *beside = plan->changes[i]->beside;
		struct told told = { goes_on_so, 0, beside != NULL ? beside->term : "" };

		if (!goes_on(plan->changes[i]) || is_told_before(plan, i, &told))
			continue;
		put_names(plan, &told, out);
		hs_buf_puts(out, "では、別に発令した");
		hs_order_level_words(beside->level, beside->term, out);
		hs_buf_puts(out, "が続いています。");
	}
}

static void
put_time(int64_t unix_us, struct hs_buf *out)
{
	time_t at_s = (time_t)(unix_us / 1000000) + JST_S;
	struct tm parts;

	(void)gmtime_r(&at_s, &parts);
	hs_buf_printf(out, "%d月%d日%d時%02d分、", parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
		parts.tm_min);
}

static void
put_rest(const struct hs_order_plan *plan, struct hs_buf *out)
{
	static const enum hs_order_change_kind before[] = { HS_ORDER_CHANGE_RETURNED,
		HS_ORDER_CHANGE_RESTORED, HS_ORDER_CHANGE_NEW, HS_ORDER_CHANGE_RAISED,
		HS_ORDER_CHANGE_LOWERED, HS_ORDER_CHANGE_LIFTED };

	if (plan->choice->act == HS_ORDER_CANCEL)
		hs_buf_puts(out, "直前の発表は誤りでした。取り消します。");
	for (size_t i = 0; i < HS_COUNT(before); i++)
		put_sentences(plan, before[i], out);
	if (plan->choice->act == HS_ORDER_ISSUE)
		put_action(plan->choice->level, out);
	put_sentences(plan, HS_ORDER_CHANGE_TAKEN_BACK, out);
	if (plan->choice->act != HS_ORDER_ISSUE && plan->remaining == 0)
		hs_buf_puts(out, "この災害で発令中の避難情報はありません。");
	put_besides(plan, out);
	put_sentences(plan, HS_ORDER_CHANGE_STILL, out);
}

void
hs_order_headline(const struct hs_order_plan *plan, struct hs_buf *out)
{
	put_time(plan->choice->now_unix_us, out);
	if (plan->disaster_name[0] != '\0') {
		hs_buf_puts(out, plan->disaster_name);
		hs_buf_puts(out, "に関する避難情報。");
	}
	put_rest(plan, out);
	if (plan->choice->act == HS_ORDER_CANCEL) {
		hs_buf_puts(out, "理由：");
		hs_buf_puts(out, plan->choice->reason);
	}
}

/* What a cancel does, kind by kind; the numbers are those of the check page. */
static const struct {
	enum hs_order_change_kind kind;
	const char *ja, *en;
} CANCELS[] = {
	{ HS_ORDER_CHANGE_RETURNED, "を再び発令", "in force again" },
	{ HS_ORDER_CHANGE_RESTORED, "を前のレベルに戻す", "back to the level before" },
	{ HS_ORDER_CHANGE_TAKEN_BACK, "の発令を終了", "end" },
};

size_t
hs_order_change_count(const struct hs_order_plan *plan, enum hs_order_change_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->change_count; i++)
		count += plan->changes[i]->kind == kind;
	return count;
}

static void
put_cancel_button(const struct hs_order_plan *plan, bool english, struct hs_buf *out)
{
	hs_buf_puts(out, english ? "Take back the last message as wrong: "
				 : "直前の発信を 誤りとして 取り消す：");
	if (plan->touched == 0)
		hs_buf_puts(out, english ? "no area changes" : "発令中の地区は変わらない");
	for (size_t i = 0, said = 0; i < HS_COUNT(CANCELS); i++) {
		size_t count = hs_order_change_count(plan, CANCELS[i].kind);

		if (count == 0)
			continue;
		hs_buf_puts(out, said++ == 0 ? "" : english ? ", " : "、");
		if (english)
			hs_buf_printf(out, "%zu area(s) %s", count, CANCELS[i].en);
		else
			hs_buf_printf(out, "%zu地区%s", count, CANCELS[i].ja);
	}
}

void
hs_order_button_ja(const struct hs_order_plan *plan, bool drill, struct hs_buf *out)
{
	const struct hs_order_choice *choice = plan->choice;
	const struct hs_level_display *display = hs_level_display(choice->level);

	if (choice->act == HS_ORDER_ISSUE && display != NULL)
		hs_buf_printf(out, "警戒レベル%u %sを %zu地区に 発令する", choice->level,
			display->term_ja, plan->touched);
	else if (choice->act == HS_ORDER_LIFT)
		hs_buf_printf(out, "%zu地区の避難情報を 解除する", plan->touched);
	else
		put_cancel_button(plan, false, out);
	hs_buf_puts(out, drill ? "（訓練）" : "（本番）");
}

void
hs_order_button_en(const struct hs_order_plan *plan, bool drill, struct hs_buf *out)
{
	const struct hs_order_choice *choice = plan->choice;
	const struct hs_level_display *display = hs_level_display(choice->level);

	if (choice->act == HS_ORDER_ISSUE && display != NULL)
		hs_buf_printf(out, "Issue level %u %s for %zu area(s)", choice->level,
			display->term_en, plan->touched);
	else if (choice->act == HS_ORDER_LIFT)
		hs_buf_printf(out, "Lift the order of %zu area(s)", plan->touched);
	else
		put_cancel_button(plan, true, out);
	hs_buf_puts(out, drill ? " (DRILL)" : " (LIVE)");
}
