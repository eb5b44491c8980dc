/* drawn.c: what a player must have drawn of a message. See signage_encode.h; the page's side is proof.js and whole.js. */
#include <jansson.h>
#include <string.h>

#include "adapters/signage/signage_encode.h"
#include "hub/base/buf.h"
#include "hub/base/hash.h"

#define DRAWN_MAX_BYTES (1u << 20)
#define FAR_PERMILLE \
	45 /* with larger characters there is no list below the alert (tierOf of fit.js) */

static const char *
text_in(const json_t *object, const char *key, const char *inner)
{
	const json_t *value = json_object_get(object, key);
	if (inner != NULL)
		value = json_object_get(value, inner);
	return json_is_string(value) ? json_string_value(value) : "";
}

bool
hs_signage_drawn(const json_t *message, size_t item, char out[HS_SIGNAGE_DIGEST_SIZE])
{
	const json_t *items = json_object_get(message, "items");
	const json_t *shown = json_array_get(items, item);
	struct hs_buf text;
	if (shown == NULL && item > 0)
		return false;
	hs_buf_init(&text, DRAWN_MAX_BYTES);
	hs_buf_printf(&text, "%s\n%s\n", text_in(message, "state_ja", NULL),
		text_in(message, "marks", "ja"));
	if (json_is_integer(json_object_get(shown, "level")))
		hs_buf_printf(
			&text, "%d", (int)json_integer_value(json_object_get(shown, "level")));
	hs_buf_printf(
		&text, "\n%s\n%s\n", text_in(shown, "title", "ja"), text_in(shown, "place", NULL));
	bool good = !text.failed;
	if (good)
		hs_signage_digest((const char *)text.bytes, text.len_bytes, out);
	hs_buf_free(&text);
	return good;
}

/* ---- the whole ---- */

static void
put_line(struct hs_buf *text, const json_t *words, const char *language)
{
	const char *said = json_string_value(json_object_get(words, language));
	if (said != NULL) {
		hs_buf_puts(text, said);
		hs_buf_puts(text, "\n");
	}
}

static bool
is_always(const char *language)
{
	return strcmp(language, "ja") == 0 || strcmp(language, "ja-easy") == 0 ||
	       strcmp(language, "en") == 0;
}

static void
put_action(struct hs_buf *text, const json_t *action, const json_t *languages)
{
	put_line(text, action, "ja");
	put_line(text, action, "ja-easy");
	put_line(text, action, "en");
	for (size_t i = 0; i < json_array_size(languages); i++) {
		const char *language = json_string_value(json_array_get(languages, i));
		if (language != NULL && !is_always(language))
			put_line(text, action, language);
	}
}

void
hs_signage_whole(const json_t *message, char out[HS_SIGNAGE_DIGEST_SIZE])
{
	const json_t *items = json_object_get(message, "items"), *first = json_array_get(items, 0);
	json_int_t top = json_integer_value(json_object_get(first, "level")); /* 0: it has none */
	bool far = json_integer_value(json_object_get(
			   json_object_get(message, "look"), "least_permille")) > FAR_PERMILLE;
	struct hs_buf text;
	hs_buf_init(&text, DRAWN_MAX_BYTES);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		const json_t *areas = json_object_get(item, "areas");
		bool large = json_integer_value(json_object_get(item, "level")) == top;
		if (far && !large)
			continue;
		put_line(&text, json_object_get(item, "title"), "ja");
		put_line(&text, item, "place");
		for (size_t k = 0; k < json_array_size(areas); k++)
			hs_buf_printf(&text, "%s\n", json_string_value(json_array_get(areas, k)));
		if (large)
			put_action(&text, json_object_get(item, "action"),
				json_object_get(message, "languages"));
	}
	hs_signage_digest(hs_buf_text(&text), text.len_bytes, out);
	hs_buf_free(&text);
}
