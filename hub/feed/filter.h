/* filter.h: which notices a subscriber wants. Pure functions over a filter and the head of a notice.
 *
 * Rules (schemas/link.proto FeedSubscribe, DECISIONS.md "Filters"):
 *   areas      any area of the notice within any area of the filter, or the other way round: an order for
 *              the whole prefecture concerns who asked for one of its towns. No areas in the filter: all.
 *              The areas of the notice are its own and those that earlier revisions of its document had
 *              (areas_before, put by the hub): who was told of one revision is told of all later ones.
 *              A notice without any area concerns everybody.
 *   kinds      words include, "!words" exclude; only exclusions: all others. A notice whose kind we do
 *              not know passes (promise P12). Kinds of what it follows count too (kinds_before).
 *   level_min  looks at first messages only: an ISSUE with no level, or one that we do not know, counts as
 *              the highest. Everything that follows a first message (update, correction, lift, cancel)
 *              passes, because who holds the order must learn that it changed. An ISSUE that follows something
 *              all the same, of its own document or of another one that it displaces, has the level of that too
 *              (level_before).
 *   What it follows is found and written down by the hub, which knows what is in force (hub/core/before.h). Records of older hubs
 *   say of it areas_before alone.
 * Memory: a filter is immutable after hs_filter_parse and owned by its creator.
 */
#ifndef HS_FEED_FILTER_H
#define HS_FEED_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "schemas/area_set.h"
#include "schemas/notice.h"

/* What filters look at, taken from a notice once. */
struct hs_head {
	int kind;
	int action;
	uint32_t level;	  /* the higher of 警戒レベル and 相当; 0: none */
	bool follows;	  /* its sender says that it belongs to something that was told before */
	bool level_known; /* of what it follows, so level_before means something */
	uint32_t level_before;	   /* 0: something without a level */
	uint64_t kinds_before;	   /* bits; 0: one that is not known */
	struct hs_area_set areas;  /* most exact code of each area */
	struct hs_area_set before; /* of earlier revisions of its document, put by the hub */
};

struct hs_filter {
	struct hs_area_set areas;
	uint64_t kinds_only; /* bit = kind; 0: all */
	uint64_t kinds_not;
	uint32_t level_min;
};

/* What a client asked for, as text; borrowed. */
struct hs_filter_words {
	const char *const *areas;
	size_t area_count;
	const char *const *kinds;
	size_t kind_count;
	uint32_t level_min; /* 0…5 */
};

#define HS_FILTER_WHY 160

/* HS_ERR_NOMEM only. hs_head_free frees what it took. */
enum hs_err hs_head_read(const hs_notice *notice, struct hs_head *out) HS_MUST_CHECK;
void hs_head_free(struct hs_head *head);

/* HS_ERR_INVALID: `why` names the value that is not known and what is possible; HS_ERR_TOO_LARGE: more
 * than areas_max areas. Equal wishes give equal filters. */
enum hs_err hs_filter_parse(const struct hs_filter_words *words, size_t areas_max,
	struct hs_filter *out, char why[HS_FILTER_WHY]) HS_MUST_CHECK;
void hs_filter_free(struct hs_filter *filter);
/* A text that is equal for equal filters. */
void hs_filter_key(const struct hs_filter *filter, struct hs_buf *out);

/* Whether a notice goes to a subscriber with this filter. */
bool hs_filter_passes(const struct hs_filter *filter, const struct hs_head *head);
/* Whether a live document stands in the snapshot for this filter because of this notice, one of those that it
 * rests on (all of which go with it): as above, but level_min holds for every message and only its own kind counts, because a snapshot
 * tells what is in force and not what changed. What displaces it goes with it (chosen.h). */
bool hs_filter_in_snapshot(const struct hs_filter *filter, const struct hs_head *head);

#endif
