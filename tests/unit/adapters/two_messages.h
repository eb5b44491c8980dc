/* two_messages.h: an order and the message after it, as an adapter with state sees the second one. Synthetic places only. */
#ifndef HS_TEST_TWO_MESSAGES_H
#define HS_TEST_TWO_MESSAGES_H

#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

struct two_messages {
	struct hs_standing standing;
	hs_notice *second;
	struct hs_municipal *municipals;
	size_t count;
};

/* A place with the term of its level; level 0: the level 4 of it is lifted; 9: a restricted zone. */
static inline struct kit_place
two_place(const char *code, const char *name, uint32_t level)
{
	const struct hs_level_display *display = hs_level_display(level ? level : 4);
	return (struct kit_place){ code, name, "", level == 9 ? "警戒区域" : display->term_ja,
		level == 9 ? 0 : level, level == 0, 0 };
}

static inline void
two_tell(struct two_messages *two, struct hs_arena *own, int action, const struct kit_place *first,
	size_t first_count, const struct kit_place *second, size_t second_count)
{
	struct hs_adapter_snapshot snapshot = { .epoch = "e", .digest = "" };
	struct hs_adapter_item items[] = {
		{ .seq = 1,
			.notice = kit_notice(
				own, HS_MODE(LIVE), HS_ACTION(ISSUE), "d", 1, first, first_count) },
		{ .seq = 2,
			.notice = kit_notice(
				own, HS_MODE(LIVE), action, "d", 2, second, second_count) },
	};
	*two = (struct two_messages){ 0 };
	hs_standing_load(&two->standing, &snapshot);
	hs_standing_apply(&two->standing, &items[0]);
	hs_standing_apply(&two->standing, &items[1]);
	two->second = (hs_notice *)(uintptr_t)items[1].notice;
	assert_int_equal(HS_OK, hs_standing_split(&two->standing, own, &items[1], false,
					&two->municipals, &two->count));
}

static inline void
two_end(struct two_messages *two)
{
	hs_standing_free(&two->standing);
}

#endif
