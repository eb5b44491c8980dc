#include "schemas/json_text.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/json_parts.h"

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

/* How many bytes at the beginning need no escape. Eight at a time: a byte below 0x20, a quote or a backslash sets the high bit
 * of its own byte in `found`; a false one may stand behind a true one only, and the loop behind looks at each. */
static size_t
plain_bytes(const char *text, size_t len_bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	size_t at = 0;

	for (uint64_t word; at + sizeof(word) <= len_bytes; at += sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
		uint64_t found = ((word - ones * ' ') & ~word) | ((quote - ones) & ~quote) |
				 ((slash - ones) & ~slash);
		if ((found & high) != 0)
			break;
	}
	while (at < len_bytes && escape_of((unsigned char)text[at]) == '\0')
		at++;
	return at;
}

static void
quote_escaped(struct hs_buf *out, const char *text, size_t len_bytes)
{
	hs_buf_add(out, "\"", 1);
	for (size_t at = 0; at < len_bytes;) {
		size_t plain = plain_bytes(text + at, len_bytes - at);
		hs_buf_add(out, text + at, plain);
		at += plain;
		if (at < len_bytes)
			write_escape(out, (unsigned char)text[at++]);
	}
	hs_buf_add(out, "\"", 1);
}

void
hs_json_quote(struct hs_buf *out, const char *text, size_t len_bytes)
{
	if (plain_bytes(text, len_bytes) < len_bytes) {
		quote_escaped(out, text, len_bytes);
		return;
	}
	char *at = hs_buf_extend(out, len_bytes + 2);
	if (at == NULL)
		return;
	at[0] = '"';
	if (len_bytes > 0)
		memcpy(at + 1, text, len_bytes);
	at[len_bytes + 1] = '"';
}

void
hs_json_digits(struct hs_buf *out, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t left = number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		digits[--at] = '-';
	hs_buf_add(out, digits + at, sizeof(digits) - at);
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
		hs_json_quote(out, json_object_iter_key(at), json_object_iter_key_len(at));
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
		hs_json_quote(out, json_string_value(json), json_string_length(json));
	else if (json_is_integer(json))
		hs_json_digits(out, json_integer_value(json));
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

char *
hs_json_dump(const struct json_t *json)
{
	struct hs_buf out;

	hs_buf_init(&out, HS_JSON_TEXT_MAX);
	if (json != NULL && hs_json_write(&out, json))
		return out.bytes;
	hs_buf_free(&out);
	return NULL;
}
