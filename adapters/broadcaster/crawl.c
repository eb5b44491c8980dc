/* crawl.c: see crawl.h. Characters become atoms; atoms that must not part become units; units fill lines. */
#include "adapters/broadcaster/crawl.h"

#include <stdint.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/text_class.h"

#define WIDTH_SPARE_HALF 16u /* a line has room for this much beside two marks */

enum atom_class { ATOM_PLAIN, ATOM_OPENING, ATOM_CLOSING, ATOM_LATIN, ATOM_COMBINING };

struct hs_crawl_atom {
	const char *bytes;
	uint8_t len_bytes;
	uint8_t width_half;
	uint8_t class;
	bool glued;  /* stays with the atom before it */
	bool fresh;  /* begins a line */
	bool inside; /* of a word: not its first character */
};

struct unit {
	size_t from, to; /* atoms [from, to) */
	size_t width_half;
	bool fresh; /* begins a line */
};

/* ---- characters ---- */

static bool
is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* One UTF-8 character; a byte that belongs to none counts as one character. */
static size_t
decode(const char *text, uint32_t *code)
{
	unsigned char lead = (unsigned char)text[0];
	size_t len = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	static const uint8_t lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t value = lead & lead_bits[len];
	for (size_t i = 1; i < len; i++) {
		if (!is_continuation(text[i])) {
			*code = lead;
			return 1;
		}
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	*code = value;
	return len;
}

struct range {
	uint32_t from, to;
};

static bool
in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	}
	return false;
}

static bool
is_combining(uint32_t code)
{
	static const struct range ranges[] = {
		{ 0x0300, 0x036f },
		{ 0x200d, 0x200d },
		{ 0x3099, 0x309a },
		{ 0xfe00, 0xfe0f },
		{ 0xe0100, 0xe01ef },
	};
	return in_ranges(code, ranges, HS_COUNT(ranges));
}

/* Direction and format marks would let a name rearrange the line around it. */
static bool
is_dropped(uint32_t code)
{
	return hs_text_class(code) == HS_TEXT_DROP;
}

static uint8_t
width_of(uint32_t code)
{
	if (is_combining(code))
		return 0;
	bool half = code < 0x80 || (code >= 0xff61 && code <= 0xff9f);
	return half ? 1 : 2;
}

/* 行末禁則: ([{（［｛「『【〔〈《“‘｢＜ */
static const uint32_t opening[] = { 0x0028, 0x005b, 0x007b, 0x2018, 0x201c, 0x3008, 0x300a, 0x300c,
	0x300e, 0x3010, 0x3014, 0xff08, 0xff1c, 0xff3b, 0xff5b, 0xff62 };
/* 行頭禁則: )]}）］｝」』】〕〉》”’｣＞、。，．,.・：；:;！？!?ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ〜～…‥(U+3000) */
static const uint32_t closing[] = { 0x0020, 0x0021, 0x0029, 0x002c, 0x002e, 0x003a, 0x003b, 0x003f,
	0x005d, 0x007d, 0x2019, 0x201d, 0x2025, 0x2026, 0x3000, 0x3001, 0x3002, 0x3005, 0x3009,
	0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x301c, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049,
	0x3063, 0x3083, 0x3085, 0x3087, 0x308e, 0x309d, 0x309e, 0x30a1, 0x30a3, 0x30a5, 0x30a7,
	0x30a9, 0x30c3, 0x30e3, 0x30e5, 0x30e7, 0x30ee, 0x30f5, 0x30f6, 0x30fb, 0x30fc, 0x30fd,
	0x30fe, 0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1e, 0xff1f, 0xff3d, 0xff5d,
	0xff5e, 0xff63 };

