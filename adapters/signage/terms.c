#include "adapters/signage/terms.h"

#include <string.h>

#include "hub/base/check.h"

struct hs_sign_renderings
hs_sign_renderings(const char *term)
{
	size_t low = 0, high = term != NULL ? hs_sign_term_count : 0;
	while (low < high) { /* first row of the term */
		size_t middle = low + (high - low) / 2;
		if (strcmp(hs_sign_terms[middle].term, term) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	struct hs_sign_renderings found = { &hs_sign_terms[low], 0 };
	while (term != NULL && low + found.count < hs_sign_term_count &&
		strcmp(found.rows[found.count].term, term) == 0)
		found.count++;
	return found;
}

const char *
hs_sign_rendering(const struct hs_sign_renderings *renderings, const char *language)
{
	for (size_t i = 0; i < renderings->count; i++) {
		if (strcmp(renderings->rows[i].language, language) == 0)
			return renderings->rows[i].text;
	}
	return NULL;
}

const char *
hs_sign_word(const char *term, const char *language)
{
	const struct hs_sign_renderings renderings = hs_sign_renderings(term);
	return hs_sign_rendering(&renderings, language);
}

bool
hs_sign_language(const char *language)
{
	for (size_t i = 0; i < hs_sign_term_count; i++) {
		if (strcmp(hs_sign_terms[i].language, language) == 0)
			return true;
	}
	return false;
}

static const struct {
	const char *term, *action;
} levels[] = {
	[3] = { "evac_l3_elderly", "act_l3" },
	[4] = { "evac_l4_order", "act_l4" },
	[5] = { "evac_l5_safety", "act_l5" },
};

const char *
hs_sign_level_term(uint32_t level)
{
	return level < HS_COUNT(levels) ? levels[level].term : NULL;
}

const char *
hs_sign_level_action(uint32_t level)
{
	return level < HS_COUNT(levels) ? levels[level].action : NULL;
}
