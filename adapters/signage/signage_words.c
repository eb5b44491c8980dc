#include "adapters/signage/signage_words.h"

#include <jansson.h>
#include <string.h>

#include "adapters/signage/terms.h"
#include "hub/base/check.h"

/* Of the three that every screen has. */
static const char *const always[] = { "ja", "ja-easy", "en" };

static bool
is_always(const char *language)
{
	for (size_t i = 0; i < HS_COUNT(always); i++) {
		if (strcmp(language, always[i]) == 0)
			return true;
	}
	return false;
}

static const char *
mark_of(const struct hs_sign_speech *speech, const char *language)
{
	if (strcmp(language, "ja-easy") == 0)
		return hs_mode_mark(HS_MODE(DRILL), "ja-x-easy");
	if (is_always(language))
		return hs_mode_mark(HS_MODE(DRILL), language);
	const char *word = hs_sign_word("drill", language);
	const char *mark = word != NULL ? hs_arena_printf(speech->arena, "【%s】", word)
					: hs_arena_printf(speech->arena, "%s%s",
						  hs_mode_mark(HS_MODE(DRILL), "ja"),
						  hs_mode_mark(HS_MODE(DRILL), "en"));
	return mark != NULL ? mark : hs_mode_mark(HS_MODE(DRILL), "ja");
}

const char *
hs_sign_marked(const struct hs_sign_speech *speech, const char *language, const char *text)
{
	if (speech->lane == HS_LANE_LIVE || text[0] == '\0')
		return text;
	const char *mark = mark_of(speech, language);
	size_t len = strlen(text), mark_len = strlen(mark);
	bool first = strncmp(text, mark, mark_len) == 0;
	bool last = len >= mark_len && strcmp(text + len - mark_len, mark) == 0;
	const char *marked =
		hs_arena_printf(speech->arena, "%s%s%s", first ? "" : mark, text, last ? "" : mark);
	return marked != NULL ? marked : mark;
}

static void
set(json_t *object, const struct hs_sign_speech *speech, bool mark, const char *language,
	const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	json_object_set_new(object, language,
		json_string(mark ? hs_sign_marked(speech, language, text) : text));
}

static json_t *
words(const struct hs_sign_speech *speech, const struct hs_sign_text *text, bool mark)
{
	json_t *object = json_object();
	const char *const known[] = { text->ja, text->easy, text->en };
	for (size_t i = 0; i < HS_COUNT(always); i++)
		set(object, speech, mark, always[i], known[i]);
	for (size_t i = 0; i < speech->languages->count; i++) {
		const char *language = speech->languages->items[i];
		if (!is_always(language))
			set(object, speech, mark, language, hs_sign_word(text->term, language));
	}
	return object;
}

json_t *
hs_sign_words(const struct hs_sign_speech *speech, const struct hs_sign_text *text)
{
	return words(speech, text, true);
}

json_t *
hs_sign_plain(const struct hs_sign_speech *speech, const struct hs_sign_text *text)
{
	return words(speech, text, false);
}

json_t *
hs_sign_marks(const struct hs_sign_speech *speech)
{
	json_t *object = json_object();
	if (speech->lane == HS_LANE_LIVE)
		return object;
	for (size_t i = 0; i < HS_COUNT(always); i++)
		json_object_set_new(object, always[i], json_string(mark_of(speech, always[i])));
	for (size_t i = 0; i < speech->languages->count; i++)
		json_object_set_new(object, speech->languages->items[i],
			json_string(mark_of(speech, speech->languages->items[i])));
	return object;
}
