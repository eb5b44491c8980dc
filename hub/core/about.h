/* about.h: which notices are about what is in force: of a document that is, or of the same event (mode, kind and what its source
 * calls it, as it was first told). What an outlet took of that counts however long ago it was (past.h).
 *
 * Owner:   whoever creates it. Threads: any. Errors: the process ends when memory runs out.
 */
#ifndef HS_CORE_ABOUT_H
#define HS_CORE_ABOUT_H

#include "hub/core/record.h"
#include "schemas/active.h"

struct hs_about;

struct hs_about *hs_about_create(const struct hs_active *active);
/* NULL is allowed. */
void hs_about_destroy(struct hs_about *about);
/* A packed notice. */
bool hs_about_in_force(const struct hs_about *about, struct hs_span notice);

#endif
