/* xml_legacy.c: names of encodings, strict conversion, what the result must not hold. */
#include "hub/gate/xml_legacy.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/xml_encoding.h"

/* An encoding of iconv, and what a document in it never is: valid bytes of those others. */
struct encoding {
	const char *iconv_name;
	const char *never[2];
	bool jis; /* the table writes the twins as JIS does */
};

static const struct encoding windows_31j = { "CP932", { "UTF-8", "EUC-JP-MS" }, false };
static const struct encoding euc_jp = { "EUC-JP-MS", { "UTF-8", NULL }, false };
static const struct encoding iso_2022_jp = { "ISO-2022-JP", { NULL, NULL }, true };

/* Names as they stand in XML declarations. Source: IANA character sets and the names that systems in use write. */
static const struct {
	const char *name;
	const struct encoding *encoding;
} names[] = {
	{ "Shift_JIS", &windows_31j },
	{ "Shift-JIS", &windows_31j },
	{ "SJIS", &windows_31j },
	{ "x-sjis", &windows_31j },
	{ "MS_Kanji", &windows_31j },
	{ "csShiftJIS", &windows_31j },
	{ "Windows-31J", &windows_31j },
	{ "csWindows31J", &windows_31j },
	{ "Windows-932", &windows_31j },
	{ "MS932", &windows_31j },
	{ "CP932", &windows_31j },
	{ "EUC-JP", &euc_jp },
	{ "EUCJP", &euc_jp },
	{ "x-euc-jp", &euc_jp },
	{ "eucJP-ms", &euc_jp },
	{ "eucJP-win", &euc_jp },
	{ "CP51932", &euc_jp },
	{ "Extended_UNIX_Code_Packed_Format_for_Japanese", &euc_jp },
	{ "csEUCPkdFmtJapanese", &euc_jp },
	{ "ISO-2022-JP", &iso_2022_jp },
	{ "csISO2022JP", &iso_2022_jp },
};

/* Characters that the tables of JIS and of Microsoft write differently. Source: code page 932. */
static const struct {
	const char *jis, *microsoft;
} twins[] = {
	{ "\u301C", "\uFF5E" },
	{ "\u2016", "\u2225" },
	{ "\u2212", "\uFF0D" },
	{ "\u00A2", "\uFFE0" },
	{ "\u00A3", "\uFFE1" },
	{ "\u00AC", "\uFFE2" },
	{ "\u2014", "\u2015" },
};

static const struct encoding *
encoding_of(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(names); i++) {
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].encoding;
	}
	return NULL;
}

bool
hs_xml_is_legacy(const char *name)
{
	return encoding_of(name) != NULL;
}

/* HS_OK, HS_ERR_PARSE with *good the bytes of input before the first wrong one, HS_ERR_NOT_FOUND when iconv has no
 * such table. room ≥ 3 × len; *used is what was written. */
static enum hs_err
convert(const char *iconv_name, const uint8_t *bytes, size_t len, char *out, size_t room,
	size_t *used, size_t *good)
{
	iconv_t table = iconv_open("UTF-8", iconv_name);
	/* iconv does not write to its input. */
	char *from = (char *)(uintptr_t)bytes;
	size_t left = len, space = room;
	char *to = out;
	size_t odd;

	if (table == (iconv_t)-1)
		return HS_ERR_NOT_FOUND;
	odd = iconv(table, &from, &left, &to, &space);
	if (odd == 0)
		odd = iconv(table, NULL, NULL, &to, &space);
	iconv_close(table);
	*used = (size_t)(to - out);
	*good = len - left;
	return odd == 0 && left == 0 ? HS_OK : HS_ERR_PARSE;
}

static bool
is_ascii(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] >= 0x80)
			return false;
	}
	return true;
}

/* Where a character of private use, an escape that was not understood, or a control character that some tables make of
 * the bytes of another encoding stands; len when there is none. */
static size_t
unreadable_at(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;

	for (size_t i = 0; i < len; i++) {
		unsigned next = i + 1 < len ? at[i + 1] : 0;

		/* U+E000…U+F8FF are EE 80 80…EF A3 BF, U+80…U+9F are C2 80…C2 9F. */
		if (at[i] == 0x1B || at[i] == 0xEE || (at[i] == 0xEF && next < 0xA4) ||
			(at[i] == 0xC2 && next < 0xA0))
			return i;
	}
	return len;
}

