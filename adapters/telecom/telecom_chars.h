/* telecom_chars.h: lengths and forbidden characters of 緊急速報メール texts. Pure.
 *
 * Lengths are counted by the carrier's rule: characters (Unicode code points), width (a half-width character is half
 * of one) or UTF-16 units; a line break (LF or CR LF) counts as one or as two, as the carrier has it. The forbidden list follows what senders' own checkers refuse (URLs, mail addresses, phone
 * numbers, half-width kana, platform-dependent characters = rows of MS932 0x8740–879C, 0xED40–EDFC,
 * 0xFA40–FC4C, and all that MS932 does not have); each rule is a switch of the carrier, because the published lists disagree.
 * Threads: any. Texts are valid UTF-8 (schemas/notice.h sees to that).
 */
#ifndef HS_TELECOM_CHARS_H
#define HS_TELECOM_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hs_forbidden {
	HS_FORBIDDEN_URL = 1 << 0,
	HS_FORBIDDEN_MAIL = 1 << 1,
	HS_FORBIDDEN_PHONE = 1 << 2,
	HS_FORBIDDEN_HALF_KANA = 1 << 3,
	HS_FORBIDDEN_PLATFORM = 1 << 4,
	HS_FORBIDDEN_LISTED = 1 << 5 /* one of the carrier's own list */
};

enum hs_counting { HS_COUNT_CHARACTERS, HS_COUNT_WIDTH, HS_COUNT_UTF16 };

/* One code point at text; *len_bytes of it (1…4). Bytes that are no UTF-8 count as U+FFFD, one each.
 * 0 at the end. */
uint32_t hs_char_at(const char *text, size_t *len_bytes);
/* Code points of the text; each line break counts newline_counts (1 or 2). */
size_t hs_char_count(const char *text, int newline_counts);
/* The same by a rule; of half-width characters the last half counts as a whole. */
size_t hs_char_length(const char *text, enum hs_counting counting, int newline_counts);

struct hs_forbidden_finding {
	enum hs_forbidden rule;
	size_t position;	/* of the first character, counted from 1 */
	char found[64];		/* the character or the beginning of the run */
	const char *suggestion; /* what to write instead; "" = leave it out. Static. */
};

/* The first forbidden thing in the text. rules: HS_FORBIDDEN_* joined. false: nothing. */
bool hs_forbidden_find(const char *text, unsigned rules, struct hs_forbidden_finding *out);
/* The first of the listed characters (UTF-8, one after the other; NULL or "" = none). */
bool hs_forbidden_listed(
	const char *text, const char *characters, struct hs_forbidden_finding *out);
/* 機種依存文字, platform-dependent character. Static. */
const char *hs_forbidden_name_ja(enum hs_forbidden rule);
const char *hs_forbidden_name_en(enum hs_forbidden rule);

/* telecom_platform.c: is it a platform-dependent character, or none of MS932? suggestion as above. */
bool hs_platform_character(uint32_t character, const char **suggestion);
/* telecom_ms932.c: whether MS932 can encode it: as its table and those of other systems have it, without private use. */
bool hs_ms932_has(uint32_t character);

#endif
