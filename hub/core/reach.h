/* reach.h: which filters by kind and level let something of a document pass: two numbers for each document.
 *
 * Flow:    a notice → hs_reach_of → added to its document's (intake.h) → before.h asks it for those that follow.
 * Levels:  the highest counts, because a filter asks for "at least". None, or one that is not on the scale, passes every
 *          filter and is the highest. 0: nothing.
 */
#ifndef HS_CORE_REACH_H
#define HS_CORE_REACH_H

#include <stdint.h>

#define HS_REACH_ALL	  6 /* without a level */
#define HS_REACH_KIND_MAX 63

struct hs_reach {
	uint64_t kinds; /* bits; 0: a kind without a number here, which passes */
	uint32_t level; /* 1…5, HS_REACH_ALL; 0: nothing */
};

static inline uint64_t
hs_reach_kind(int kind)
{
	return (uint64_t)1 << (kind > 0 && kind <= HS_REACH_KIND_MAX ? kind : 0);
}

static inline uint32_t
hs_reach_level(uint32_t level)
{
	return level == 0 || level >= HS_REACH_ALL ? HS_REACH_ALL : level;
}

static inline void
hs_reach_add(struct hs_reach *to, const struct hs_reach *more)
{
	to->kinds |= more->kinds;
	to->level = more->level > to->level ? more->level : to->level;
}

#endif
