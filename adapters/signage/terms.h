/* terms.h: reviewed words of screens in other languages (terms.csv). Rows that nobody reviewed are not in the program.
 *
 * Flow:    terms.csv → schemas/gen/terms.py → table → hs_sign_word.
 * Owner:   static texts. Threads: any.
 */
#ifndef HS_SIGNAGE_TERMS_H
#define HS_SIGNAGE_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs_sign_term {
	const char *term, *language, *text;
};
/* Made by the generator, by term and language. */
extern const struct hs_sign_term hs_sign_terms[];
extern const size_t hs_sign_term_count;

/* Of one term; they stand together. */
struct hs_sign_renderings {
	const struct hs_sign_term *rows;
	size_t count;
};

/* term: NULL has none. */
struct hs_sign_renderings hs_sign_renderings(const char *term);
/* NULL: there is no reviewed rendering in that language (BCP 47: zh-Hans, ko …; ja-easy). */
const char *hs_sign_rendering(const struct hs_sign_renderings *renderings, const char *language);
/* Both in one. */
const char *hs_sign_word(const char *term, const char *language);
/* Whether anything at all is reviewed in it. */
bool hs_sign_language(const char *language);
/* The terms of a level ("evac_l4_order"; what it asks: "act_l4"); NULL for a level without. */
const char *hs_sign_level_term(uint32_t level);
const char *hs_sign_level_action(uint32_t level);

#endif
