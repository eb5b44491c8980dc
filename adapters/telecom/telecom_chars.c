#include "adapters/telecom/telecom_chars.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"

/* Digits of a phone number here, the 0 among them; dates, times and postcodes are shorter. */
#define PHONE_DIGITS_MIN 10
#define PHONE_DIGITS_MAX 11
/* After +. */
#define WORLD_DIGITS_MIN 9
/* Pieces between joints; a row of counts or a date with its time has more, or no piece before the others. */
#define PHONE_GROUPS_MAX 4
#define WORLD_GROUPS_MAX 5
/* 0 alone is no area code. */
#define AREA_CODE_MIN	 2
#define JOINTS_MAX	 3 /* in a row: ") - " */
/* Digits after # or *: short dial codes. */
#define DIAL_DIGITS_MIN	 3
#define POSTCODE_MARK	 0x3012 /* 〒 */

uint32_t
hs_char_at(const char *text, size_t *len_bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	*len_bytes = 1;
	if (at[0] < 0x80)
		return at[0];
	size_t want = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 1;
	if (want == 1 || at[0] > 0xf4)
		return 0xfffd;
	uint32_t value = at[0] & (0xffu >> (want + 1));
	for (size_t i = 1; i < want; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0xfffd;
		value = value << 6 | (at[i] & 0x3f);
	}
	*len_bytes = want;
	return value;
}

size_t
hs_char_count(const char *text, int newline_counts)
{
	size_t count = 0, len_bytes;
	uint32_t character;
	while ((character = hs_char_at(text, &len_bytes)) != 0) {
		text += len_bytes;
		if (character == '\r' && *text == '\n')
			continue;
		count += character == '\n' ? (size_t)newline_counts : 1;
	}
	return count;
}

static size_t
half_widths(uint32_t character)
{
	return character < 0x80 || (character >= 0xff61 && character <= 0xff9f) ? 1 : 2;
}

/* In half characters. */
static size_t
halves_of(uint32_t character, enum hs_counting counting, int newline_counts)
{
	if (character == '\n')
		return 2 * (size_t)newline_counts;
	if (counting == HS_COUNT_WIDTH)
		return half_widths(character);
	return counting == HS_COUNT_UTF16 && character > 0xffff ? 4 : 2;
}

size_t
hs_char_length(const char *text, enum hs_counting counting, int newline_counts)
{
	size_t halves = 0, len_bytes;
	uint32_t character;
	while ((character = hs_char_at(text, &len_bytes)) != 0) {
		text += len_bytes;
		if (character != '\r' || *text != '\n')
			halves += halves_of(character, counting, newline_counts);
	}
	return (halves + 1) / 2;
}

static const struct {
	enum hs_forbidden rule;
	const char *word;
} words[] = {
	{ HS_FORBIDDEN_URL, "http://" },
	{ HS_FORBIDDEN_URL, "https://" },
	{ HS_FORBIDDEN_URL, "www." },
	{ HS_FORBIDDEN_MAIL, "mailto" },
	{ HS_FORBIDDEN_PHONE, "tel-av:" },
	{ HS_FORBIDDEN_PHONE, "tel:" },
};

/* What is written in full width is read as in half width. */
static uint32_t
folded(uint32_t character)
{
	if (character >= 0xff01 && character <= 0xff5e)
		return character - 0xff01 + '!';
	return character == 0x3000 ? ' ' : character;
}

/* '0'…'9', else 0. */
static char
digit_of(uint32_t character)
{
	character = folded(character);
	return character >= '0' && character <= '9' ? (char)character : 0;
}

/* Whether text begins with the word, in whatever width and case. */
static bool
begins_with(const char *text, const char *word)
{
	for (size_t len_bytes; *word; word++, text += len_bytes) {
		uint32_t character = folded(hs_char_at(text, &len_bytes));
		if (character >= 0x80 || tolower((int)character) != *word)
			return false;
	}
	return true;
}

/* What people write between the digits of a phone number. */
static bool
is_joint(uint32_t character)
{
	static const uint32_t joints[] = { '-', '(', ')', '[', ']', ' ', '.', 0xa0, 0xb7, 0x2010,
		0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500, 0x30fb, 0x30fc, 0xff65,
		0xff70 };
	character = folded(character);
	for (size_t i = 0; i < HS_COUNT(joints); i++)
		if (joints[i] == character)
			return true;
	return false;
}

/* Digits in a row; *text is then behind them. */
static size_t
digits_take(const char **text)
{
	size_t digits = 0, len_bytes;
	while (digit_of(hs_char_at(*text, &len_bytes))) {
		digits++;
		*text += len_bytes;
	}
	return digits;
}

/* false: the run ends here. */
static bool
joints_take(const char **text)
{
	size_t joints = 0, len_bytes;
	while (is_joint(hs_char_at(*text, &len_bytes))) {
		joints++;
		*text += len_bytes;
	}
	return joints > 0 && joints <= JOINTS_MAX && digit_of(hs_char_at(*text, &len_bytes));
}

/* Whether the run that begins here, or its first pieces, have so many digits in so many pieces. */
static bool
is_run(const char *text, size_t first_min, size_t min, size_t max, size_t groups_max)
{
	size_t digits = 0;
	for (size_t group = 0; group < groups_max; group++) {
		size_t more = digits_take(&text);
		digits += more;
		if (group == 0 && more < first_min)
			return false;
		/* what is written as one number is long enough, however long it is */
		if (digits >= min && (digits <= max || group == 0))
			return true;
		if (!joints_take(&text))
			return false;
	}
	return false;
}

