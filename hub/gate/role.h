/* role.h: what each role may do at the gate: one table.
 *
 * Roles belong to credentials, not to people: who watches in one role and sends in another has two credentials.
 * Threads: any; constants.
 */
#ifndef HS_GATE_ROLE_H
#define HS_GATE_ROLE_H

#include "hub/gate/principal.h"
#include "schemas/notice.h"

struct hs_role_row {
	const char *word;
	bool submits;	     /* may send documents, and have them checked */
	bool own_areas;	     /* needs areas of its own and a source */
	bool sees_all;	     /* state and receipts of everybody's submissions of this gate */
	bool live;	     /* may exist on the live lane; on the drill lane every role may */
	const char *formats; /* blank-separated, when the principal names none; "": all */
};

/* role: enum hs_role. Never NULL. */
const struct hs_role_row *hs_role_row(int role);
/* The principal may send documents of this format (name of a row of parser_registry.c). */
bool hs_role_takes_format(const struct hs_principal *principal, const char *format);
/* The formats that it may send, blank-separated, into out. */
void hs_role_formats(const struct hs_principal *principal, char *out, size_t out_size);
/* Whether state and receipts of a submission are shown to it: its own, and everybody's when its role sees all. */
bool hs_role_may_see(const struct hs_principal *principal, const hs_status_reply *reply);
/* "sender relayer drill_leader": the words of the roles that may send on this lane, HS_MODE(LIVE) or HS_MODE(DRILL). */
void hs_role_senders(int lane, char *out, size_t out_size);

#endif
