/* answer.h: the frames that the hub answers with, packed. Formats: schemas/link.proto.
 *
 * Notices are copied into the frames in the journal's own bytes (wire.h). Everything goes straight into
 * the store of the effects; nothing is kept.
 */
#ifndef HS_CORE_ANSWER_H
#define HS_CORE_ANSWER_H

#include "hub/core/core.h"
#include "hub/core/finding.h"
#include "hub/core/guard.h"
#include "hub/core/pending.h"
#include "hub/core/receipts.h"
#include "hub/core/route.h"
#include "hub/core/unheard.h"
#include "hub/core/watch.h"
#include "schemas/active.h"

struct hs_answer_hello {
	int mode;
	const char *epoch, *version;
	uint64_t newest_seq;
	int64_t heartbeat_ms, unix_us;
	size_t window;
};
void hs_answer_hello(
	struct hs_effects *effects, uint32_t peer, const struct hs_answer_hello *hello);
void hs_answer_heartbeat(struct hs_effects *effects, uint32_t peer, uint64_t newest_seq,
	const char *digest, int64_t unix_us);
void hs_answer_goodbye(struct hs_effects *effects, uint32_t peer, const char *reason);
/* detail: see hs_hub_findings_add. in_force: NULL for answers that do not tell it. */
void hs_answer_submit(struct hs_effects *effects, const char *epoch,
	const struct hs_waiting_reply *reply, const char *detail,
	const struct hs_in_force *in_force);

struct hs_answer_status {
	uint64_t request;
	char id[HS_ID_HEX];
	const struct hs_known_submission *known; /* NULL: not found */
	struct hs_span notice;			 /* packed, may be empty */
	struct hs_unheard_view view;
};
void hs_answer_status(
	struct hs_effects *effects, uint32_t peer, const struct hs_answer_status *status);

struct hs_answer_list {
	uint64_t request, version;
	bool found, more, busy;
};
/* Appends one submission to a list; of its notice what stands first, up to 32 KiB, of its receipts up to 128 KiB. Its request is
 * not told. */
void hs_answer_listed(struct hs_buf *list, const struct hs_answer_status *status);
void hs_answer_list(struct hs_effects *effects, uint32_t peer, const struct hs_answer_list *list,
	const struct hs_buf *listed);

/* The live documents with an area within area_code ("" = all), as far as one frame takes them. */
void hs_answer_active(struct hs_effects *effects, uint32_t peer, uint64_t request,
	const char *area_code, const struct hs_active *active, uint64_t newest_seq);

/* The alarms that stand. */
void hs_answer_alarms(struct hs_effects *effects, uint32_t peer, uint64_t request,
	const struct hs_watch *watch, const struct hs_watch_options *options, uint64_t newest_seq);

struct hs_answer_fetch {
	uint64_t request, newest_seq;
	bool originals;
	const struct hs_row *rows; /* NULL entries do not occur */
	size_t row_count;
};
/* entitled: which of the rows the peer gets; `end` is true when the last row is the newest notice. */
void hs_answer_fetch(struct hs_effects *effects, uint32_t peer, const struct hs_answer_fetch *fetch,
	bool (*entitled)(void *owner, uint32_t peer, uint64_t seq), void *owner);

#endif
