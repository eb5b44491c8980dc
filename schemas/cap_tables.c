/* cap_tables.c: look-ups in the CAP tables. */
#include "schemas/cap_tables.h"

#include <ctype.h>
#include <string.h>

#include "schemas/notice.h"

extern const struct hs_cap_event_row hs_table_cap_events[];
extern const size_t hs_table_cap_event_count;
extern const struct hs_cap_level_row hs_table_cap_levels[];
extern const size_t hs_table_cap_level_count;
extern const struct hs_cap_kind_row hs_table_cap_kinds[];
extern const size_t hs_table_cap_kind_count;
extern const struct hs_cap_profile_row hs_table_cap_profiles[];
extern const size_t hs_table_cap_profile_count;

/* ---- events ---- */

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* The end of a word, or of its plural. Japanese has no such ends: its bytes are no letters here. */
static bool
ends_at(const char *at)
{
	return !is_letter(at[0]) || ((at[0] == 's' || at[0] == 'S') && !is_letter(at[1]));
}

/* Whether the word stands in the text as the table says, without regard to ASCII case. */
static bool
stands_in(const char *text, const char *word, size_t len)
{
	bool open = word[len - 1] == '*';

	len -= open;
	for (size_t i = 0; text[i]; i++) {
		if (i > 0 && is_letter(text[i]) && is_letter(text[i - 1]))
			continue;
		if (strncasecmp(text + i, word, len) == 0 &&
			(open || !is_letter(word[len - 1]) || ends_at(text + i + len)))
			return true;
	}
	return false;
}

/* Length of the longest of the words that stands in the event; 0: none does. */
static size_t
longest(const char *words, const char *event)
{
	size_t best = 0;

	while (*words) {
		size_t len = strcspn(words, "|");

		if (len > best && stands_in(event, words, len))
			best = len;
		words += len;
		words += strspn(words, "|");
	}
	return best;
}

int
hs_cap_event_kind(const char *event, const char *category)
{
	int kind = HS_KIND(OTHER);
	size_t best = 0;

	for (size_t i = 0; i < hs_table_cap_event_count; i++) {
		const struct hs_cap_event_row *row = &hs_table_cap_events[i];
		bool fits = row->category[0] == '\0' || strcmp(row->category, category) == 0;
		size_t len = fits ? longest(row->words, event) : 0;

		if (len > best || (fits && row->words[0] == '\0' && best == 0)) {
			best = len;
			kind = row->kind;
		}
	}
	return kind;
}

/* ---- values of what we write ---- */

const struct hs_cap_level_row *
hs_cap_level(const char *state)
{
	const struct hs_cap_level_row *none = &hs_table_cap_levels[0];

	for (size_t i = 0; i < hs_table_cap_level_count; i++) {
		if (strcmp(hs_table_cap_levels[i].state, state) == 0)
			return &hs_table_cap_levels[i];
		if (strcmp(hs_table_cap_levels[i].state, "none") == 0)
			none = &hs_table_cap_levels[i];
	}
	return none;
}

const struct hs_cap_kind_row *
hs_cap_kind(int kind)
{
	const struct hs_cap_kind_row *other = &hs_table_cap_kinds[0];

	for (size_t i = 0; i < hs_table_cap_kind_count; i++) {
		if (hs_table_cap_kinds[i].kind == kind)
			return &hs_table_cap_kinds[i];
		if (hs_table_cap_kinds[i].kind == HS_KIND(OTHER))
			other = &hs_table_cap_kinds[i];
	}
	return other;
}

/* ---- profiles ---- */

const struct hs_cap_profile_row *
hs_cap_profile_rows(size_t *count)
{
	*count = hs_table_cap_profile_count;
	return hs_table_cap_profiles;
}
