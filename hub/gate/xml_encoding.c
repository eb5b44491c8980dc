/* xml_encoding.c: byte order marks, the XML declaration, UTF-16; older Japanese encodings are in xml_legacy.c. */
#include "hub/gate/xml_encoding.h"

#include <string.h>
#include <strings.h>

#include "hub/gate/xml_legacy.h"

enum form { FORM_UTF8, FORM_UTF8_BOM, FORM_UTF16LE, FORM_UTF16BE, FORM_NO_BOM_UTF16 };

static enum form
form_of(const uint8_t *bytes, size_t len)
{
	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		return FORM_UTF8_BOM;
	if (len >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
		return FORM_UTF16LE;
	if (len >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF)
		return FORM_UTF16BE;
	if (len >= 4 && ((bytes[0] == 0 && bytes[2] == 0) || (bytes[1] == 0 && bytes[3] == 0)))
		return FORM_NO_BOM_UTF16;
	return FORM_UTF8;
}

static size_t
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | (c >> 18));
	out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
	out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

static uint32_t
unit_at(const uint8_t *bytes, bool little)
{
	return little ? (uint32_t)(bytes[0] | bytes[1] << 8) : (uint32_t)(bytes[0] << 8 | bytes[1]);
}

/* Without the BOM. HS_ERR_PARSE: odd length or a lone surrogate; *out_len is what was good. */
static enum hs_err
utf16_to_utf8(const uint8_t *bytes, size_t len, bool little, char *out, size_t *out_len)
{
	size_t used = 0;

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = unit_at(bytes + i, little);

		if (c >= 0xD800 && c < 0xDC00 && i + 3 < len) {
			uint32_t low = unit_at(bytes + i + 2, little);

			if (low >= 0xDC00 && low < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
				i += 2;
			}
		}
		if (c >= 0xD800 && c < 0xE000) {
			*out_len = used;
			return HS_ERR_PARSE;
		}
		used += put_utf8(out + used, c);
	}
	*out_len = used;
	return len % 2 ? HS_ERR_PARSE : HS_OK;
}

uint32_t
hs_xml_line_at(const char *bytes, size_t offset)
{
	uint32_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += bytes[i] == '\n';
	return line;
}

/* The encoding named by the XML declaration into name (size bytes), "" when none is named. */
static void
declared_encoding(const struct hs_xml_text *text, char *name, size_t size)
{
	const char *end, *at;
	size_t len, room;
	char quote;

	name[0] = '\0';
	if (text->len_bytes < 6 || memcmp(text->bytes, "<?xml", 5) != 0)
		return;
	room = text->len_bytes < 256 ? text->len_bytes : 256;
	end = memmem(text->bytes, room, "?>", 2);
	if (!end)
		return;
	at = memmem(text->bytes, (size_t)(end - text->bytes), "encoding", 8);
	if (!at)
		return;
	for (at += 8; at < end && (strchr(" \t\r\n=", *at) && *at); at++)
		;
	if (at >= end || (*at != '"' && *at != '\''))
		return;
	quote = *at++;
	for (len = 0; at + len < end && at[len] != quote && len + 1 < size; len++)
		name[len] = at[len];
	name[len] = '\0';
}

static enum hs_err
check_declared(enum form form, const struct hs_xml_text *text, struct hs_findings *findings)
{
	bool is16 = form == FORM_UTF16LE || form == FORM_UTF16BE;
	struct hs_place place = { "", 1 };
	char name[64];
	enum hs_finding_code code;

	declared_encoding(text, name, sizeof(name));
	if (name[0] == '\0')
		return HS_OK;
	if (is16 ? strncasecmp(name, "UTF-16", 6) == 0 : strcasecmp(name, "UTF-8") == 0)
		return HS_OK;
	code = is16 || form == FORM_UTF8_BOM || strncasecmp(name, "UTF-16", 6) == 0
		       ? HS_FINDING_ENCODING_CONTRADICTION
		       : HS_FINDING_ENCODING_UNSUPPORTED;
	hs_finding_add(findings, code, place, is16 ? "UTF-16" : "UTF-8", name);
	return HS_ERR_PARSE;
}

static enum hs_err
transcode(struct hs_arena *arena, const uint8_t *bytes, size_t len, bool little,
	struct hs_findings *findings, struct hs_xml_text *out)
{
	/* Two bytes become at most three. */
	char *utf8 = hs_arena_alloc(arena, len / 2 * 3 + 1);
	size_t used = 0;

	if (!utf8) {
		hs_finding_add(
			findings, HS_FINDING_OUT_OF_ROOM, (struct hs_place){ "", 0 }, "", "");
		return HS_ERR_NOMEM;
	}
	if (utf16_to_utf8(bytes, len, little, utf8, &used) != HS_OK) {
		hs_finding_add(findings, HS_FINDING_ENCODING_BAD,
			(struct hs_place){ "", hs_xml_line_at(utf8, used) }, "UTF-8", "UTF-16");
		return HS_ERR_PARSE;
	}
	*out = (struct hs_xml_text){ utf8, used };
	return HS_OK;
}

enum hs_err
hs_xml_to_utf8(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	struct hs_findings *findings, struct hs_xml_text *out)
{
	enum form form = form_of(bytes, len_bytes);
	struct hs_place place = { "", 1 };
	char name[64];
	enum hs_err err;

	if (form == FORM_NO_BOM_UTF16) {
		hs_finding_add(findings, HS_FINDING_ENCODING_UNSUPPORTED, place, "UTF-8",
			"UTF-16/UTF-32 without BOM");
		return HS_ERR_PARSE;
	}
	*out = (struct hs_xml_text){ (const char *)bytes, len_bytes };
	declared_encoding(out, name, sizeof(name));
	if (form == FORM_UTF8 && hs_xml_is_legacy(name))
		return hs_xml_from_legacy(arena, name, bytes, len_bytes, findings, out);
	if (form == FORM_UTF16LE || form == FORM_UTF16BE) {
		err = transcode(
			arena, bytes + 2, len_bytes - 2, form == FORM_UTF16LE, findings, out);
		if (err)
			return err;
	} else if (form == FORM_UTF8_BOM) {
		*out = (struct hs_xml_text){ (const char *)bytes + 3, len_bytes - 3 };
	}
	return check_declared(form, out, findings);
}
