#include "hub/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
hs_buf_init(struct hs_buf *buf, size_t max_bytes)
{
	*buf = (struct hs_buf){ .max_bytes = max_bytes };
}

void
hs_buf_free(struct hs_buf *buf)
{
	free(buf->bytes);
	*buf = (struct hs_buf){ .max_bytes = buf->max_bytes };
}

/* Room for len_bytes more and the NUL. */
static bool
reserve(struct hs_buf *buf, size_t len_bytes)
{
	if (buf->failed || len_bytes > buf->max_bytes - buf->len_bytes) {
		buf->failed = true;
		return false;
	}
	size_t need = buf->len_bytes + len_bytes + 1;
	if (need <= buf->room_bytes)
		return true;
	size_t room = buf->room_bytes ? buf->room_bytes : 256;
	while (room < need)
		room *= 2;
	char *bytes = realloc(buf->bytes, room);
	if (!bytes) {
		buf->failed = true;
		return false;
	}
	buf->bytes = bytes;
	buf->room_bytes = room;
	return true;
}

void *
hs_buf_extend(struct hs_buf *buf, size_t len_bytes)
{
	if (!reserve(buf, len_bytes))
		return NULL;
	char *place = buf->bytes + buf->len_bytes;
	buf->len_bytes += len_bytes;
	buf->bytes[buf->len_bytes] = '\0';
	return place;
}

void
hs_buf_add(struct hs_buf *buf, const void *bytes, size_t len_bytes)
{
	void *place = hs_buf_extend(buf, len_bytes);
	if (place && len_bytes)
		memcpy(place, bytes, len_bytes);
}

size_t
hs_buf_sink(char *bytes, size_t size, size_t count, void *buf)
{
	struct hs_buf *to = buf;

	hs_buf_add(to, bytes, size * count);
	return to->failed ? 0 : size * count;
}

void
hs_buf_puts(struct hs_buf *buf, const char *text)
{
	hs_buf_add(buf, text, strlen(text));
}

/* Written into the room that is there; only when that was too small, once more with enough. */
void
hs_buf_printf(struct hs_buf *buf, const char *format, ...)
{
	va_list args, again;
	size_t free_bytes = buf->room_bytes - buf->len_bytes;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(buf->bytes ? buf->bytes + buf->len_bytes : NULL, free_bytes, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
	} else if (reserve(buf, (size_t)len)) {
		if ((size_t)len >= free_bytes)
			vsnprintf(buf->bytes + buf->len_bytes, (size_t)len + 1, format, again);
		buf->len_bytes += (size_t)len;
	}
	va_end(again);
	if (buf->bytes)
		buf->bytes[buf->len_bytes] = '\0';
}

static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
hs_buf_escape(struct hs_buf *buf, const char *text)
{
	const char *plain = text;
	for (; *text; text++) {
		const char *entity = entity_of(*text);
		if (!entity)
			continue;
		hs_buf_add(buf, plain, (size_t)(text - plain));
		hs_buf_puts(buf, entity);
		plain = text + 1;
	}
	hs_buf_add(buf, plain, (size_t)(text - plain));
}

const char *
hs_buf_text(const struct hs_buf *buf)
{
	return buf->bytes ? buf->bytes : "";
}
