#include "schemas/area_key.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

/* A growing text in the arena: the result is never longer than twice the name. */
struct spelling {
	char *text;
	size_t len;
	size_t room;
};

/* One code point at *text, which moves behind it. Input is UTF-8 that was checked when it came in. */
static uint32_t
take(const unsigned char **text)
{
	const unsigned char *at = *text;
	size_t more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 0;
	uint32_t point = more ? at[0] & (0x3fu >> more) : at[0];
	size_t i = 1;
	for (; i <= more && at[i]; i++)
		point = point << 6 | (at[i] & 0x3f);
	*text = at + i;
	return point;
}

static void
put(struct spelling *out, uint32_t point)
{
	unsigned char bytes[4];
	size_t len = 0;
	if (point < 0x80) {
		bytes[len++] = (unsigned char)point;
	} else if (point < 0x800) {
		bytes[len++] = (unsigned char)(0xc0 | point >> 6);
		bytes[len++] = (unsigned char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		bytes[len++] = (unsigned char)(0xe0 | point >> 12);
		bytes[len++] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
		bytes[len++] = (unsigned char)(0x80 | (point & 0x3f));
	} else {
		bytes[len++] = (unsigned char)(0xf0 | (point >> 18 & 7));
		bytes[len++] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
		bytes[len++] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
		bytes[len++] = (unsigned char)(0x80 | (point & 0x3f));
	}
	if (out->len + len < out->room) {
		memcpy(out->text + out->len, bytes, len);
		out->len += len;
		out->text[out->len] = '\0';
	}
}

/* U+FF66…U+FF9D, half-width katakana, in their usual form. */
static const uint16_t KATAKANA[] = { 0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5,
	0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af,
	0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4, 0x30c6,
	0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db,
	0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea, 0x30eb,
	0x30ec, 0x30ed, 0x30ef, 0x30f3 };

static uint32_t
katakana_of(uint32_t half, const unsigned char **text)
{
	uint32_t full = KATAKANA[half - 0xff66];
	const unsigned char *ahead = *text;
	uint32_t sound = *ahead ? take(&ahead) : 0;
	bool voiced = (full >= 0x30ab && full <= 0x30c8) || (full >= 0x30cf && full <= 0x30db);
	bool plosive = full >= 0x30cf && full <= 0x30db;
	if ((sound == 0xff9e && voiced) || (sound == 0xff9f && plosive)) {
		*text = ahead;
		return full + (sound == 0xff9e ? 1 : 2);
	}
	return full;
}

/* The usual form of one character; 0: it is left out. */
static uint32_t
fold(uint32_t point, const unsigned char **text)
{
	if (point == 0x301c ||
		point == 0x2212) /* 〜 − as tables of JIS have them, ～ － as Microsoft's */
		return point == 0x301c ? '~' : '-';
	if (point >= 0xff01 && point <= 0xff5e)
		point -= 0xfee0;
	if (point <= 0x20 || point == 0x3000 || point == 0xa0 || point == 0x200b)
		return 0;
	if (point >= 'A' && point <= 'Z')
		return point + ('a' - 'A');
	if (point >= 0xff66 && point <= 0xff9d)
		return katakana_of(point, text);
	return point;
}

static int
kanji_digit(uint32_t point)
{
	static const uint16_t digits[] = { 0x3007, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d,
		0x4e03, 0x516b, 0x4e5d };
	for (int i = 0; i < (int)HS_COUNT(digits); i++)
		if (digits[i] == point)
			return i;
	return -1;
}

#define KANJI_TEN 0x5341

/* 二十三 → 23, 十 → 10: a ten stands for its left digit (or 1) times ten plus its right digit (or 0). */
static void
put_ten(struct spelling *out, bool digit_before, const unsigned char **text)
{
	const unsigned char *ahead = *text;
	int after = *ahead ? kanji_digit(take(&ahead)) : -1;
	if (!digit_before)
		put(out, '1');
	if (after > 0)
		*text = ahead;
	put(out, (uint32_t)('0' + (after > 0 ? after : 0)));
}

static void
spell(struct spelling *out, const char *name)
{
	const unsigned char *text = (const unsigned char *)name;
	bool digit_before = false;
	while (*text) {
		uint32_t point = take(&text);
		point = fold(point, &text);
		int digit = kanji_digit(point);
		if (point == KANJI_TEN)
			put_ten(out, digit_before, &text);
		else if (digit >= 0)
			put(out, (uint32_t)('0' + digit));
		else if (point)
			put(out, point);
		if (point)
			digit_before = digit > 0;
	}
}

static void
remove_all(char *text, const char *part)
{
	size_t len = strlen(part);
	char *at = text;
	while ((at = strstr(at, part)))
		memmove(at, at + len, strlen(at + len) + 1);
}

/* In the folded spelling: 【 stays, ［ and （ have become ASCII. */
static void
remove_marks(char *text)
{
	static const char *const marks[] = { "【災害訓練】", "【訓練】", "【くんれん】", "【試験】",
		"【通信試験】", "【テスト】", "[drill]", "[test]", "[systemtest]", "(訓練)",
		"[訓練]", "<訓練>" };
	/* every mark begins with one of these; a digest has ten thousands of names without any */
	if (!strpbrk(text, "[(<") && !strstr(text, "【"))
		return;
	for (size_t i = 0; i < HS_COUNT(marks); i++)
		remove_all(text, marks[i]);
}

static char *
spelled(struct hs_arena *arena, const char *name)
{
	struct spelling out = { .room = strlen(name) * 2 + 8 };
	out.text = hs_arena_alloc(arena, out.room);
	if (!out.text)
		return NULL;
	spell(&out, name);
	remove_marks(out.text);
	return out.text;
}

static char *
without_front(char *text, const char *front)
{
	size_t len = strlen(front);
	return len && strncmp(text, front, len) == 0 ? text + len : text;
}

static bool
is_whole(const char *text)
{
	static const char *const words[] = { "全域", "市内全域", "町内全域", "村内全域", "区内全域",
		"市全域", "町全域", "村全域", "区全域" };
	if (!*text)
		return true;
	for (size_t i = 0; i < HS_COUNT(words); i++) {
		size_t len = strlen(words[i]);
		/* 全域(… を除く): the districts that are left out have entries of their own */
		if (strncmp(text, words[i], len) == 0 && (!text[len] || text[len] == '('))
			return true;
	}
	return false;
}

const char *
hs_area_key(struct hs_arena *arena, const char *code, const char *name)
{
	char *text = spelled(arena, name ? name : "");
	if (!text)
		return NULL;
	char code5[6] = "";
	if (code && strlen(code) >= 5)
		memcpy(code5, code, 5);
	const struct hs_area_row *row = hs_area_find(code5);
	if (row) {
		char *prefecture = spelled(arena, row->prefecture_name);
		char *own = spelled(arena, row->name);
		if (!prefecture || !own)
			return NULL;
		text = without_front(without_front(text, prefecture), own);
	}
	return is_whole(text) ? "*" : text;
}
