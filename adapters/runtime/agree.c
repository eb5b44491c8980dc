/* Does this lane hold what the hub holds? The same notices give the same set and digest everywhere (schemas/active.h),
 * and the hub tells its digest to whoever gets everything. A lane that differs twice in a row has lost something on the
 * way: it resumes, and the snapshot that comes with it replaces what the adapter knew (promise P6).
 * An adapter without snapshots has no state that could differ. */
#include "adapters/runtime/internal.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#include <string.h>

/* One may be a notice that is on its way. */
#define STRIKES_MAX	2
/* A difference that a snapshot does not mend is an error to look at, not a reason to reconnect for ever. */
#define RESYNC_PAUSE_US (60 * HS_US_PER_S)

void
hs_agree_forget(struct hs_lane *lane)
{
	if (lane->agreement.active)
		hs_active_destroy(lane->agreement.active);
	lane->agreement.active = NULL;
	lane->agreement.strikes = 0;
}

static bool
apply(struct hs_agreement *own, uint64_t seq, const hs_notice *notice)
{
	enum hs_err err = hs_active_apply(own->active, seq, notice, NULL);
	own->digest_is_old = true;
	return err == HS_OK || err == HS_ERR_STALE || err == HS_ERR_INVALID;
}

void
hs_agree_snapshot(struct hs_lane *lane, const struct hs_adapter_snapshot *snapshot)
{
	struct hs_agreement *own = &lane->agreement;
	hs_agree_forget(lane);
	own->active = hs_active_create();
	own->seq = snapshot->seq;
	own->digest_is_old = true;
	for (size_t i = 0; own->active && i < snapshot->count; i++)
		if (!apply(own, snapshot->notices[i].seq, snapshot->notices[i].notice))
			hs_agree_forget(lane);
}

void
hs_agree_notice(struct hs_lane *lane, uint64_t seq, const hs_notice *notice)
{
	struct hs_agreement *own = &lane->agreement;
	if (!own->active || seq <= own->seq)
		return;
	own->seq = seq;
	if (!apply(own, seq, notice))
		hs_agree_forget(lane);
}

static const char *
digest_of(struct hs_agreement *own)
{
	if (own->digest_is_old)
		hs_active_digest(own->active, own->digest);
	own->digest_is_old = false;
	return own->digest;
}

/* While a backlog comes the set is ahead of the stream. */
const char *
hs_agree_digest(struct hs_lane *lane)
{
	struct hs_agreement *own = &lane->agreement;
	bool tells = own->active && own->wanted && own->seq == lane->stream.last_seq;
	return tells ? digest_of(own) : "";
}

bool
hs_agree_heartbeat(
	struct hs_lane *lane, uint64_t newest_seq, const char *digest, int64_t now_mono_us)
{
	struct hs_agreement *own = &lane->agreement;
	own->wanted = digest[0] != '\0';
	if (!own->active || !own->wanted || newest_seq != own->seq)
		return true;
	if (strcmp(digest, digest_of(own)) == 0) {
		own->strikes = 0;
		return true;
	}
	lane->counts.digests_differ++;
	hs_error("adapter.digest_differs", "lane=%s seq=%llu hub=%.32s own=%s",
		hs_lane_name(lane->id), (unsigned long long)own->seq, digest, own->digest);
	if (++own->strikes < STRIKES_MAX || now_mono_us < own->resync_from_mono_us)
		return true;
	own->strikes = 0;
	own->resync_from_mono_us = now_mono_us + RESYNC_PAUSE_US;
	lane->counts.resyncs++;
	return false;
}
