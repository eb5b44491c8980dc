#include "schemas/json_text.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64 /* a message has at most a dozen; a circle ends here */

/* ---- texts ---- */

/* What stands behind the backslash; 'u' for those without a letter of their own, 0 for what needs none. */
static char
escape_of(unsigned char c)
{
	static const char letters[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

	if (c < sizeof(letters) - 1)
		return letters[c];
	return c == '"' || c == '\\' ? (char)c : '\0';
}

static void
write_escape(struct hs_buf *out, unsigned char c)
{
	char letter = escape_of(c);

	if (letter == 'u')
		hs_buf_printf(out, "\\u%04X", c);
	else
		hs_buf_add(out, (const char[]){ '\\', letter }, 2);
}

static void
write_text(struct hs_buf *out, const char *text, size_t len_bytes)
{
	size_t from = 0;

	hs_buf_add(out, "\"", 1);
	for (size_t at = 0; at < len_bytes; at++) {
		if (escape_of((unsigned char)text[at]) == '\0')
			continue;
		hs_buf_add(out, text + from, at - from);
		write_escape(out, (unsigned char)text[at]);
		from = at + 1;
	}
	hs_buf_add(out, text + from, len_bytes - from);
	hs_buf_add(out, "\"", 1);
}

/* ---- values ---- */

static void write_value(struct hs_buf *out, const json_t *json, int depth);

static void
write_object(struct hs_buf *out, const json_t *json, int depth)
{
	json_t *object =
		(json_t *)(uintptr_t)json; /* jansson's iterator wants it so, and changes nothing */
	const char *mark = "{";

	for (void *at = json_object_iter(object); at != NULL;
		at = json_object_iter_next(object, at)) {
		hs_buf_puts(out, mark);
		write_text(out, json_object_iter_key(at), strlen(json_object_iter_key(at)));
		hs_buf_add(out, ":", 1);
		write_value(out, json_object_iter_value(at), depth + 1);
		mark = ",";
	}
	hs_buf_puts(out, mark[0] == '{' ? "{}" : "}");
}

static void
write_array(struct hs_buf *out, const json_t *json, int depth)
{
	hs_buf_add(out, "[", 1);
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (i > 0)
			hs_buf_add(out, ",", 1);
		write_value(out, json_array_get(json, i), depth + 1);
	}
	hs_buf_add(out, "]", 1);
}

/* The shortest digits that read back as the same number: jansson knows how. */
static void
write_real(struct hs_buf *out, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL)
		out->failed = true;
	else
		hs_buf_puts(out, text);
	free(text);
}

static void
write_value(struct hs_buf *out, const json_t *json, int depth)
{
	if (depth >= DEPTH_MAX)
		out->failed = true;
	else if (json_is_object(json))
		write_object(out, json, depth);
	else if (json_is_array(json))
		write_array(out, json, depth);
	else if (json_is_string(json))
		write_text(out, json_string_value(json), json_string_length(json));
	else if (json_is_integer(json))
		hs_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
	else if (json_is_real(json))
		write_real(out, json);
	else
		hs_buf_puts(out, json_is_true(json)    ? "true"
				 : json_is_false(json) ? "false"
						       : "null");
}

bool
hs_json_write(struct hs_buf *out, const struct json_t *json)
{
	write_value(out, json, 0);
	return !out->failed;
}
