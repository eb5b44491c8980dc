/* children_internal.h: what the files of children.h share: children.c (table, links, the hub's coming and going),
 * child_talk.c (what a child says), children_ops.c (what the operations page shows).
 */
#ifndef HS_FEED_CHILDREN_INTERNAL_H
#define HS_FEED_CHILDREN_INTERNAL_H

#include "hub/base/link.h"
#include "hub/base/silence.h"
#include "hub/feed/child_fetch.h"
#include "hub/feed/child_stream.h"
#include "hub/feed/children.h"

/* How far the beginning of a connection has come. */
enum greeting {
	GREETING_NONE,	/* not connected, or it has not said hello */
	GREETING_HEARD, /* it said hello, and we are not current */
	GREETING_SENT,	/* we said hello: it may resume */
	GREETING_DONE	/* it did */
};

struct child {
	struct hs_children *children;
	const struct hs_child_settings *config;
	struct hs_link *link;
	enum greeting greeting;
	int64_t heard_us;
	struct hs_child_stream *stream;
	bool digest_differed;
	uint64_t digests_differ, drops;
};

struct hs_children {
	struct hs_feed_parts *parts;
	const struct hs_children_settings *settings;
	struct hs_child_fetches *fetches;
	bool current;
	uv_timer_t slices, look;
	struct hs_silence_looks looks;
	size_t open_parts; /* timers and links that are not closed yet */
	size_t count;
	struct child rows[];
};

extern const struct hs_link_ops hs_child_link_ops; /* owner: struct child */

/* Our hello and a heartbeat. */
void hs_child_greet(struct child *child);
void hs_child_beat(struct child *child);
/* Its stream goes on, now or in a moment. */
void hs_child_pump(struct child *child);
void hs_child_drop(struct child *child, const char *why);

#endif
