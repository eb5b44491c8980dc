/* register.h: what a municipality is made of, for asking whether an order is likely: districts, households, rivers.
 *
 * Flow:   YAML file (setting `register` of the gate) → hs_register_load at start → read by plausible.c.
 * Form:   districts: [{code: "990019", name: 北町一丁目, households: 120, people: 300, rivers: [架空川]}, …]
 * Owner:  the caller; rows and their strings belong to the register. Threads: any number may read.
 * Use:    for warnings only. It is never asked who may speak for an area, that is the principals' file.
 */
#ifndef HS_GATE_REGISTER_H
#define HS_GATE_REGISTER_H

#include "hub/base/config.h"

struct hs_register_row {
	const char *code; /* municipality, 6 digits */
	const char *name;
	int64_t households, people;    /* 0: not known */
	struct hs_config_texts rivers; /* whose flood could reach it; empty: not known */
	const char *key;	       /* matching spelling of the name (schemas/area_key.h) */
};

struct hs_register;

/* HS_ERR_CONFIG and the like with `why`: unreadable, a municipality that is in no table, a district twice. */
enum hs_err hs_register_load(
	const char *path, struct hs_register **out, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* The same from text in memory. */
enum hs_err hs_register_parse(
	const char *text, struct hs_register **out, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_register_free(struct hs_register *reg);

/* The rows of a municipality (its first five digits decide), by key; *count 0 when it has none. */
const struct hs_register_row *hs_register_of(
	const struct hs_register *reg, const char *code, size_t *count);
/* The row of a district by its matching spelling; NULL when it is not in the register. */
const struct hs_register_row *hs_register_find(
	const struct hs_register_row *rows, size_t count, const char *key);

#endif
