/* text_clean.h: pure: takes out of a text what is not seen but changes how the rest of a line is shown.
 *
 * Direction and format marks come with text that was copied from somewhere, or from somebody who wants a mail or a
 * screen to read differently from what was checked. No outlet needs them, so they end here; the original bytes and the
 * content hash keep them. Kept: the joiner of emoji (U+200D), variation selectors, combining marks.
 */
#ifndef HS_GATE_TEXT_CLEAN_H
#define HS_GATE_TEXT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/* In place: format marks vanish, control characters but tab and ends of lines become blanks.
 * text: valid UTF-8 of len bytes and room for a 0 behind. Returns the new length. */
size_t hs_text_clean(char *text, size_t len);
/* True when hs_text_clean would change it. */
bool hs_text_is_marked(const char *text, size_t len);
/* In place: tabs, ends of lines and several blanks become one blank. For names, which stand inside of a line. */
void hs_text_fold(char *text);

#endif