/* The other encoding that the bytes are valid in although they never should be; NULL when there is none. */
static const char *
contradiction(const struct encoding *encoding, const uint8_t *bytes, size_t len, char *scratch,
	size_t room)
{
	size_t used, good;

	for (size_t i = 0; i < HS_COUNT(encoding->never) && encoding->never[i]; i++) {
		if (convert(encoding->never[i], bytes, len, scratch, room, &used, &good) == HS_OK &&
			unreadable_at(scratch, used) == used)
			return encoding->never[i];
	}
	return NULL;
}

/* One character for one JIS code. Twins come from two bytes and become at most three, so room is enough. */
static enum hs_err
unify(struct hs_arena *arena, size_t room, struct hs_xml_text *text)
{
	char *out = hs_arena_alloc(arena, room);
	size_t used = 0;

	if (!out)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < text->len_bytes;) {
		size_t k = 0;

		while (k < HS_COUNT(twins) &&
			strncmp(text->bytes + i, twins[k].jis, strlen(twins[k].jis)) != 0)
			k++;
		if (k == HS_COUNT(twins)) {
			out[used++] = text->bytes[i++];
			continue;
		}
		memcpy(out + used, twins[k].microsoft, strlen(twins[k].microsoft));
		used += strlen(twins[k].microsoft);
		i += strlen(twins[k].jis);
	}
	out[used] = '\0';
	*text = (struct hs_xml_text){ out, used };
	return HS_OK;
}

static enum hs_err
tell(struct hs_findings *findings, enum hs_finding_code code, uint32_t line, const char *expected,
	const char *detail)
{
	hs_finding_add(findings, code, (struct hs_place){ "", line }, expected, detail);
	return code == HS_FINDING_OUT_OF_ROOM ? HS_ERR_NOMEM : HS_ERR_PARSE;
}

/* "Shift_JIS, byte 0x85": what stands where the conversion ended. */
static enum hs_err
tell_bad(struct hs_arena *arena, struct hs_findings *findings, uint32_t line, const char *name,
	unsigned byte)
{
	const char *detail = hs_arena_printf(arena, "%s, byte 0x%02X", name, byte);

	return tell(findings, HS_FINDING_ENCODING_BAD, line, "UTF-8", detail ? detail : name);
}

enum hs_err
hs_xml_from_legacy(struct hs_arena *arena, const char *name, const uint8_t *bytes, size_t len_bytes,
	struct hs_findings *findings, struct hs_xml_text *out)
{
	const struct encoding *encoding = encoding_of(name);
	/* One byte (half-width katakana) becomes at most three. */
	size_t room = len_bytes * 3 + 16;
	char *text = hs_arena_alloc(arena, room);
	size_t used, good, wrong;
	const char *other;
	enum hs_err err;

	HS_CHECK(encoding);
	if (!text)
		return tell(findings, HS_FINDING_OUT_OF_ROOM, 0, "", "");
	other = is_ascii(bytes, len_bytes)
			? NULL
			: contradiction(encoding, bytes, len_bytes, text, room - 1);
	if (other)
		return tell(findings, HS_FINDING_ENCODING_CONTRADICTION, 1, other, name);
	err = convert(encoding->iconv_name, bytes, len_bytes, text, room - 1, &used, &good);
	if (err == HS_ERR_NOT_FOUND)
		return tell(findings, HS_FINDING_ENCODING_UNSUPPORTED, 1, "UTF-8", name);
	text[used] = '\0';
	if (err)
		return tell_bad(arena, findings, hs_xml_line_at(text, used), name,
			good < len_bytes ? bytes[good] : 0);
	wrong = unreadable_at(text, used);
	if (wrong < used)
		return tell(findings, HS_FINDING_ENCODING_BAD, hs_xml_line_at(text, wrong), "UTF-8",
			text[wrong] == 0x1B ? name : "外字");
	*out = (struct hs_xml_text){ text, used };
	return encoding->jis ? unify(arena, room, out) : HS_OK;
}
