/* text_nfc.c: see text_nfc.h. */
#include "hub/gate/text_nfc.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "hub/base/buf.h"
#include "schemas/text_class.h"

/* NFC makes a text at most three times as long (UAX 15, 13). */
#define GROWTH_MAX 3

/* Bytes of the character at text, in valid UTF-8. */
static size_t
step_of(const char *text, size_t left, utf8proc_int32_t *code)
{
	utf8proc_ssize_t step =
		utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)left, code);

	return step > 0 ? (size_t)step : 1;
}

/* A compatibility ideograph: the only ones that NFC would replace. */
static bool
is_left_alone(utf8proc_int32_t code)
{
	return code > 0 && hs_text_may_compose((uint32_t)code) &&
	       hs_text_class((uint32_t)code) == HS_TEXT_IDEOGRAPH;
}

bool
hs_text_is_nfc(const char *text, size_t len)
{
	utf8proc_int32_t code;

	for (size_t at = 0; at < len;) {
		if ((unsigned char)text[at] < 0xCC) { /* below U+0300 nothing changes */
			at++;
			continue;
		}
		at += step_of(text + at, len - at, &code);
		if (code > 0 && hs_text_may_compose((uint32_t)code) && !is_left_alone(code))
			return false;
	}
	return true;
}

/* What stands between two that are left alone. */
static bool
put_nfc(struct hs_buf *out, const char *text, size_t len)
{
	utf8proc_uint8_t *made = NULL;
	utf8proc_ssize_t made_bytes;

	if (len == 0)
		return true;
	made_bytes = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &made,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (made_bytes >= 0)
		hs_buf_add(out, made, (size_t)made_bytes);
	free(made);
	return made_bytes >= 0;
}

static bool
put_all(struct hs_buf *out, const char *text, size_t len)
{
	size_t from = 0, step;

	for (size_t at = 0; at < len; at += step) {
		utf8proc_int32_t code;

		step = step_of(text + at, len - at, &code);
		if (!is_left_alone(code))
			continue;
		if (!put_nfc(out, text + from, at - from))
			return false;
		hs_buf_add(out, text + at, step);
		from = at + step;
	}
	return put_nfc(out, text + from, len - from);
}

char *
hs_text_nfc(struct hs_arena *arena, char *text, size_t *len_bytes)
{
	struct hs_buf out;
	char *copy = NULL;

	if (hs_text_is_nfc(text, *len_bytes))
		return text;
	hs_buf_init(&out, *len_bytes * GROWTH_MAX);
	if (put_all(&out, text, *len_bytes) && !out.failed) {
		copy = hs_arena_strndup(arena, hs_buf_text(&out), out.len_bytes);
		*len_bytes = out.len_bytes;
	}
	hs_buf_free(&out);
	return copy;
}
