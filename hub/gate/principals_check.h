/* principals_check.h: is a list of principals one that leaves nothing in doubt? The second look at the file.
 *
 * Rules: principals.h, and what each role needs (role.h).
 * Owner: none; the moments of delegations are worked out and the areas of those `of` another principal filled in.
 */
#ifndef HS_GATE_PRINCIPALS_CHECK_H
#define HS_GATE_PRINCIPALS_CHECK_H

#include "hub/gate/principal.h"

/* list: of struct hs_principal. mode: HS_MODE(LIVE), HS_MODE(DRILL), or HS_MODE(UNSPECIFIED): that of the first status, for
 * a look at a file alone. HS_ERR_CONFIG: `why` names the entry and how to mend it. */
enum hs_err hs_principals_check(
	struct hs_config_list *list, int mode, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
