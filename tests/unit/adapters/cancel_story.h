/* cancel_story.h: histories that end with a cancel, and the cancel as an adapter with state sees it. One table, so that
 * every outlet is asked about the same ones. Synthetic places only. */
#ifndef HS_TEST_CANCEL_STORY_H
#define HS_TEST_CANCEL_STORY_H

#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define STORY_STEPS 4

/* A step: levels of 北町 and 港町; 0 lifted, -1 not named. The step after the last is the cancel of it. */
struct story_step {
	int north, port;
};

struct story {
	const char *name;
	struct story_step steps[STORY_STEPS];
	size_t count;
};

enum story_id { STORY_LIFT, STORY_RAISE, STORY_FIRST, STORY_NOTHING, STORY_LEVELS };

static const struct story stories[] = {
	[STORY_LIFT] = { "raised one, lifted the other", { { 4, 4 }, { 4, 5 }, { 0, 5 } }, 3 },
	[STORY_RAISE] = { "raised one", { { 3, 3 }, { 3, 5 } }, 2 },
	[STORY_FIRST] = { "the first order", { { 4, 4 } }, 1 },
	[STORY_NOTHING] = { "only said again", { { 4, 4 }, { 4, 4 } }, 2 },
	[STORY_LEVELS] = { "lifted two levels", { { 3, 5 }, { 0, 0 } }, 2 },
};

struct told_story {
	struct hs_arena *arena;
	struct hs_standing standing;
	hs_notice *cancel;
	struct hs_adapter_item item;
	struct hs_municipal *municipal;
};

static inline void
story_place(struct kit_place *place, const char *name, const char *kana, int level)
{
	const struct hs_level_display *display = hs_level_display((uint32_t)(level ? level : 4));
	*place = (struct kit_place){ "990019", name, kana, display->term_ja, (uint32_t)level,
		level == 0, 0 };
}

/* Message `index` of the story, with that action. */
static inline hs_notice *
story_notice(struct hs_arena *arena, int mode, const struct story *story, size_t index, int action,
	uint32_t revision)
{
	struct kit_place places[2];
	size_t count = 0;
	const struct story_step *step = &story->steps[index];
	if (step->north >= 0)
		story_place(&places[count++], "北町", "きたまち", step->north);
	if (step->port >= 0)
		story_place(&places[count++], "港町", "みなとまち", step->port);
	return kit_notice(arena, mode, action, "d", revision, places, count);
}

/* Tells it to the end. with_state: the adapter had a snapshot before it. */
static inline void
story_tell(struct told_story *told, enum story_id id, int mode, bool with_state)
{
	const struct story *story = &stories[id];
	struct hs_adapter_snapshot snapshot = { .epoch = "e", .digest = "" };
	struct hs_municipal *municipals;
	size_t count;
	*told = (struct told_story){ .arena = hs_arena_create(64u << 20) };
	if (with_state)
		hs_standing_load(&told->standing, &snapshot);
	for (size_t i = 0; i <= story->count; i++) {
		bool last = i == story->count;
		int action = last     ? HS_ACTION(CANCEL)
			     : i == 0 ? HS_ACTION(ISSUE)
				      : HS_ACTION(UPDATE);
		told->cancel = story_notice(
			told->arena, mode, story, last ? i - 1 : i, action, (uint32_t)i + 1);
		told->item = (struct hs_adapter_item){ .notice = told->cancel, .seq = i + 1 };
		hs_standing_apply(&told->standing, &told->item);
	}
	told->cancel->correction = kit_text(told->arena, "操作の誤り");
	assert_int_equal(HS_OK, hs_standing_split(&told->standing, told->arena, &told->item, false,
					&municipals, &count));
	assert_int_equal(1, count);
	told->municipal = &municipals[0];
}

static inline void
story_end(struct told_story *told)
{
	hs_standing_free(&told->standing);
	hs_arena_destroy(told->arena);
}

#endif
