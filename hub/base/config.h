/* config.h: one table per process: key, type, unit, range, default, sentence.
 *
 * A configuration is a YAML 1.1 file without anchors or tags. It is read once at start, checked
 * against the table as a whole (an unknown key is an error, with the nearest known key named), and
 * written into the process's own struct by offset. `--config-help` prints the table.
 * Lists of records (peers, principals …) are tables of their own, reached by an HS_CONFIG_LIST row.
 * Threads: none. Strings are owned by struct hs_config and live until hs_config_free.
 */
#ifndef HS_CONFIG_H
#define HS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

enum hs_config_type {
	HS_CONFIG_TEXT,	 /* const char * */
	HS_CONFIG_INT,	 /* int64_t, within min…max */
	HS_CONFIG_BOOL,	 /* bool */
	HS_CONFIG_ENUM,	 /* int: index into the blank-separated words of `unit` */
	HS_CONFIG_TEXTS, /* struct hs_config_texts */
	HS_CONFIG_LIST	 /* struct hs_config_list of records by `record` */
};

struct hs_config_texts {
	const char **items;
	size_t count;
};

struct hs_config_list {
	void *items; /* array of records of record->size_bytes */
	size_t count;
};

struct hs_config_record;

struct hs_config_item {
	const char *key;
	enum hs_config_type type;
	size_t offset;
	const char *unit; /* "ms", "bytes", "url" …; for ENUM the words */
	int64_t min,
		max; /* INT: range; TEXT, TEXTS, LIST: least and most length or count, max 0 = no limit */
	const char
		*fallback; /* text of the default; NULL = must be given; "" = empty text or list */
	const char *sentence;		       /* what it is for, one English sentence */
	const struct hs_config_record *record; /* LIST only */
};

struct hs_config_record {
	const struct hs_config_item *items;
	size_t count;
	size_t size_bytes; /* sizeof the struct that is filled */
};

struct hs_config; /* owns the strings and lists */

#define HS_CONFIG_WHY 512

/* Reads `path` into `out` (of record->size_bytes). On failure `why` names file, line or key, what was
 * expected, and what to do. *config must be kept as long as `out` is used. */
enum hs_err hs_config_load(const char *path, const struct hs_config_record *record, void *out,
	struct hs_config **config, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* The same from text in memory. */
enum hs_err hs_config_parse(const char *text, const struct hs_config_record *record, void *out,
	struct hs_config **config, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
void hs_config_free(struct hs_config *config);
/* Whether `word` is among them. */
/* A path as its user wants it: NULL where none is set (NULL or ""). */
const char *hs_config_path(const char *path);
bool hs_config_texts_have(const struct hs_config_texts *texts, const char *word);
/* The table as a page for people, on stdout. */
void hs_config_help(const struct hs_config_record *record);

#endif
