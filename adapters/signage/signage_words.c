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

#define SAID_MAX 24 /* of one message; a screen shows few orders, and levels are three */

struct hs_sign_said {
	struct {
		struct hs_sign_text text;
		bool mark;
		json_t *words;
	} rows[SAID_MAX];
	size_t count;
};

static const char *
mark_of(struct hs_arena *arena, const char *language)
{
	if (strcmp(language, "ja-easy") == 0)
		return hs_mode_mark(HS_MODE(DRILL), "ja-x-easy");
	if (is_always(language))
		return hs_mode_mark(HS_MODE(DRILL), language);
	const char *word = hs_sign_word("drill", language);
	const char *mark =
		word != NULL ? hs_arena_printf(arena, "【%s】", word)
			     : hs_arena_printf(arena, "%s%s", hs_mode_mark(HS_MODE(DRILL), "ja"),
				       hs_mode_mark(HS_MODE(DRILL), "en"));
	return mark != NULL ? mark : hs_mode_mark(HS_MODE(DRILL), "ja");
}

bool
hs_sign_speech_begin(struct hs_arena *arena, const struct hs_config_texts *languages,
	enum hs_adapter_lane lane, struct hs_sign_speech *speech)
{
	*speech = (struct hs_sign_speech){ arena, languages, lane, NULL,
		hs_arena_alloc(arena, sizeof(*speech->said)) };
	if (speech->said == NULL)
		return false;
	if (lane == HS_LANE_LIVE)
		return true;
	const char **marks =
		hs_arena_alloc(arena, (HS_COUNT(always) + languages->count) * sizeof(*marks));
	if (marks == NULL)
		return false;
	for (size_t i = 0; i < HS_COUNT(always); i++)
		marks[i] = mark_of(arena, always[i]);
	for (size_t i = 0; i < languages->count; i++)
		marks[HS_COUNT(always) + i] = mark_of(arena, languages->items[i]);
	speech->marks = marks;
	return true;
}

void
hs_sign_speech_end(struct hs_sign_speech *speech)
{
	for (size_t i = 0; speech->said != NULL && i < speech->said->count; i++)
		json_decref(speech->said->rows[i].words);
	speech->said = NULL;
}

static const char *
between(struct hs_arena *arena, const char *mark, const char *text)
{
	size_t len = strlen(text), mark_len = strlen(mark);
	bool first = strncmp(text, mark, mark_len) != 0;
	bool last = len < mark_len || strcmp(text + len - mark_len, mark) != 0;
	char *marked = hs_arena_alloc(arena, len + 2 * mark_len + 1);
	if (marked == NULL)
		return mark;
	if (first)
		memcpy(marked, mark, mark_len);
	memcpy(marked + (first ? mark_len : 0), text, len);
	if (last)
		memcpy(marked + (first ? mark_len : 0) + len, mark, mark_len);
	return marked; /* the arena gives zeroed memory */
}

/* index: of the mark. */
static const char *
marked(const struct hs_sign_speech *speech, size_t index, const char *text)
{
	if (speech->marks == NULL || text[0] == '\0')
		return text;
	return between(speech->arena, speech->marks[index], text);
}

const char *
hs_sign_marked(const struct hs_sign_speech *speech, const char *text)
{
	return marked(speech, 0, text);
}

static json_t *
words_make(const struct hs_sign_speech *speech, const struct hs_sign_text *text, bool mark)
{
	json_t *object = json_object();
	const char *const known[] = { text->ja, text->easy, text->en };
	for (size_t i = 0; i < HS_COUNT(always) + speech->languages->count; i++) {
		bool further = i >= HS_COUNT(always);
		const char *language =
			further ? speech->languages->items[i - HS_COUNT(always)] : always[i];
		const char *said = !further ? known[i] : NULL;
		if (further && !is_always(language))
			said = hs_sign_word(text->term, language);
		if (said == NULL || said[0] == '\0')
			continue;
		const char *shown = mark ? marked(speech, i, said) : said;
		/* What comes from terms.csv is UTF-8 by the build (schemas/gen/terms.py). */
		json_object_set_new_nocheck(object, language,
			further ? json_string_nocheck(shown) : json_string(shown));
	}
	return object;
}

static bool
is_alike(const struct hs_sign_text *a, const struct hs_sign_text *b)
{
	return a->easy == b->easy && a->en == b->en && strcmp(a->term, b->term) == 0 &&
	       strcmp(a->ja, b->ja) == 0;
}

/* What has a term is said in many languages, and often more than once. */
static json_t *
words(const struct hs_sign_speech *speech, const struct hs_sign_text *text, bool mark)
{
	struct hs_sign_said *said = speech->said;
	if (text->term == NULL)
		return words_make(speech, text, mark);
	for (size_t i = 0; i < said->count; i++) {
		if (said->rows[i].mark == mark && is_alike(&said->rows[i].text, text))
			return json_incref(said->rows[i].words);
	}
	json_t *object = words_make(speech, text, mark);
	if (object != NULL && said->count < SAID_MAX) {
		said->rows[said->count].text = *text;
		said->rows[said->count].mark = mark;
		said->rows[said->count++].words = json_incref(object);
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
	if (speech->marks == NULL)
		return object;
	for (size_t i = 0; i < HS_COUNT(always) + speech->languages->count; i++)
		json_object_set_new(object,
			i < HS_COUNT(always) ? always[i]
					     : speech->languages->items[i - HS_COUNT(always)],
			json_string(speech->marks[i]));
	return object;
}
