/* sent.h: of which events anything was sent to the controller: so that nobody is told of a mistake that he never heard.
 *
 * Rules:   a row for each event and lane, with the kinds that were to be sent and those that were. What was never noted (another
 *          process sent it, the row is forgotten) counts as sent.
 * Limits:  HS_SENT_MAX rows; the oldest is forgotten first.
 * Owner:   embedded in its owner. Threads: the loop's. Pure.
 */
#ifndef HS_JALERT_SENT_H
#define HS_JALERT_SENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/rules.h"

#define HS_SENT_MAX 1024

struct hs_sent {
	struct hs_sent_row {
		uint64_t event; /* 0 = free */
		uint32_t noted, sent;
	} rows[HS_SENT_MAX];
	size_t next;
};

/* It is to be sent; kinds: HS_PLAYING_KIND. */
void hs_sent_note(
	struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds);
/* It has left, or may have. */
void hs_sent_take(
	struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds);
/* Some of these kinds was to be sent, and none was. */
bool hs_sent_never(
	const struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds);

#endif
