/* principals.h: the list of those who may send, and how they prove it.
 *
 * Flow:    YAML file → hs_config → checks of the whole list → lookups.
 * Rules:   a principal's statuses must fit the lane of this gate: a live gate knows only Actual, a drill
 *          gate never does. A list that breaks this, or that leaves in doubt who somebody is, stops the
 *          start with a sentence that names the entry and the way to mend it.
 * Owner:   the list owns its strings. Whoever keeps a principal beyond one turn of the loop holds it: the list is freed when
 *          its owner has let it go and nobody holds one of its principals.
 * Threads: read-only after loading: any; hold and drop on the loop's.
 * Secrets: compared in constant time (hs_equal_secret); never logged.
 */
#ifndef HS_GATE_PRINCIPALS_H
#define HS_GATE_PRINCIPALS_H

#include "hub/base/err.h"
#include "hub/gate/principal.h"

struct hs_principals;

/* mode: HS_MODE(LIVE), HS_MODE(DRILL), or HS_MODE(UNSPECIFIED): that of the first principal. HS_ERR_CONFIG with `why`. */
enum hs_err hs_principals_load(const char *path, int mode, struct hs_principals **out,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* The same from text in memory. */
enum hs_err hs_principals_parse(const char *text, int mode, struct hs_principals **out,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* The owner lets it go. NULL is allowed. */
void hs_principals_free(struct hs_principals *principals);
/* NULL, and principals of no list, are allowed. */
void hs_principal_hold(const struct hs_principal *principal);
void hs_principal_drop(const struct hs_principal *principal);
/* A number, never 0, that stays the same as long as id and credentials do. */
uint64_t hs_principal_mark(const struct hs_principal *principal);
/* The marks of all that are not revoked, in order; the caller frees them. NULL without memory, or when there are none. */
uint64_t *hs_principals_marks(const struct hs_principals *principals, size_t *count);

size_t hs_principals_count(const struct hs_principals *principals);
/* Each look-up may give one that is revoked: see who.h. NULL when there is none; "" finds nobody. */
const struct hs_principal *hs_principals_by_id(
	const struct hs_principals *principals, const char *id);
const struct hs_principal *hs_principals_by_username(
	const struct hs_principals *principals, const char *username);
/* The principal whose bearer token this is. */
const struct hs_principal *hs_principals_by_token(
	const struct hs_principals *principals, const char *token);
/* The principal that a certificate with one of these names proves (certificate_name.h). */
const struct hs_principal *hs_principals_by_certificate(
	const struct hs_principals *principals, const char *name);
/* The principal with that username and password; a wrong name takes as long as a wrong password. */
const struct hs_principal *hs_principals_sign_in(
	const struct hs_principals *principals, const char *username, const char *password);

#endif
