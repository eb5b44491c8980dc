/* active_state.h: a note of which notices the active set rests on, so that a start need not apply them all.
 *
 * Why:    applying a notice to the set costs some ten times what reading its record costs. The set is a
 *         function of the notices that hs_active_each_document gives (schemas/active.h), so their seqs are
 *         enough to make it again.
 * Flow:   each state_notices notices, and at a stop: hs_active_state_write → journal (meta, with the next
 *         commit). Start: hs_active_state_read → only these notices, then all newer than state.seq.
 * Trust:  none. It carries a hash over itself, the version of the rules (HS_ACTIVE_RULES), and the digest that must come out;
 *         when anything differs the core applies everything, as if there were no note.
 *         Beside it lies what the watch remembers (watch.h), which no set could tell.
 * Format: SHA-256 of what follows; version (32 bytes, zero-filled); digest (32); seq, count, then so many seqs, each
 *         8 bytes big-endian, rising; the rest is the watch's.
 */
#ifndef HS_CORE_ACTIVE_STATE_H
#define HS_CORE_ACTIVE_STATE_H

#include "hub/base/hash.h"
#include "hub/core/watch.h"
#include "schemas/active.h"

struct hs_active_state {
	uint64_t seq; /* the set is that after this notice; 0: no note */
	char digest[HS_DIGEST_SIZE];
	uint64_t *seqs;	      /* owned; rising */
	size_t count, next;   /* next: the first that was not applied yet */
	struct hs_span watch; /* of the bytes that were read, borrowed */
};

void hs_active_state_write(const struct hs_active *active, const struct hs_watch *watch,
	uint64_t seq, const char *version, struct hs_buf *out);
/* false: not usable, *out has seq 0. */
bool hs_active_state_read(struct hs_span bytes, const char *version, struct hs_active_state *out);
void hs_active_state_free(struct hs_active_state *state);
/* Does the set need this notice? Called for rising seqs. */
bool hs_active_state_needs(struct hs_active_state *state, uint64_t seq);

#endif
