/* notice_text.c: texts from tables and names. */
#include "hub/gate/notice_text.h"

#include <stdio.h>
#include <string.h>

#include "hub/gate/area_code.h"

#define HS_TEXT_BYTES  65536
#define HS_NAMES_SHOWN 40
#define HS_URGENCY_MAX 6

/* Words that are not levels. Source: term table, rows correction, lifted (project wording). Its "false alert" is not
 * said of a cancel: what is taken back may have lifted or lowered an order, or raised one that stands again at the
 * level before, and who reads it would think that there is no danger. */
struct words {
	const char *correct, *cancel, *lifted;
	const char *cancel_lift; /* the message that is taken back lifted something */
	const char *earlier;	 /* before each line of that message */
};
static const struct words words_en = { "Correction",
	"The earlier message was wrong: disregard it. What was in force before it is in force "
	"again",
	"Lifted",
	"The earlier message was wrong, and so was the lift in it. An order may be in force "
	"again: check",
	"The earlier message said" };
static const struct words words_easy = { "まちがいを 直しました",
	"まえの お知らせは まちがいでした。その まえに 出ていた お知らせに もどります",
	"この お知らせは 終わりました",
	"まえの お知らせは まちがいでした。まだ あぶないかもしれません。市や 町の お知らせを 見て "
	"ください",
	"まえの お知らせ" };

/* A cancel repeats the message that it takes back, what that one lifted included. */
static const char *
cancel_words(const struct words *words, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		if (notice->evacuation->details[i]->state == HS_EVAC(LIFTED))
			return words->cancel_lift;
	}
	return words->cancel;
}

struct hs_sort_rank
hs_sort_rank(const hs_evacuation_detail *detail)
{
	int64_t ordered = 0;
	const struct hs_level_row *row;

	for (size_t i = 0; i < detail->n_areas; i++) {
		const hs_time *time = detail->areas[i]->ordered;

		if (time && time->unix_us > ordered)
			ordered = time->unix_us;
	}
	if (hs_level_find(detail->sort, ordered, &row) != HS_OK)
		return (struct hs_sort_rank){ 0, HS_URGENCY_MAX, false };
	return (struct hs_sort_rank){ row->level, row->urgency, true };
}

static const char *
municipality(const hs_notice *notice)
{
	if (notice->n_areas && notice->areas[0]->name[0])
		return notice->areas[0]->name;
	return notice->source->name;
}

/* "北町一丁目、南町 ほか3地区" */
static void
put_names(struct hs_buf *out, const hs_evacuation_detail *detail, const char *comma,
	const char *more_format)
{
	size_t shown = detail->n_areas < HS_NAMES_SHOWN ? detail->n_areas : HS_NAMES_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		hs_buf_puts(out, i ? comma : "");
		hs_buf_puts(out, detail->areas[i]->area->name);
	}
	if (shown < detail->n_areas) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", detail->n_areas - shown);
		for (; *more_format; more_format++) {
			if (*more_format == '#')
				hs_buf_puts(out, number);
			else
				hs_buf_add(out, more_format, 1);
		}
	}
}

/* ---- Japanese ---- */

static void
put_headline_ja(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;

	if (notice->action == HS_ACTION(CANCEL))
		hs_buf_printf(out, "%s 避難情報 直前の発表の取消", municipality(notice));
	for (size_t i = 0; i < evacuation->n_details && notice->action != HS_ACTION(CANCEL); i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		bool lifted = detail->state == HS_EVAC(LIFTED);

		hs_buf_printf(
			out, "%s%s %s (", i ? "、" : "", detail->sort, lifted ? "解除" : "発令");
		put_names(out, detail, "、", " ほか#地区");
		hs_buf_puts(out, ")");
	}
}

static void
put_body_ja(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;
	bool cancel = notice->action == HS_ACTION(CANCEL);

	if (notice->correction[0])
		hs_buf_printf(out, "%s：%s\n", cancel ? "取消の理由" : "訂正", notice->correction);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		bool lifted = detail->state == HS_EVAC(LIFTED);

		hs_buf_puts(out, cancel ? "取り消した発表の内容：" : "");
		if (!lifted && !cancel && detail->level && detail->level->number)
			hs_buf_printf(out, "警戒レベル%u ", detail->level->number);
		hs_buf_printf(out, "%sを%s：", detail->sort, lifted ? "解除" : "発令");
		put_names(out, detail, "、", " ほか#地区");
		hs_buf_puts(out, "\n");
	}
	if (evacuation->disaster_name[0])
		hs_buf_printf(out, "災害：%s\n", evacuation->disaster_name);
	hs_buf_puts(out, evacuation->complement);
}

/* ---- English and easy Japanese ---- */

/* "Kaku City (架空市, 架空県)" */
static void
put_place_en(struct hs_buf *out, const hs_notice *notice)
{
	const struct hs_area_row *row =
		notice->n_areas ? hs_area_by_five(notice->areas[0]->code) : NULL;

	if (row)
		hs_buf_printf(out, "%s (%s, %s)", row->name_en, row->name, row->prefecture_name);
	else
		hs_buf_puts(out, municipality(notice));
}

