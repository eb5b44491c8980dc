/* crawl.c: see crawl.h. Characters become atoms; atoms that must not part become units; units fill lines. */
#include "adapters/broadcaster/crawl.h"

#include <stdint.h>
#include <string.h>

#include "adapters/broadcaster/crawl_class.h"
#include "hub/base/check.h"

#define WIDTH_SPARE_HALF 16u /* a line has room for this much beside two marks */

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
	if (before->class == HS_CRAWL_OPENING || atom->class == HS_CRAWL_CLOSING)
		return true;
	if (atom->class == HS_CRAWL_COMBINING)
		return true;
	return before->class == HS_CRAWL_LATIN && atom->class == HS_CRAWL_LATIN;
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
		size_t len = hs_crawl_decode(text, &code);
		struct hs_crawl_atom atom = { .bytes = text, .len_bytes = (uint8_t)len };
		text += len;
		if (hs_crawl_is_dropped(code))
			continue;
		if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0)) {
			atom.bytes = " ";
			atom.len_bytes = 1;
			code = ' ';
		}
		atom.width_half = hs_crawl_width_of(code);
		atom.class = (uint8_t)hs_crawl_class_of(code);
		const struct hs_crawl_atom *before =
			crawl->count > 0 ? &crawl->atoms[crawl->count - 1] : NULL;
		bool stays = before != NULL && must_stay(before, &atom);
		/* Two words that meet may part, even when both are Latin. */
		if (first && before != NULL && before->class == HS_CRAWL_LATIN && together)
			stays = atom.class == HS_CRAWL_CLOSING || atom.class == HS_CRAWL_COMBINING;
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
			at += hs_crawl_decode(at, &code);
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
		text += hs_crawl_decode(text, &code);
		width += hs_crawl_width_of(code);
	}
	return width;
}

/* ---- breaking ---- */

/* How well a word goes on in the next line from this atom on; 0: it must not. */
static int
cut_rank(const struct hs_crawl_atom *atom)
{
	uint32_t last, next;
	uint8_t class = atom[-1].class;
	if (class == HS_CRAWL_OPENING || atom->class == HS_CRAWL_CLOSING ||
		atom->class == HS_CRAWL_COMBINING)
		return 0;
	if (class == HS_CRAWL_LATIN && atom->class == HS_CRAWL_LATIN)
		return 0;
	hs_crawl_decode(atom[-1].bytes, &last);
	hs_crawl_decode(atom->bytes, &next);
	if (atom->class == HS_CRAWL_OPENING || hs_crawl_separates(last))
		return 3;
	return hs_crawl_ends_name(last, next) ? 2 : 1;
}

/* A word that is wider than a line goes on in the next one, where it reads best: in the second half of the room, and not with its
 * last character alone. */
static size_t
cut_of_word(const struct hs_crawl *crawl, size_t from, size_t to, size_t end)
{
	size_t best = 0, last = end + 1 < to ? end : to - 2;
	int best_rank = 0;
	for (size_t at = last; at >= from + (end - from) / 2 && at > from && best_rank < 3; at--) {
		int rank = cut_rank(&crawl->atoms[at]);
		if (rank > best_rank) {
			best = at;
			best_rank = rank;
		}
	}
	for (size_t at = end; best == 0 && at > from; at--) {
		if (cut_rank(&crawl->atoms[at]) > 0)
			best = at;
	}
	return best != 0 ? best : end;
}

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
	return end < to ? cut_of_word(crawl, from, to, end) : end;
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