static bool
is_phone(const char *text, uint32_t character, size_t len_bytes, uint32_t before)
{
	const char *rest = text + len_bytes;
	character = folded(character);
	if (digit_of(before) || before == POSTCODE_MARK)
		return false;
	if (character == '0')
		return is_run(
			text, AREA_CODE_MIN, PHONE_DIGITS_MIN, PHONE_DIGITS_MAX, PHONE_GROUPS_MAX);
	if (character == '+')
		return is_run(rest, 1, WORLD_DIGITS_MIN, SIZE_MAX, WORLD_GROUPS_MAX);
	if (character == '#' || character == '*' || character == 0x266f) /* ♯ */
		return digits_take(&rest) >= DIAL_DIGITS_MIN;
	return false;
}

static bool
is_letter_or_digit(uint32_t character)
{
	character = folded(character);
	return character < 0x80 && isalnum((int)character);
}

/* Something@something. */
static bool
is_mail(const char *text, uint32_t character, size_t len_bytes, uint32_t before)
{
	size_t next_bytes;
	return folded(character) == '@' && is_letter_or_digit(before) &&
	       is_letter_or_digit(hs_char_at(text + len_bytes, &next_bytes));
}

static bool
is_half_kana(uint32_t character)
{
	return character >= 0xff61 && character <= 0xff9f;
}

/* The rule that forbids what begins at text; 0 = none. */
static enum hs_forbidden
rule_at(const char *text, uint32_t character, size_t len_bytes, uint32_t before, unsigned rules,
	const char **suggestion)
{
	*suggestion = "";
	for (size_t i = 0; i < HS_COUNT(words); i++)
		if ((rules & words[i].rule) && begins_with(text, words[i].word))
			return words[i].rule;
	if ((rules & HS_FORBIDDEN_MAIL) && is_mail(text, character, len_bytes, before))
		return HS_FORBIDDEN_MAIL;
	if ((rules & HS_FORBIDDEN_PHONE) && is_phone(text, character, len_bytes, before))
		return HS_FORBIDDEN_PHONE;
	if ((rules & HS_FORBIDDEN_HALF_KANA) && is_half_kana(character)) {
		*suggestion = "全角カナ";
		return HS_FORBIDDEN_HALF_KANA;
	}
	if ((rules & HS_FORBIDDEN_PLATFORM) && hs_platform_character(character, suggestion))
		return HS_FORBIDDEN_PLATFORM;
	return 0;
}

/* One character for a character, the whole run of ASCII for an address or a number. */
static void
found_copy(char *out, size_t size, const char *text, size_t len_bytes, enum hs_forbidden rule)
{
	size_t n = len_bytes;
	if (rule == HS_FORBIDDEN_URL || rule == HS_FORBIDDEN_MAIL || rule == HS_FORBIDDEN_PHONE)
		while (n < size - 1 && text[n] > 0x20 && text[n] < 0x7f)
			n++;
	snprintf(out, size, "%.*s", (int)n, text);
}

bool
hs_forbidden_find(const char *text, unsigned rules, struct hs_forbidden_finding *out)
{
	uint32_t character, before = 0;
	size_t len_bytes, position = 0;
	while ((character = hs_char_at(text, &len_bytes)) != 0) {
		position++;
		const char *suggestion;
		enum hs_forbidden rule =
			rule_at(text, character, len_bytes, before, rules, &suggestion);
		if (rule) {
			*out = (struct hs_forbidden_finding){
				.rule = rule, .position = position, .suggestion = suggestion
			};
			found_copy(out->found, sizeof(out->found), text, len_bytes, rule);
			return true;
		}
		before = character;
		text += len_bytes;
	}
	return false;
}

bool
hs_forbidden_listed(const char *text, const char *characters, struct hs_forbidden_finding *out)
{
	size_t len_bytes, listed_bytes, position = 0;
	if (!characters)
		return false;
	while (hs_char_at(text, &len_bytes) != 0) {
		position++;
		for (const char *at = characters; hs_char_at(at, &listed_bytes) != 0;
			at += listed_bytes) {
			if (len_bytes != listed_bytes || memcmp(text, at, len_bytes) != 0)
				continue;
			*out = (struct hs_forbidden_finding){
				.rule = HS_FORBIDDEN_LISTED, .position = position, .suggestion = ""
			};
			found_copy(out->found, sizeof(out->found), text, len_bytes, out->rule);
			return true;
		}
		text += len_bytes;
	}
	return false;
}

static const struct {
	enum hs_forbidden rule;
	const char *ja;
	const char *en;
} names[] = {
	{ HS_FORBIDDEN_URL, "URL", "URL" },
	{ HS_FORBIDDEN_MAIL, "メールアドレス", "mail address" },
	{ HS_FORBIDDEN_PHONE, "電話番号", "phone number" },
	{ HS_FORBIDDEN_HALF_KANA, "半角カナ", "half-width kana" },
	{ HS_FORBIDDEN_PLATFORM, "機種依存文字", "platform-dependent character" },
	{ HS_FORBIDDEN_LISTED, "この事業者の禁止文字", "on this carrier's own list" },
};

const char *
hs_forbidden_name_ja(enum hs_forbidden rule)
{
	for (size_t i = 0; i < HS_COUNT(names); i++)
		if (names[i].rule == rule)
			return names[i].ja;
	return "";
}

const char *
hs_forbidden_name_en(enum hs_forbidden rule)
{
	for (size_t i = 0; i < HS_COUNT(names); i++)
		if (names[i].rule == rule)
			return names[i].en;
	return "";
}
