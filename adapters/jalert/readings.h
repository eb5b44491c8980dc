/* readings.h: how an announcement is read aloud: words replaced by kana, the longest word first.
 *
 * Flow:    built-in table (assets/readings.csv), then a local file, then the names of one notice
 *          → hs_readings_apply(text) → text in which every known word stands in kana.
 * Format:  CSV, one `word,reading` a line, # comments, a first line `word,reading`.
 * Owner:   the caller; texts made by apply live in the caller's arena. Threads: one.
 */
#ifndef HS_JALERT_READINGS_H
#define HS_JALERT_READINGS_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/err.h"

struct hs_readings;

struct hs_reading {
	const char *word;
	const char *reading;
};

/* The built-in table. NULL when out of memory. */
struct hs_readings *hs_readings_create(void);
void hs_readings_destroy(struct hs_readings *readings);
/* Adds the rows of a CSV text; later rows win over earlier ones. HS_ERR_PARSE: *line is the first line
 * that is not `word,reading`; nothing of it and what follows is added. */
enum hs_err hs_readings_add(struct hs_readings *readings, const char *csv, size_t len_bytes,
	size_t *line) HS_MUST_CHECK;
/* The same from a file. HS_ERR_IO when it cannot be read. */
enum hs_err hs_readings_add_file(
	struct hs_readings *readings, const char *path, size_t *line) HS_MUST_CHECK;
/* Readings of one notice only, found by their first letter; of equal words the last one counts. NULL when the arena is full. */
struct hs_reading_names;
struct hs_reading_names *hs_reading_names_make(
	struct hs_arena *arena, const struct hs_reading *names, size_t count);
/* names: tried first; NULL: none. NULL when the arena is full. */
const char *hs_readings_apply(const struct hs_readings *readings, struct hs_arena *arena,
	const char *text, const struct hs_reading_names *names);
/* Morae of a reading, for its time: kana but for the small ones; every other letter or digit counts
 * two, a comma two, a full stop four. */
size_t hs_reading_morae(const char *reading);

#endif
