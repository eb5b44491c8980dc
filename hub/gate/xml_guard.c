/* xml_guard.c: limits on markup, found by one pass without building anything. */
#include "hub/gate/xml_guard.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/xml_encoding.h"

/* The pass. `at` always lies within the text; `line` counts the newlines before `at`. */
struct scan {
	const char *bytes;
	size_t len, at;
	int64_t depth, elements;
	const struct hs_gate_limits *limits;
	struct hs_findings *findings;
};

static enum hs_err
refuse(struct scan *scan, enum hs_finding_code code, int64_t limit, const char *unit)
{
	char expected[64] = "";
	struct hs_place place = { "", hs_xml_line_at(scan->bytes, scan->at) };

	if (limit)
		snprintf(expected, sizeof(expected), "≤ %lld %s", (long long)limit, unit);
	hs_finding_add(scan->findings, code, place, expected, "");
	return code == HS_FINDING_TOO_MANY_ELEMENTS ? HS_ERR_TOO_LARGE : HS_ERR_PARSE;
}

/* Length of the UTF-8 sequence at bytes, 0 when it is not valid. */
static size_t
sequence_bytes(const unsigned char *bytes, size_t len)
{
	static const struct {
		unsigned char mask, lead;
		size_t count;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 1, 0 }, { 0xE0, 0xC0, 2, 0x80 }, { 0xF0, 0xE0, 3, 0x800 },
		{ 0xF8, 0xF0, 4, 0x10000 } };

	for (size_t i = 0; i < HS_COUNT(forms); i++) {
		uint32_t c;

		if ((bytes[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (forms[i].count > len)
			return 0;
		c = bytes[0] & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k < forms[i].count; k++) {
			if ((bytes[k] & 0xC0) != 0x80)
				return 0;
			c = c << 6 | (bytes[k] & 0x3F);
		}
		if (c < forms[i].least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
			return 0;
		return forms[i].count;
	}
	return 0;
}

/* Bytes of ASCII at the front, of which there is at least one: markup, most of a document. */
static size_t
ascii_bytes(const char *bytes, size_t len)
{
	size_t at = 0;
	uint64_t eight;

	for (; at + sizeof(eight) <= len; at += sizeof(eight)) {
		memcpy(&eight, bytes + at, sizeof(eight));
		if ((eight & 0x8080808080808080U) != 0)
			break;
	}
	while (at < len && (unsigned char)bytes[at] < 0x80)
		at++;
	return at;
}

size_t
hs_utf8_valid_bytes(const char *bytes, size_t len_bytes)
{
	size_t at = 0;

	while (at < len_bytes) {
		if ((unsigned char)bytes[at] < 0x80) {
			at += ascii_bytes(bytes + at, len_bytes - at);
			continue;
		}
		size_t step = sequence_bytes((const unsigned char *)bytes + at, len_bytes - at);

		if (step == 0)
			return at;
		at += step;
	}
	return len_bytes;
}

static bool
starts(const struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	return scan->len - scan->at >= len && memcmp(scan->bytes + scan->at, word, len) == 0;
}

/* Moves behind `end`; without it the document is cut. */
static enum hs_err
skip_past(struct scan *scan, size_t open_bytes, const char *end)
{
	size_t from = scan->at + open_bytes;
	const char *hit = memmem(scan->bytes + from, scan->len - from, end, strlen(end));

	if (!hit)
		return refuse(scan, HS_FINDING_NOT_WELL_FORMED, 0, "");
	scan->at = (size_t)(hit - scan->bytes) + strlen(end);
	return HS_OK;
}

/* A start tag at `at`: its end outside quotes, its size and attributes. */
static enum hs_err
scan_start_tag(struct scan *scan)
{
	const struct hs_gate_limits *limits = scan->limits;
	size_t room = scan->len - scan->at;
	int64_t attributes = 0;
	char quote = '\0';
	size_t i;

	for (i = 1; i < room; i++) {
		char c = scan->bytes[scan->at + i];

		if ((int64_t)i >= limits->tag_bytes)
			return refuse(scan, HS_FINDING_TAG_TOO_LARGE, limits->tag_bytes, "bytes");
		if (quote) {
			quote = c == quote ? '\0' : quote;
			continue;
		}
		if (c == '>')
			break;
		if (c == '"' || c == '\'')
			quote = c;
		attributes += c == '=';
	}
	if (i >= room)
		return refuse(scan, HS_FINDING_NOT_WELL_FORMED, 0, "");
	if (attributes > limits->attributes)
		return refuse(scan, HS_FINDING_TOO_MANY_ATTRIBUTES, limits->attributes, "");
	if (scan->depth + 1 > limits->depth)
		return refuse(scan, HS_FINDING_TOO_DEEP, limits->depth, "");
	scan->depth += scan->bytes[scan->at + i - 1] != '/';
	scan->at += i + 1;
	return HS_OK;
}

static enum hs_err
scan_markup(struct scan *scan)
{
	/* Comments and instructions become nodes too, so they count like elements. */
	if (!starts(scan, "</") && ++scan->elements > scan->limits->elements)
		return refuse(scan, HS_FINDING_TOO_MANY_ELEMENTS, scan->limits->elements, "");
	if (starts(scan, "<!--"))
		return skip_past(scan, 4, "-->");
	if (starts(scan, "<![CDATA["))
		return skip_past(scan, 9, "]]>");
	if (starts(scan, "<!"))
		return refuse(scan, HS_FINDING_DOCTYPE, 0, "");
	if (starts(scan, "<?"))
		return skip_past(scan, 2, "?>");
	if (starts(scan, "</")) {
		scan->depth -= scan->depth > 0;
		return skip_past(scan, 2, ">");
	}
	return scan_start_tag(scan);
}

static enum hs_err
scan_all(struct scan *scan)
{
	while (scan->at < scan->len) {
		const char *next = memchr(scan->bytes + scan->at, '<', scan->len - scan->at);
		enum hs_err err;

		if (!next)
			return HS_OK;
		scan->at = (size_t)(next - scan->bytes);
		err = scan_markup(scan);
		if (err)
			return err;
	}
	return HS_OK;
}

enum hs_err
hs_xml_guard(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	const struct hs_gate_limits *limits, struct hs_findings *findings, struct hs_xml_text *out)
{
	struct scan scan = { .limits = limits, .findings = findings };
	const char *nul;
	enum hs_err err;

	if (len_bytes == 0) {
		refuse(&scan, HS_FINDING_BODY_EMPTY, 0, "");
		return HS_ERR_PARSE;
	}
	if ((int64_t)len_bytes > limits->body_bytes) {
		refuse(&scan, HS_FINDING_BODY_TOO_LARGE, limits->body_bytes, "bytes");
		return HS_ERR_TOO_LARGE;
	}
	err = hs_xml_to_utf8(arena, bytes, len_bytes, findings, out);
	if (err)
		return err;
	scan.bytes = out->bytes;
	scan.len = out->len_bytes;
	nul = memchr(scan.bytes, 0, scan.len);
	if (nul) {
		scan.at = (size_t)(nul - scan.bytes);
		return refuse(&scan, HS_FINDING_NUL_BYTE, 0, "");
	}
	scan.at = hs_utf8_valid_bytes(scan.bytes, scan.len);
	if (scan.at < scan.len)
		return refuse(&scan, HS_FINDING_ENCODING_BAD, 0, "");
	scan.at = 0;
	return scan_all(&scan);
}
