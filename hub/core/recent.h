/* recent.h: the newest committed notices, packed, so that live sending reads no disk.
 *
 * A ring by seq, limited in count and bytes; what has left it is read from the journal. Owner: the core.
 */
#ifndef HS_CORE_RECENT_H
#define HS_CORE_RECENT_H

#include "hub/core/record.h"

struct hs_recent;

struct hs_recent_notice {
	uint64_t seq;
	int64_t accepted_unix_us;
	int64_t durable_unix_us;
	char id[HS_ID_HEX];
	struct hs_span notice;
	struct hs_shared *owner; /* of the notice's bytes; NULL: none */
};

struct hs_recent *hs_recent_create(size_t count_max, size_t bytes_max);
void hs_recent_destroy(struct hs_recent *recent);
/* Copies, or takes a reference of the owner; seq rises by one. The oldest leave. */
void hs_recent_take(struct hs_recent *recent, const struct hs_recent_notice *notice);
/* NULL when it is not (or no longer) there. Borrowed until the next take. */
const struct hs_recent_notice *hs_recent_find(const struct hs_recent *recent, uint64_t seq);
/* 0: empty. */
uint64_t hs_recent_oldest(const struct hs_recent *recent);

#endif
