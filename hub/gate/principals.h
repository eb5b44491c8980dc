/* principals.h: the list of those who may send, and how they prove it.
 *
 * Flow:    YAML file → hs_config → checks of the whole list → lookups.
 * Rules:   a principal's statuses must fit the lane of this gate: a live gate knows only Actual, a drill
 *          gate never does. A list that breaks this, or that leaves in doubt who somebody is, stops the
 *          start with a sentence that names the entry and the way to mend it.
 * Owner:   the list owns its strings; principals are borrowed until hs_principals_free.
 * Threads: read-only after loading: any.
 * Secrets: compared in constant time (hs_equal_secret); never logged.
 */
#ifndef HS_GATE_PRINCIPALS_H
#define HS_GATE_PRINCIPALS_H

#include "hub/base/err.h"
#include "hub/gate/principal.h"

struct hs_principals;

/* mode: HS_MODE(LIVE) or HS_MODE(DRILL). HS_ERR_CONFIG with `why`. */
enum hs_err hs_principals_load(const char *path, int mode, struct hs_principals **out,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* The same from text in memory. */
enum hs_err hs_principals_parse(const char *text, int mode, struct hs_principals **out,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_principals_free(struct hs_principals *principals);

size_t hs_principals_count(const struct hs_principals *principals);
/* NULL when there is none; "" finds nobody. */
const struct hs_principal *hs_principals_by_id(
	const struct hs_principals *principals, const char *id);
const struct hs_principal *hs_principals_by_username(
	const struct hs_principals *principals, const char *username);
/* The principal whose bearer token this is. */
const struct hs_principal *hs_principals_by_token(
	const struct hs_principals *principals, const char *token);
/* The principal with that username and password; a wrong name takes as long as a wrong password. */
const struct hs_principal *hs_principals_sign_in(
	const struct hs_principals *principals, const char *username, const char *password);

#endif
