/* text_clean.h: pure: takes out of a text what is not seen but changes how the rest of a line is shown or compared.
 *
 * Rules:   by schemas/tables/text_classes.csv, for every code point there is. Direction and format marks come with text
 *          that was copied from somewhere, or from somebody who wants a mail or a screen to read differently from what
 *          was checked: taken out, the sender is told; the original bytes and the content hash keep them. Selectors
 *          stay behind the ideographs that they belong to (葛󠄀, IVS), the joiner between emoji. Gaiji (private use) stay,
 *          the sender is told. Noncharacters refuse the document.
 * Source:  Unicode 15.0; Unicode Technical Report 36 (security) and 37 (IVS).
 */
#ifndef HS_GATE_TEXT_CLEAN_H
#define HS_GATE_TEXT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/* What the sender should know of a text. */
enum hs_text_look {
	HS_TEXT_LOOK_MARKS,   /* hs_text_clean takes out or replaces something */
	HS_TEXT_LOOK_TOLD,    /* something that receivers cannot show */
	HS_TEXT_LOOK_REFUSED, /* something that is no character */
	HS_TEXT_LOOK_COUNT
};

/* In place. text: valid UTF-8 of len bytes and room for a 0 behind. Returns the new length. What is no character stays:
 * whoever reads such a text has refused the document. */
size_t hs_text_clean(char *text, size_t len);
/* Sets found[look] for what is in the text; never unsets one. */
void hs_text_look(const char *text, size_t len, bool found[HS_TEXT_LOOK_COUNT]);
/* In place: tabs, ends of lines and several blanks become one blank. For names, which stand inside of a line. */
void hs_text_fold(char *text);

#endif