static void
put_term_en(struct hs_buf *out, const hs_evacuation_detail *detail)
{
	struct hs_sort_rank rank = hs_sort_rank(detail);
	const struct hs_level_display *display = hs_level_display(rank.level);

	if (display && detail->state == HS_EVAC(LIFTED))
		hs_buf_printf(out, "%s (%s): %s", display->term_en, detail->sort, words_en.lifted);
	else if (display)
		hs_buf_printf(
			out, "Alert level %u: %s (%s)", rank.level, display->term_en, detail->sort);
	else if (detail->state == HS_EVAC(LIFTED))
		hs_buf_printf(out, "%s: %s", detail->sort, words_en.lifted);
	else
		hs_buf_printf(out,
			rank.known ? "Evacuation (%s)" : "Evacuation, unknown level (%s)",
			detail->sort);
}

static void
put_headline_en(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;

	put_place_en(out, notice);
	hs_buf_puts(out, ": ");
	if (notice->action == HS_ACTION(CANCEL)) {
		hs_buf_puts(out, cancel_words(&words_en, notice));
		return;
	}
	if (notice->action == HS_ACTION(CORRECT))
		hs_buf_printf(out, "%s. ", words_en.correct);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		hs_buf_puts(out, i ? "; " : "");
		put_term_en(out, evacuation->details[i]);
	}
}

static void
put_body_en(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		if (notice->action == HS_ACTION(CANCEL))
			hs_buf_printf(out, "%s: ", words_en.earlier);
		put_term_en(out, evacuation->details[i]);
		hs_buf_puts(out, ": ");
		put_names(out, evacuation->details[i], ", ", " and # more");
		hs_buf_puts(out, "\n");
	}
}

static void
put_headline_easy(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;
	const char *last = "";

	hs_buf_printf(out, "%s：", municipality(notice));
	if (notice->action == HS_ACTION(CANCEL)) {
		hs_buf_puts(out, cancel_words(&words_easy, notice));
		return;
	}
	if (notice->action == HS_ACTION(CORRECT))
		hs_buf_printf(out, "%s。", words_easy.correct);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		const struct hs_level_display *display =
			hs_level_display(hs_sort_rank(detail).level);
		const char *words = display ? display->term_easy : detail->sort;

		if (detail->state == HS_EVAC(LIFTED))
			words = words_easy.lifted;
		if (strcmp(words, last) != 0)
			hs_buf_printf(out, "%s%s", i ? "。" : "", words);
		last = words;
	}
}

static void
put_body_easy(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		if (notice->action == HS_ACTION(CANCEL))
			hs_buf_printf(out, "%s：", words_easy.earlier);
		hs_buf_printf(out, "%s（%s）：", detail->sort,
			detail->state == HS_EVAC(LIFTED) ? words_easy.lifted : "あぶない 場所");
		put_names(out, detail, "、", " ほか #");
		hs_buf_puts(out, "\n");
	}
}

/* ---- all of them ---- */

enum hs_err
hs_text_fill(struct hs_arena *arena, char **field, size_t max_bytes, hs_put_text *put,
	const hs_notice *notice)
{
	struct hs_buf text;
	char *copy = NULL;

	if ((*field)[0])
		return HS_OK;
	hs_buf_init(&text, max_bytes);
	put(&text, notice);
	while (!text.failed && text.len_bytes && text.bytes[text.len_bytes - 1] == '\n')
		text.bytes[--text.len_bytes] = '\0';
	if (!text.failed)
		copy = hs_arena_strdup(arena, hs_buf_text(&text));
	hs_buf_free(&text);
	if (copy)
		*field = copy;
	return copy ? HS_OK : HS_ERR_NOMEM;
}

static hs_text *
text_in(struct hs_arena *arena, hs_notice *notice, const char *language)
{
	hs_text *text;

	for (size_t i = 0; i < notice->n_texts; i++) {
		if (strcmp(notice->texts[i]->language, language) == 0)
			return notice->texts[i];
	}
	text = hs_message_new(arena, &hansho__v1__text__descriptor);
	if (!text)
		return NULL;
	text->language = hs_arena_strdup(arena, language);
	text->reviewed = true;
	if (!text->language || !hs_repeat(arena, &notice->n_texts, &notice->texts, text))
		return NULL;
	return text;
}

/* What to do: the action of the highest level in force, in that language. */
static const char *
action_of(const hs_notice *notice, const char *language)
{
	const struct hs_level_display *display =
		notice->level ? hs_level_display(notice->level->number) : NULL;

	if (!display || notice->action == HS_ACTION(CANCEL))
		return "";
	if (strcmp(language, "ja") == 0)
		return display->action_ja;
	return strcmp(language, "en") == 0 ? display->action_en : display->action_easy;
}

enum hs_err
hs_notice_texts(struct hs_arena *arena, hs_notice *notice)
{
	static const struct {
		const char *language;
		hs_put_text *headline, *body;
	} rows[] = {
		{ "ja", put_headline_ja, put_body_ja },
		{ "en", put_headline_en, put_body_en },
		{ "ja-x-easy", put_headline_easy, put_body_easy },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hs_text *text = text_in(arena, notice, rows[i].language);

		if (!text ||
			hs_text_fill(
				arena, &text->headline, HS_TEXT_BYTES, rows[i].headline, notice) ||
			hs_text_fill(arena, &text->body, HS_TEXT_BYTES, rows[i].body, notice))
			return HS_ERR_NOMEM;
		text->instruction = hs_arena_strdup(arena, action_of(notice, rows[i].language));
		if (!text->instruction)
			return HS_ERR_NOMEM;
	}
	return HS_OK;
}