/* set: rising. */
static bool
stands_in(const uint32_t *set, size_t count, uint32_t code)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (set[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && set[low] == code;
}

static enum atom_class
class_of(uint32_t code)
{
	if (code >= 0x4e00 && code <= 0x9fff)
		return ATOM_PLAIN; /* most of a text */
	if (is_combining(code))
		return ATOM_COMBINING;
	if (stands_in(opening, HS_COUNT(opening), code))
		return ATOM_OPENING;
	if (stands_in(closing, HS_COUNT(closing), code))
		return ATOM_CLOSING;
	bool digit_full = code >= 0xff10 && code <= 0xff19;
	return code < 0x80 || digit_full ? ATOM_LATIN : ATOM_PLAIN;
}

/* ---- putting in ---- */

void
hs_crawl_begin(struct hs_crawl *crawl, struct hs_arena *arena)
{
	*crawl = (struct hs_crawl){ .arena = arena };
}

static bool
atom_push(struct hs_crawl *crawl, const struct hs_crawl_atom *atom)
{
	if (crawl->count == crawl->room) {
		size_t room = crawl->room == 0 ? 128 : crawl->room * 2;
		struct hs_crawl_atom *atoms = hs_arena_alloc(crawl->arena, room * sizeof(*atoms));
		if (atoms == NULL) {
			crawl->failed = true;
			return false;
		}
		if (crawl->atoms != NULL)
			memcpy(atoms, crawl->atoms, crawl->count * sizeof(*atoms));
		crawl->atoms = atoms;
		crawl->room = room;
	}
	HS_CHECK(crawl->atoms != NULL);
	crawl->atoms[crawl->count++] = *atom;
	return true;
}

static bool
must_stay(const struct hs_crawl_atom *before, const struct hs_crawl_atom *atom)
{
	if (before->class == ATOM_OPENING || atom->class == ATOM_CLOSING)
		return true;
	if (atom->class == ATOM_COMBINING)
		return true;
	return before->class == ATOM_LATIN && atom->class == ATOM_LATIN;
}

static void
put(struct hs_crawl *crawl, const char *text, bool together)
{
	if (crawl->failed || text == NULL)
		return;
	text = hs_arena_strdup(crawl->arena, text);
	crawl->failed = text == NULL;
	bool first = true;
	while (!crawl->failed && *text != '\0') {
		uint32_t code;
		size_t len = decode(text, &code);
		struct hs_crawl_atom atom = { .bytes = text, .len_bytes = (uint8_t)len };
		text += len;
		if (is_dropped(code))
			continue;
		if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0)) {
			atom.bytes = " ";
			atom.len_bytes = 1;
			code = ' ';
		}
		atom.width_half = width_of(code);
		atom.class = (uint8_t)class_of(code);
		const struct hs_crawl_atom *before =
			crawl->count > 0 ? &crawl->atoms[crawl->count - 1] : NULL;
		bool stays = before != NULL && must_stay(before, &atom);
		/* Two words that meet may part, even when both are Latin. */
		if (first && before != NULL && before->class == ATOM_LATIN && together)
			stays = atom.class == ATOM_CLOSING || atom.class == ATOM_COMBINING;
		atom.inside = together && !first;
		atom.fresh = crawl->fresh;
		crawl->fresh = false;
		atom.glued = (stays || atom.inside) && !atom.fresh;
		first = false;
		if (!atom_push(crawl, &atom))
			return;
	}
}

void
hs_crawl_word(struct hs_crawl *crawl, const char *text)
{
	put(crawl, text, true);
}

static void
put_part(struct hs_crawl *crawl, const char *text, size_t len_bytes, bool together)
{
	if (len_bytes == 0 || crawl->failed)
		return;
	const char *part = hs_arena_strndup(crawl->arena, text, len_bytes);
	crawl->failed = part == NULL;
	put(crawl, part, together);
}

void
hs_crawl_text(struct hs_crawl *crawl, const char *text)
{
	if (text == NULL || crawl->names == NULL) {
		put(crawl, text, false);
		return;
	}
	const char *from = text;
	for (const char *at = text; *at != '\0';) {
		uint32_t code;
		size_t name = hs_place_names_at(crawl->names, at);
		if (name == 0) {
			at += decode(at, &code);
			continue;
		}
		put_part(crawl, from, (size_t)(at - from), false);
		put_part(crawl, at, name, true);
		from = at += name;
	}
	put(crawl, from, false);
}

void
hs_crawl_break(struct hs_crawl *crawl)
{
	crawl->fresh = crawl->count > 0;
}

void
hs_crawl_lines_of(struct hs_crawl *crawl, const char *text)
{
	while (*text != '\0' && !crawl->failed) {
		size_t len = strcspn(text, "\n");
		char *line = hs_arena_strndup(crawl->arena, text, len);
		crawl->failed = line == NULL;
		hs_crawl_text(crawl, line);
		text += len;
		if (*text == '\n') {
			hs_crawl_break(crawl);
			text++;
		}
	}
}

static const char *
join_atoms(const struct hs_crawl *crawl, const char *head, size_t from, size_t to, const char *tail)
{
	size_t len = strlen(head) + strlen(tail);
	for (size_t i = from; i < to; i++)
		len += crawl->atoms[i].len_bytes;
	char *out = hs_arena_alloc(crawl->arena, len + 1);
	if (out == NULL)
		return NULL;
	char *at = out + strlen(head);
	memcpy(out, head, strlen(head));
	for (size_t i = from; i < to; i++) {
		memcpy(at, crawl->atoms[i].bytes, crawl->atoms[i].len_bytes);
		at += crawl->atoms[i].len_bytes;
	}
	memcpy(at, tail, strlen(tail));
	return out;
}

const char *
hs_crawl_joined(const struct hs_crawl *crawl)
{
	return crawl->failed ? NULL : join_atoms(crawl, "", 0, crawl->count, "");
}

size_t
hs_crawl_width(const char *text)
{
	size_t width = 0;
	while (*text != '\0') {
		uint32_t code;
		text += decode(text, &code);
		width += width_of(code);
	}
	return width;
}

