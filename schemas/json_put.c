#include "schemas/json_put.h"

#include <string.h>

#include "schemas/json_parts.h"

/* The comma and the key of what comes now. */
static void
begin(struct hs_buf *out, const char *key)
{
	char last = out->len_bytes > 0 ? out->bytes[out->len_bytes - 1] : '[';
	bool comma = last != '{' && last != '[' && last != ':';
	size_t key_bytes = key != NULL ? strlen(key) : 0;
	size_t len = (comma ? 1 : 0) + (key != NULL ? key_bytes + 3 : 0);
	char *at = len > 0 ? hs_buf_extend(out, len) : NULL;
	if (at == NULL)
		return;
	if (comma)
		*at++ = ',';
	if (key == NULL)
		return;
	*at++ = '"';
	memcpy(at, key, key_bytes);
	memcpy(at + key_bytes, "\":", 2);
}

void
hs_json_open(struct hs_buf *out, const char *key, char bracket)
{
	begin(out, key);
	hs_buf_add(out, &bracket, 1);
}

void
hs_json_close(struct hs_buf *out, char bracket)
{
	hs_buf_add(out, &bracket, 1);
}

void
hs_json_put_text(struct hs_buf *out, const char *key, const char *text)
{
	if (text == NULL) {
		out->failed = true;
		return;
	}
	begin(out, key);
	hs_json_quote(out, text, strlen(text));
}

void
hs_json_put_said(struct hs_buf *out, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		hs_json_put_text(out, key, text);
}

void
hs_json_put_integer(struct hs_buf *out, const char *key, int64_t number)
{
	begin(out, key);
	hs_json_digits(out, number);
}

void
hs_json_put_bool(struct hs_buf *out, const char *key, bool value)
{
	begin(out, key);
	hs_buf_puts(out, value ? "true" : "false");
}

void
hs_json_put_raw(struct hs_buf *out, const char *key, const void *json, size_t len_bytes)
{
	begin(out, key);
	hs_buf_add(out, json, len_bytes);
}

void
hs_json_again(struct hs_buf *out, size_t from, size_t to)
{
	char *at = hs_buf_extend(out, to - from);
	if (at != NULL)
		memcpy(at, out->bytes + from, to - from);
}

/* ---- for people ---- */

static void
line_begin(struct hs_buf *out, size_t depth)
{
	char *at = hs_buf_extend(out, depth + 1);
	if (at == NULL)
		return;
	at[0] = '\n';
	memset(at + 1, ' ', depth);
}

/* Bytes of the text at `at`, with its quotes. */
static size_t
quoted_bytes(const char *at, const char *end)
{
	const char *from = at++;
	while (at < end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	return (size_t)(at + 1 - from);
}

void
hs_json_indent(struct hs_buf *out, const void *compact, size_t len_bytes)
{
	const char *at = compact, *end = at + len_bytes;
	size_t depth = 0;
	while (at < end) {
		size_t len = *at == '"' ? quoted_bytes(at, end) : 1;
		bool opens = *at == '{' || *at == '[', closes = *at == '}' || *at == ']';
		bool empty = (opens && at + 1 < end && at[1] == *at + 2) || /* [] and {} */
			     (closes && at[-1] == *at - 2);
		if (closes) {
			depth--;
			if (!empty)
				line_begin(out, depth);
		}
		hs_buf_add(out, at, len);
		if (*at == ':')
			hs_buf_add(out, " ", 1);
		depth += opens ? 1 : 0;
		if (*at == ',' || (opens && !empty))
			line_begin(out, depth);
		at += len;
	}
}
