/* signage_words.h: texts of a screen in all its languages.
 *
 * Rules:   Japanese, easy Japanese and English always; the screen's further languages where a reviewed rendering exists
 *          (terms.h), else nothing: the three stand in for it.
 *          Of a drill every text in every language begins and ends with its mark. Where the mark itself was reviewed by
 *          nobody it stands in Japanese and English: a missing translation never removes it.
 * Owner:   JSON is a new reference; texts live in the arena. Threads: any. Pure.
 */
#ifndef HS_SIGNAGE_WORDS_H
#define HS_SIGNAGE_WORDS_H

#include "adapters/runtime/rules.h"
#include "adapters/signage/screen_settings.h"
#include "hub/base/arena.h"

struct json_t;

struct hs_sign_speech {
	struct hs_arena *arena;
	const struct hs_config_texts *languages; /* the further ones */
	enum hs_adapter_lane lane;
	const char *const *marks;  /* of the three, then of languages; NULL in the live lane */
	struct hs_sign_said *said; /* words of this message that may come again */
};

struct hs_sign_text {
	const char *ja;
	const char *easy, *en; /* NULL or "": none */
	const char *term;      /* in terms.csv, for the further languages; NULL: none */
};

/* Looks the marks up once: a drill on a large screen has hundreds of texts. false: out of memory. */
bool hs_sign_speech_begin(struct hs_arena *arena, const struct hs_config_texts *languages,
	enum hs_adapter_lane lane, struct hs_sign_speech *speech);
/* After the message was made, whose parts may be the same object: orders of one level say the same in each language. */
void hs_sign_speech_end(struct hs_sign_speech *speech);
/* {"ja": …, "ja-easy": …, "en": …, "ko": …}, with marks. NULL: out of memory. */
struct json_t *hs_sign_words(const struct hs_sign_speech *speech, const struct hs_sign_text *text);
/* The same without marks: what stands within a marked text, and what programs read. */
struct json_t *hs_sign_plain(const struct hs_sign_speech *speech, const struct hs_sign_text *text);
/* A Japanese text as it is shown: with the mark first and last; one that has it is not marked twice. */
const char *hs_sign_marked(const struct hs_sign_speech *speech, const char *text);
/* {"ja": "【訓練】", …} for the languages of a drill; empty for the live lane. */
struct json_t *hs_sign_marks(const struct hs_sign_speech *speech);

#endif
