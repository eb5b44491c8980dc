#include "schemas/xml_write.h"

#include <stddef.h>

#include "hub/base/clock.h"

#define CHUNK 240

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

void
hs_xml_put_text(struct hs_buf *out, const char *text)
{
	char chunk[CHUNK + 1];
	size_t len = 0;

	while (*text) {
		size_t skip = forbidden_bytes(text);

		if (skip > 0) {
			text += skip;
			continue;
		}
		chunk[len++] = *text++;
		if (len < CHUNK && *text)
			continue;
		chunk[len] = '\0';
		hs_buf_escape(out, chunk);
		len = 0;
	}
	chunk[len] = '\0';
	hs_buf_escape(out, chunk);
}

void
hs_xml_put_with(struct hs_buf *out, const char *name, const char *attribute, const char *value,
	const char *text)
{
	if (!text || text[0] == '\0')
		return;
	hs_buf_printf(out, "<%s", name);
	if (attribute && value && value[0]) {
		hs_buf_printf(out, " %s=\"", attribute);
		hs_xml_put_text(out, value);
		hs_buf_puts(out, "\"");
	}
	hs_buf_puts(out, ">");
	hs_xml_put_text(out, text);
	hs_buf_printf(out, "</%s>\n", name);
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