/* ---- breaking ---- */

/* Where a unit that is wider than a line may be cut: at least one atom on, never past the room. */
static size_t
cut_point(const struct hs_crawl *crawl, size_t from, size_t to, size_t room_half)
{
	size_t width = 0, end = from;
	while (end < to && width + crawl->atoms[end].width_half <= room_half)
		width += crawl->atoms[end++].width_half;
	if (end == from)
		end = from + 1;
	/* A whole name is worth more than a bracket in its place. */
	for (size_t at = end; at > from; at--) {
		if (at < to && !crawl->atoms[at].inside)
			return at;
	}
	for (size_t at = end; at > from + 1; at--) {
		uint8_t next = at < to ? crawl->atoms[at].class : ATOM_PLAIN;
		uint8_t last = crawl->atoms[at - 1].class;
		if (next != ATOM_CLOSING && next != ATOM_COMBINING && last != ATOM_OPENING)
			return at;
	}
	return end;
}

static size_t
width_between(const struct hs_crawl *crawl, size_t from, size_t to)
{
	size_t width = 0;
	for (size_t i = from; i < to; i++)
		width += crawl->atoms[i].width_half;
	return width;
}

/* Stops counting at the room, so that a very long run of letters costs no more than its lines. */
static bool
fits(const struct hs_crawl *crawl, size_t from, size_t to, size_t room_half)
{
	size_t width = 0;
	for (size_t i = from; i < to && width <= room_half; i++)
		width += crawl->atoms[i].width_half;
	return width <= room_half;
}

static size_t
units_make(const struct hs_crawl *crawl, size_t room_half, struct unit *units)
{
	size_t count = 0;
	for (size_t from = 0; from < crawl->count;) {
		size_t to = from + 1;
		while (to < crawl->count && crawl->atoms[to].glued)
			to++;
		while (to > from + 1 && !fits(crawl, from, to, room_half)) {
			size_t cut = cut_point(crawl, from, to, room_half);
			units[count++] = (struct unit){ from, cut, width_between(crawl, from, cut),
				crawl->atoms[from].fresh };
			if (cut == to)
				break;
			from = cut;
		}
		if (count == 0 || units[count - 1].to != to)
			units[count++] = (struct unit){ from, to, width_between(crawl, from, to),
				crawl->atoms[from].fresh };
		from = to;
	}
	return count;
}

struct filling {
	const struct hs_crawl *crawl;
	const char *mark;
	size_t room_half; /* beside the mark at the beginning */
	const char **lines;
	size_t count;
	size_t from, to; /* the line so far */
	size_t width_half;
};

static bool
line_end(struct filling *fill, const char *tail)
{
	const char *line = join_atoms(fill->crawl, fill->mark, fill->from, fill->to, tail);
	fill->lines[fill->count++] = line;
	fill->from = fill->to;
	fill->width_half = 0;
	return line != NULL;
}

static bool
fill_lines(struct filling *fill, const struct unit *units, size_t count)
{
	size_t mark_half = hs_crawl_width(fill->mark);
	for (size_t i = 0; i < count; i++) {
		/* The last unit takes the closing mark along, so that the mark never stands alone. */
		size_t tail_half = i + 1 == count ? mark_half : 0;
		size_t wide = fill->width_half + units[i].width_half + tail_half;
		bool full = wide > fill->room_half || units[i].fresh;
		if (full && fill->width_half > 0 && !line_end(fill, ""))
			return false;
		fill->to = units[i].to;
		fill->width_half += units[i].width_half;
	}
	if (fill->width_half + mark_half <= fill->room_half)
		return line_end(fill, fill->mark);
	/* No room: the mark begins a line of its own. */
	if (!line_end(fill, ""))
		return false;
	return line_end(fill, "");
}

enum hs_err
hs_crawl_lines(const struct hs_crawl *crawl, const char *mark, size_t width_half,
	const char ***lines, size_t *count)
{
	*lines = NULL;
	*count = 0;
	size_t mark_half = hs_crawl_width(mark);
	if (width_half < 2 * mark_half + WIDTH_SPARE_HALF)
		return HS_ERR_INVALID;
	if (crawl->failed)
		return HS_ERR_NOMEM;
	if (crawl->count == 0)
		return HS_OK;
	struct unit *units = hs_arena_alloc(crawl->arena, crawl->count * sizeof(*units));
	const char **out = hs_arena_alloc(crawl->arena, (crawl->count + 2) * sizeof(*out));
	if (units == NULL || out == NULL)
		return HS_ERR_NOMEM;
	struct filling fill = {
		.crawl = crawl,
		.mark = mark,
		.room_half = width_half - mark_half,
		.lines = out,
	};
	if (!fill_lines(&fill, units, units_make(crawl, fill.room_half, units)))
		return HS_ERR_NOMEM;
	*lines = out;
	*count = fill.count;
	return HS_OK;
}
