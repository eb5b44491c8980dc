#include "adapters/telecom/cbc_words.h"

#include <string.h>

#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_body.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

#define TEXT_MAX_BYTES (64u << 10)
#define GETA	       "〓"
#define UCS2_MAX       0xffff
#define BRIEF_MAX      60 /* characters */
#define COUNT_DIGITS   4

/* The fixed words of each language. */
static const struct words {
	const char *others;  /* before the pieces that follow */
	const char *more[2]; /* around the number of pieces that do not fit */
	const char *lifted, *wrong, *again, *in_force, *ask;
	const char *corrected, *missing; /* before what a correction, or another message, drops */
	const char *eew_cancel, *eew_end, *tsunami_cancel, *tsunami_end;
	const char *list_begin, *list_end; /* around names */
} words_of[] = {
	[HS_CBC_JA] = { "\nこのほか：", { "\nほか", "件" }, "", "", "", "", "", "", "",
		"先ほどの緊急地震速報は取り消されました。", "緊急地震速報は終わりました。",
		"先ほどの津波警報は取り消されました。", "津波警報は解除されました。", "", "" },
	[HS_CBC_EN] = { "\nAlso: ", { "\nand ", " more" },
		"Lifted: ", "The last announcement was wrong and is cancelled.",
		"In force again: ", "In force: ", "Ask your municipality what is in force now.",
		"Correction, this does not apply: ", "Not in the latest announcement: ",
		"The earthquake early warning was cancelled.",
		"The earthquake early warning has ended.", "The tsunami warning was cancelled.",
		"The tsunami warning has been lifted.", " (", ")" },
	[HS_CBC_EASY] = { "\nほかにも：", { "\nほかに ", "つ" }, "おわりました：",
		"まえの お知らせは まちがいでした。", "いまも 出ています：", "いま 出ています：",
		"市や 町の お知らせを 見て ください。", "まちがいでした。ここは ちがいます：",
		"新しい お知らせには ありません：", "地震の お知らせは まちがいでした。",
		"地震の お知らせは おわりました。", "津波の お知らせは まちがいでした。",
		"津波の お知らせは おわりました。", "（", "）" },
};

static size_t
chars_of(const char *text)
{
	return hs_char_length(text, HS_COUNT_CHARACTERS, 1);
}

/* ---- Japanese: the sentences of the mail ---- */

static enum hs_err
japanese(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	size_t room_chars, struct hs_cbc_words *out)
{
	struct hs_body_plan plan = hs_body_longest(municipal);
	const size_t rooms[] = { room_chars, room_chars / 2 };
	for (size_t i = 0; i < HS_COUNT(rooms); i++) {
		const struct hs_body_room room = { rooms[i], HS_COUNT_CHARACTERS, 1 };
		enum hs_err err =
			hs_body_fit(arena, notice, municipal, &room, &plan, &out->texts[i]);
		if (err == HS_ERR_TOO_LARGE && i > 0)
			out->texts[i] = NULL;
		else if (err != HS_OK)
			return err;
	}
	plan = hs_body_shortest(municipal);
	out->texts[HS_CBC_BRIEF] = hs_body_write(arena, notice, municipal, &plan);
	return out->texts[HS_CBC_BRIEF] ? HS_OK : HS_ERR_NOMEM;
}

/* ---- other languages: the words of the level table ---- */

struct foreign {
	struct hs_buf buf;
	const struct words *words;
	enum hs_cbc_language language;
	const struct hs_municipal *municipal;
	enum hs_cbc_length length;
	bool unknown; /* a level without words */
};

/* Kakuu City 架空市 (架空県) */
static void
put_place(struct foreign *foreign)
{
	const struct hs_municipal *municipal = foreign->municipal;
	const struct hs_area_row *area = hs_area_find(municipal->code);
	if (foreign->language == HS_CBC_EN && area && area->name_en[0] != '\0')
		hs_buf_printf(&foreign->buf, "%s ", area->name_en);
	hs_buf_puts(&foreign->buf, municipal->name);
	if (area && area->prefecture_name[0] != '\0')
		hs_buf_printf(&foreign->buf, "%s%s%s", foreign->words->list_begin,
			area->prefecture_name, foreign->words->list_end);
}

