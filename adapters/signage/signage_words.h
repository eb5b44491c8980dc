/* signage_words.h: texts of a screen in all its languages.
 *
 * Rules:   Japanese, easy Japanese and English always; the screen's further languages where a reviewed rendering exists
 *          (terms.h), else nothing: the three stand in for it.
 *          Of a drill every text in every language begins and ends with its mark. Where the mark itself was reviewed by
 *          nobody it stands in Japanese and English: a missing translation never removes it.
 * Owner:   what is written is JSON in the message's buffer (schemas/json_put.h); texts live in the arena. Threads: any. Pure.
 */
#ifndef HS_SIGNAGE_WORDS_H
#define HS_SIGNAGE_WORDS_H

#include "adapters/runtime/rules.h"
#include "adapters/signage/screen_settings.h"
#include "hub/base/arena.h"
#include "hub/base/buf.h"

struct hs_sign_speech {
	struct hs_arena *arena;
	struct hs_buf *out;			  /* the message */
	const struct hs_sign_language *languages; /* the three, then the further ones */
	size_t language_count;
	struct hs_sign_said *said; /* words of this message that may come again */
};

struct hs_sign_text {
	const char *ja;
	const char *easy, *en; /* NULL or "": none */
	const char *term;      /* in terms.csv, for the further languages; NULL: none */
};

/* Looks the marks up once: a drill on a large screen has hundreds of texts. false: out of memory. */
bool hs_sign_speech_begin(struct hs_arena *arena, struct hs_buf *out,
	const struct hs_config_texts *languages, enum hs_adapter_lane lane,
	struct hs_sign_speech *speech);
/* key: {"ja": …, "ja-easy": …, "en": …, "ko": …}, with marks. What has a term and stands in the message already is copied. */
void hs_sign_put_words(
	const struct hs_sign_speech *speech, const char *key, const struct hs_sign_text *text);
/* The same without marks: what stands within a marked text, and what programs read. */
void hs_sign_put_plain(
	const struct hs_sign_speech *speech, const char *key, const struct hs_sign_text *text);
/* The same with marks, a line for each language, into another buffer: what stands large on a screen. */
void hs_sign_put_lines(
	const struct hs_sign_speech *speech, struct hs_buf *lines, const struct hs_sign_text *text);
/* A Japanese text as it is shown: with the mark first and last; one that has it is not marked twice. */
const char *hs_sign_marked(const struct hs_sign_speech *speech, const char *text);
/* key: {"ja": "【訓練】", …} for the languages of a drill; empty for the live lane. */
void hs_sign_put_marks(const struct hs_sign_speech *speech, const char *key);
/* In Japanese; "" for the live lane. */
const char *hs_sign_mark(const struct hs_sign_speech *speech);

#endif
