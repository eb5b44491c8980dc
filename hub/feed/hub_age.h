/* hub_age.h: when the hub was last known to be alive, also where it is heard through another feed only.
 *
 * Rules:   a link to the hub itself: each of its frames says that it lives. A link to a feed above us: its frames say
 *          only that this feed lives; its heartbeats say how long ago it heard the hub, and that age is handed on,
 *          never shortened. So hub_age_ms at a subscriber means the same at every depth.
 * Threads: none. Pure. Times are of the clock that never jumps, in µs.
 */
#ifndef HS_FEED_HUB_AGE_H
#define HS_FEED_HUB_AGE_H

#include "schemas/notice.h"

struct hs_hub_age {
	int64_t heard_us; /* anything on this link; 0: never */
	int64_t hub_us;	  /* the hub lived then; 0: it was never heard */
	bool relayed;	  /* a feed stands between */
	bool away;	  /* and has lost the hub */
};

/* A connection came about. */
void hs_hub_age_up(struct hs_hub_age *age, int64_t now_us);
/* Anything came on it. greeted: after the hello, so that it is known who speaks. */
void hs_hub_age_frame(struct hs_hub_age *age, bool greeted, int64_t now_us);
/* The hello: of the hub, or of a feed. */
void hs_hub_age_hello(struct hs_hub_age *age, bool of_feed, int64_t now_us);
/* A heartbeat of the feed above. true: away has changed. */
bool hs_hub_age_relay(struct hs_hub_age *age, const Hansho__V1__RelayState *relay, int64_t now_us);
/* UINT32_MAX: never heard. */
uint32_t hs_hub_age_ms(const struct hs_hub_age *age, int64_t now_us);

#endif