static void
put_group(struct foreign *foreign, const struct hs_force_group *group, const char *head)
{
	const struct hs_level_display *display = hs_level_display(hs_group_loudness(group));
	bool easy = foreign->language == HS_CBC_EASY;
	const char *term = !display ? "" : easy ? display->term_easy : display->term_en;
	if (term[0] == '\0' || group->level == 0) {
		foreign->unknown = foreign->unknown || head[0] == '\0' || term[0] == '\0';
		if (term[0] == '\0')
			return;
	}
	hs_buf_printf(&foreign->buf, "\n%s%s", head, term);
	if (foreign->length == HS_CBC_BRIEF)
		return;
	hs_buf_puts(&foreign->buf, ": ");
	for (size_t i = 0; i < group->row_count; i++)
		hs_buf_printf(
			&foreign->buf, "%s%s", i ? "、" : "", hs_force_place_name(group->rows[i]));
}

static void
put_told(struct foreign *foreign, const struct hs_told *told, const char *head)
{
	for (size_t i = 0; i < told->count; i++)
		put_group(foreign, told->groups[i], head);
}

static void
put_action(struct foreign *foreign)
{
	const struct hs_municipal *municipal = foreign->municipal;
	const struct hs_told *told =
		municipal->ordered.count > 0 ? &municipal->ordered : &municipal->returned;
	const struct hs_level_display *display =
		told->count > 0 ? hs_level_display(told->groups[0]->level) : NULL;
	if (display && foreign->length != HS_CBC_BRIEF)
		hs_buf_printf(&foreign->buf, "\n%s%s",
			foreign->language == HS_CBC_EASY ? display->action_easy
							 : display->action_en,
			foreign->language == HS_CBC_EASY ? "。" : ".");
}

static void
put_foreign(struct foreign *foreign, const hs_notice *notice)
{
	const struct hs_municipal *municipal = foreign->municipal;
	const struct words *words = foreign->words;
	put_place(foreign);
	if (notice->action == HS_ACTION(CANCEL)) {
		hs_buf_printf(&foreign->buf, "\n%s", words->wrong);
		put_told(foreign, &municipal->returned, words->again);
		if (!municipal->known)
			hs_buf_printf(&foreign->buf, "\n%s", words->ask);
	} else {
		put_told(foreign, &municipal->ordered, "");
		if (municipal->ordered.count == 0 || foreign->length != HS_CBC_BRIEF) {
			put_told(foreign, &municipal->ended, words->lifted);
			put_told(foreign, &municipal->dropped,
				notice->action == HS_ACTION(CORRECT) ? words->corrected
								     : words->missing);
		}
	}
	put_action(foreign);
	if (foreign->length != HS_CBC_BRIEF)
		put_told(foreign, &municipal->standing, words->in_force);
}

/* NULL: no words, or out of memory (*err). */
static const char *
foreign_write(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	enum hs_cbc_language language, enum hs_cbc_length length, enum hs_err *err)
{
	struct foreign foreign = { .words = &words_of[language],
		.language = language,
		.municipal = municipal,
		.length = length };
	hs_buf_init(&foreign.buf, TEXT_MAX_BYTES);
	put_foreign(&foreign, notice);
	const char *text = NULL;
	if (foreign.unknown)
		*err = HS_ERR_NOT_FOUND;
	else if (!foreign.buf.failed)
		text = hs_arena_strdup(arena, hs_buf_text(&foreign.buf));
	hs_buf_free(&foreign.buf);
	return text;
}

static enum hs_err
foreign(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	enum hs_cbc_language language, size_t room_chars, struct hs_cbc_words *out)
{
	enum hs_err err = HS_ERR_NOMEM;
	const char *full = foreign_write(arena, notice, municipal, language, HS_CBC_FULL, &err);
	const char *brief = foreign_write(arena, notice, municipal, language, HS_CBC_BRIEF, &err);
	if (!brief)
		return err;
	if (chars_of(brief) > room_chars)
		return HS_ERR_TOO_LARGE;
	*out = (struct hs_cbc_words){ { [HS_CBC_BRIEF] = brief } };
	out->texts[HS_CBC_FULL] = full && chars_of(full) <= room_chars ? full : brief;
	return HS_OK;
}

enum hs_err
hs_cbc_words(struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal,
	enum hs_cbc_language language, size_t room_chars, struct hs_cbc_words *out)
{
	*out = (struct hs_cbc_words){ { NULL } };
	return language == HS_CBC_JA ? japanese(arena, notice, municipal, room_chars, out)
				     : foreign(arena, notice, municipal, language, room_chars, out);
}

