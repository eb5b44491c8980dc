/* area_set.h: a set of area codes: sorted, without doubles.
 *
 * Owner:   whoever zeroed it; hs_area_set_free gives back what it took.
 * Threads: none. Errors: HS_ERR_NOMEM, the set is as before then.
 * Format:  codes of 2, 5, 6 or 12 digits (tables.h). Empty texts and longer ones are no codes and are left out.
 */
#ifndef HS_AREA_SET_H
#define HS_AREA_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/err.h"

#define HS_AREA_CODE_SIZE 13 /* 12 digits and a NUL */

struct hs_area_set {
	size_t count, room;
	char (*codes)[HS_AREA_CODE_SIZE];
};

enum hs_err hs_area_set_add(
	struct hs_area_set *set, const char *code, size_t len_bytes) HS_MUST_CHECK;
enum hs_err hs_area_set_add_all(
	struct hs_area_set *set, const struct hs_area_set *more) HS_MUST_CHECK;
bool hs_area_set_has(const struct hs_area_set *set, const char *code);
/* Does any code of a lie within one of b, or the other way round? */
bool hs_area_sets_touch(const struct hs_area_set *a, const struct hs_area_set *b);
void hs_area_set_free(struct hs_area_set *set);

#endif
