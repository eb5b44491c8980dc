#include "adapters/signage/signage_words.h"

#include <string.h>

#include "adapters/signage/terms.h"
#include "hub/base/check.h"
#include "schemas/json_put.h"

/* Of the three that every screen has. */
static const char *const always[] = { "ja", "ja-easy", "en" };

struct hs_sign_language {
	const char *name;
	const char *mark; /* "" in the live lane */
	bool again;	  /* the configuration names it twice */
};

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

/* Where it stands in the message, behind the opening brace. */
struct hs_sign_said {
	struct said {
		struct hs_sign_text text;
		bool mark;
		size_t from, to;
	} rows[SAID_MAX];
	size_t count;
};

/* ---- languages ---- */

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

static bool
has_language(const struct hs_sign_language *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return true;
	}
	return false;
}

bool
hs_sign_speech_begin(struct hs_arena *arena, struct hs_buf *out,
	const struct hs_config_texts *languages, enum hs_adapter_lane lane,
	struct hs_sign_speech *speech)
{
	size_t room = HS_COUNT(always) + languages->count, count = 0;
	struct hs_sign_language *list = hs_arena_alloc(arena, room * sizeof(*list));
	struct hs_sign_said *said = hs_arena_alloc(arena, sizeof(*said));
	if (list == NULL || said == NULL)
		return false;
	for (size_t i = 0; i < room; i++) {
		bool further = i >= HS_COUNT(always);
		const char *name = further ? languages->items[i - HS_COUNT(always)] : always[i];
		if (further && is_always(name))
			continue;
		list[count] = (struct hs_sign_language){ name,
			lane == HS_LANE_LIVE ? "" : mark_of(arena, name),
			has_language(list, count, name) };
		count++;
	}
	*speech = (struct hs_sign_speech){ arena, out, list, count, said };
	return true;
}

/* ---- marks ---- */

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

static const char *
marked_in(const struct hs_sign_speech *speech, size_t language, const char *text)
{
	const char *mark = speech->languages[language].mark;
	return mark[0] == '\0' || text[0] == '\0' ? text : between(speech->arena, mark, text);
}

const char *
hs_sign_marked(const struct hs_sign_speech *speech, const char *text)
{
	return marked_in(speech, 0, text);
}

const char *
hs_sign_mark(const struct hs_sign_speech *speech)
{
	return speech->languages[0].mark;
}

void
hs_sign_put_marks(const struct hs_sign_speech *speech, const char *key)
{
	hs_json_open(speech->out, key, '{');
	for (size_t i = 0; i < speech->language_count; i++) {
		if (!speech->languages[i].again)
			hs_json_put_said(
				speech->out, speech->languages[i].name, speech->languages[i].mark);
	}
	hs_json_close(speech->out, '}');
}

/* ---- words ---- */

/* further: of its term. NULL: nothing is said in this language. */
static const char *
word_in(const struct hs_sign_speech *speech, size_t language, const struct hs_sign_text *text,
	const struct hs_sign_renderings *further)
{
	const char *const known[] = { text->ja, text->easy, text->en };
	const char *word = language < HS_COUNT(known)
				   ? known[language]
				   : hs_sign_rendering(further, speech->languages[language].name);
	return word != NULL && word[0] != '\0' ? word : NULL;
}

static bool
is_alike(const struct hs_sign_text *a, const struct hs_sign_text *b)
{
	return a->easy == b->easy && a->en == b->en && strcmp(a->term, b->term) == 0 &&
	       strcmp(a->ja, b->ja) == 0;
}

/* What has a term is said in many languages, and often more than once. NULL: it stands nowhere yet. */
static const struct said *
said_before(const struct hs_sign_said *said, const struct hs_sign_text *text, bool mark)
{
	for (size_t i = 0; text->term != NULL && i < said->count; i++) {
		if (said->rows[i].mark == mark && is_alike(&said->rows[i].text, text))
			return &said->rows[i];
	}
	return NULL;
}

static void
put(const struct hs_sign_speech *speech, const char *key, const struct hs_sign_text *text,
	bool mark)
{
	struct hs_sign_said *said = speech->said;
	const struct said *before = said_before(said, text, mark);
	hs_json_open(speech->out, key, '{');
	if (before != NULL) {
		hs_json_again(speech->out, before->from, before->to);
		return;
	}
	const struct hs_sign_renderings further = hs_sign_renderings(text->term);
	size_t from = speech->out->len_bytes;
	for (size_t i = 0; i < speech->language_count; i++) {
		const char *word = word_in(speech, i, text, &further);
		if (word != NULL && !speech->languages[i].again)
			hs_json_put_text(speech->out, speech->languages[i].name,
				mark ? marked_in(speech, i, word) : word);
	}
	hs_json_close(speech->out, '}');
	if (text->term != NULL && said->count < SAID_MAX)
		said->rows[said->count++] =
			(struct said){ *text, mark, from, speech->out->len_bytes };
}

void
hs_sign_put_words(
	const struct hs_sign_speech *speech, const char *key, const struct hs_sign_text *text)
{
	put(speech, key, text, true);
}

void
hs_sign_put_plain(
	const struct hs_sign_speech *speech, const char *key, const struct hs_sign_text *text)
{
	put(speech, key, text, false);
}

void
hs_sign_put_lines(
	const struct hs_sign_speech *speech, struct hs_buf *lines, const struct hs_sign_text *text)
{
	const struct hs_sign_renderings further = hs_sign_renderings(text->term);
	for (size_t i = 0; i < speech->language_count; i++) {
		const char *word = word_in(speech, i, text, &further);
		if (word != NULL) {
			hs_buf_puts(lines, marked_in(speech, i, word));
			hs_buf_puts(lines, "\n");
		}
	}
}