enum hs_err
hs_cbc_words_own(struct hs_arena *arena, const hs_notice *notice, size_t room_chars,
	struct hs_cbc_words *out)
{
	const Hansho__V1__UrgentMail *mail = notice->urgent_mail;
	HS_CHECK(mail);
	*out = (struct hs_cbc_words){ { NULL } };
	const char *title = hs_arena_strdup(arena, mail->title);
	const char *text = mail->title[0]
				   ? hs_arena_printf(arena, "%s\n%s", mail->title, mail->message)
				   : hs_arena_strdup(arena, mail->message);
	if (!text || !title)
		return HS_ERR_NOMEM;
	out->texts[HS_CBC_FULL] = text;
	out->texts[HS_CBC_BRIEF] = title[0] && chars_of(title) <= BRIEF_MAX ? title : text;
	return chars_of(text) <= room_chars ? HS_OK : HS_ERR_TOO_LARGE;
}

enum hs_err
hs_cbc_words_etws(struct hs_arena *arena, const hs_notice *notice, enum hs_cbc_language language,
	struct hs_cbc_words *out)
{
	const struct words *words = &words_of[language];
	bool cancel = notice->action == HS_ACTION(CANCEL);
	const char *eew = cancel ? words->eew_cancel : words->eew_end;
	const char *tsunami = cancel ? words->tsunami_cancel : words->tsunami_end;
	const char *text = hs_arena_strdup(arena, notice->kind == HS_KIND(TSUNAMI) ? tsunami : eew);
	*out = (struct hs_cbc_words){ { text, NULL, text } };
	return text ? HS_OK : HS_ERR_NOMEM;
}

/* ---- one text ---- */

size_t
hs_cbc_room(int64_t pages_max, int mode, enum hs_cbc_language language)
{
	size_t room = (size_t)pages_max * HS_CB_PAGE_CHARS;
	size_t marks = 2 * chars_of(hs_mode_mark(mode, hs_cbc_language_tag(language)));
	return room > marks ? room - marks : 0;
}

/* The longest form of the leading piece beside which there is room for `rest`; else its shortest. */
static const char *
lead_of(const struct hs_cbc_words *words, size_t room_chars, size_t rest)
{
	const char *last = NULL;
	for (size_t i = 0; i < HS_CBC_LENGTHS; i++) {
		if (!words->texts[i])
			continue;
		last = words->texts[i];
		if (chars_of(last) + rest <= room_chars)
			break;
	}
	return last;
}

static const char *
without_surrogates(struct hs_arena *arena, const char *source)
{
	char *out = hs_arena_alloc(arena, strlen(source) + 1);
	size_t used = 0, len_bytes;
	uint32_t character;
	/* The replacement (3 bytes) is shorter than what it replaces (4 bytes). */
	while (out && (character = hs_char_at(source, &len_bytes)) != 0) {
		bool fits = character <= UCS2_MAX;
		size_t n = fits ? len_bytes : strlen(GETA);
		memcpy(out + used, fits ? source : GETA, n);
		used += n;
		source += len_bytes;
	}
	return out;
}

/* Characters of the others in brief with what stands before each. */
static size_t
others_chars(const struct hs_cbc_words *words, size_t count, const struct words *fixed)
{
	size_t sum = count > 1 ? chars_of(fixed->others) + count - 2 : 0;
	for (size_t i = 1; i < count; i++)
		sum += chars_of(words[i].texts[HS_CBC_BRIEF]);
	return sum;
}

const char *
hs_cbc_compose(struct hs_arena *arena, const struct hs_cbc_words *words, size_t count, int mode,
	enum hs_cbc_language language, size_t room_chars, size_t *left_out)
{
	const struct words *fixed = &words_of[language];
	const char *mark = hs_mode_mark(mode, hs_cbc_language_tag(language));
	struct hs_buf buf;
	hs_buf_init(&buf, TEXT_MAX_BYTES);
	size_t others = others_chars(words, count, fixed);
	const char *lead = lead_of(&words[0], room_chars, others);
	size_t used = chars_of(lead), told = 1;
	size_t more = chars_of(fixed->more[0]) + chars_of(fixed->more[1]) + COUNT_DIGITS;
	size_t reserve = used + others <= room_chars ? 0 : more;
	hs_buf_printf(&buf, "%s%s", mark, lead);
	for (; told < count; told++) {
		const char *brief = words[told].texts[HS_CBC_BRIEF];
		const char *before = told == 1 ? fixed->others : "\n";
		size_t chars = chars_of(before) + chars_of(brief);
		if (used + chars + reserve > room_chars)
			break;
		hs_buf_printf(&buf, "%s%s", before, brief);
		used += chars;
	}
	*left_out = count - told;
	if (*left_out > 0 && used + more <= room_chars)
		hs_buf_printf(&buf, "%s%zu%s", fixed->more[0], *left_out, fixed->more[1]);
	hs_buf_puts(&buf, mark);
	const char *text = buf.failed ? NULL : without_surrogates(arena, hs_buf_text(&buf));
	hs_buf_free(&buf);
	return text;
}
