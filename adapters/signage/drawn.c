/* drawn.c: what a player must have drawn of a message. See hs_screen_proofs; the page's side is proof.js and whole.js. */
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/signage_items.h"
#include "hub/base/hash.h"
#include "schemas/json_parts.h"

#define DRAWN_MAX_BYTES (16u << 20)

static void
put_line(struct hs_buf *lines, const char *text)
{
	hs_buf_puts(lines, text);
	hs_buf_puts(lines, "\n");
}

/* Of the lines; then there are none. */
static void
digest(struct hs_buf *lines, char out[HS_SIGNAGE_DIGEST_SIZE])
{
	hs_signage_digest(hs_buf_text(lines), lines->len_bytes, out);
	lines->len_bytes = 0;
}

static void
put_drawn(struct hs_buf *lines, const struct hs_sign_maker *maker, const char *state_ja,
	const struct hs_sign_drawn *drawn)
{
	put_line(lines, state_ja);
	put_line(lines, hs_sign_mark(&maker->speech));
	if (drawn->level > 0)
		hs_json_digits(lines, drawn->level);
	put_line(lines, "");
	put_line(lines, drawn->title);
	put_line(lines, drawn->place);
}

static void
put_whole(struct hs_buf *lines, const struct hs_sign_maker *maker,
	const struct hs_sign_drawn *drawn, bool large)
{
	if (drawn->title[0] != '\0')
		put_line(lines, drawn->title);
	put_line(lines, drawn->place);
	for (size_t i = 0; i < drawn->group->row_count; i++)
		put_line(lines, hs_force_place_name(drawn->group->rows[i]));
	if (large)
		hs_sign_put_lines(&maker->speech, lines, &drawn->action);
}

static bool
prove(const struct hs_sign_maker *maker, const char *state_ja, const struct hs_force_group *groups,
	struct hs_screen_proofs *proofs)
{
	static const struct hs_sign_drawn nothing = { .title = "", .place = "" };
	/* With larger characters there is no list below the alert: everything has its turn there. */
	bool far = hs_screen_least_permille(&maker->input->screen->look) > HS_SCREEN_MID_PERMILLE;
	struct hs_buf lines, whole;
	uint32_t top = 0;
	hs_buf_init(&lines, DRAWN_MAX_BYTES);
	hs_buf_init(&whole, DRAWN_MAX_BYTES);
	for (size_t i = 0; i < proofs->count; i++) {
		const struct hs_sign_drawn drawn =
			groups != NULL ? hs_sign_drawn_of(maker, &groups[i]) : nothing;
		top = i == 0 ? drawn.level : top;
		put_drawn(&lines, maker, state_ja, &drawn);
		digest(&lines, proofs->drawn[i]);
		if (groups != NULL)
			put_whole(&whole, maker, &drawn, far || drawn.level == top);
	}
	digest(&whole, proofs->whole);
	bool good = !lines.failed && !whole.failed;
	hs_buf_free(&lines);
	hs_buf_free(&whole);
	return good;
}

struct hs_screen_proofs *
hs_sign_prove(const struct hs_sign_maker *maker, const char *state_ja,
	const struct hs_force_group *groups, size_t count)
{
	size_t turns = count > 0 ? count : 1;
	struct hs_screen_proofs *proofs =
		calloc(1, sizeof(*proofs) + turns * sizeof(proofs->drawn[0]));
	if (proofs == NULL)
		return NULL;
	proofs->count = turns;
	if (!prove(maker, state_ja, count > 0 ? groups : NULL, proofs)) {
		free(proofs);
		return NULL;
	}
	return proofs;
}
