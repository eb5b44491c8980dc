#include "schemas/xml_write.h"

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/clock.h"

/* Bytes of a character at `at` that XML 1.0 forbids; 0: it is allowed. */
static size_t
forbidden_bytes(const char *at)
{
	unsigned char c = (unsigned char)at[0];

	if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
		return 1;
	/* U+FFFE, U+FFFF */
	if (c == 0xEF && (unsigned char)at[1] == 0xBF && (unsigned char)at[2] >= 0xBE)
		return 3;
	return 0;
}

/* Bytes at the beginning that stand for themselves: no markup, nothing forbidden, not the end. */
static size_t
plain_bytes(const char *text)
{
	size_t len = 0;

	for (;; len++) {
		unsigned char c = (unsigned char)text[len];
		bool special = c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"' ||
			       c == '\'' || c == 0x7F || c == 0xEF;
		if (special && c != '\t' && c != '\n' && c != '\r')
			return len;
	}
}

void
hs_xml_put_text(struct hs_buf *out, const char *text)
{
	while (*text) {
		size_t plain = plain_bytes(text), skip = forbidden_bytes(text + plain);

		hs_buf_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		if (skip == 0)
			hs_buf_escape(out, (const char[]){ *text, '\0' });
		text += skip > 0 ? skip : 1;
	}
}

/* <name>, </name> and a line end. */
static void
put_tag(struct hs_buf *out, const char *before, const char *name, const char *behind)
{
	hs_buf_puts(out, before);
	hs_buf_puts(out, name);
	hs_buf_puts(out, behind);
}

void
hs_xml_put_with(struct hs_buf *out, const char *name, const char *attribute, const char *value,
	const char *text)
{
	if (!text || text[0] == '\0')
		return;
	hs_buf_puts(out, "<");
	hs_buf_puts(out, name);
	if (attribute && value && value[0]) {
		put_tag(out, " ", attribute, "=\"");
		hs_xml_put_text(out, value);
		hs_buf_puts(out, "\"");
	}
	hs_buf_puts(out, ">");
	hs_xml_put_text(out, text);
	put_tag(out, "</", name, ">\n");
}

void
hs_xml_put(struct hs_buf *out, const char *name, const char *text)
{
	hs_xml_put_with(out, name, NULL, NULL, text);
}

void
hs_xml_put_time(struct hs_buf *out, const char *name, int64_t unix_us, int offset_minutes)
{
	char text[HS_RFC3339_SIZE];

	hs_rfc3339_format(unix_us, offset_minutes, text);
	hs_xml_put(out, name, text);
}
