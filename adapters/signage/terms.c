#include "adapters/signage/terms.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

static int
compare(const void *left, const void *right)
{
	const struct hs_sign_term *a = left, *b = right;
	int order = strcmp(a->term, b->term);
	return order != 0 ? order : strcmp(a->language, b->language);
}

const char *
hs_sign_word(const char *term, const char *language)
{
	if (term == NULL)
		return NULL;
	const struct hs_sign_term key = { term, language, NULL };
	const struct hs_sign_term *found =
		bsearch(&key, hs_sign_terms, hs_sign_term_count, sizeof(key), compare);
	return found != NULL ? found->text : NULL;
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
