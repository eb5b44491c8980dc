#include "hub/feed/chosen.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct one {
	UT_hash_handle hh;
	char key[];
};

/* What is between two documents: who has the one must have the other. Keys are the set's. */
struct pair {
	const char *yields, *stands;
};

struct hs_chosen {
	struct one *all;
	const struct hs_filter *filter;
	struct pair *pairs;
	size_t pair_count, pair_room;
	bool failed;
};

bool
hs_chosen_has(const struct hs_chosen *chosen, const char *document_key)
{
	struct one *one = NULL;

	HASH_FIND_STR(chosen->all, document_key, one);
	return one != NULL;
}

static void
choose(struct hs_chosen *chosen, const char *key)
{
	struct one *one;
	size_t len = strlen(key);

	if (hs_chosen_has(chosen, key))
		return;
	one = calloc(1, sizeof(*one) + len + 1);
	if (one == NULL) {
		chosen->failed = true;
		return;
	}
	memcpy(one->key, key, len + 1);
	HASH_ADD(hh, chosen->all, key[0], len, one);
}

/* By its own words. */
static enum hs_err
look_at(struct hs_chosen *chosen, const hs_notice *notice)
{
	struct hs_head head;
	struct hs_buf key;
	enum hs_err err = hs_head_read(notice, &head);

	if (err != HS_OK)
		return err;
	hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
	if (!hs_document_key(notice, &key))
		err = HS_ERR_NOMEM;
	else if (hs_filter_in_snapshot(chosen->filter, &head))
		choose(chosen, hs_buf_text(&key));
	hs_buf_free(&key);
	hs_head_free(&head);
	return err;
}

static void
look_at_packed(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct hs_chosen *chosen = owner;
	struct hs_arena *arena;
	hs_notice *notice;

	(void)seq;
	if (chosen->failed)
		return;
	arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	if (arena == NULL || hs_notice_unpack(arena, bytes, len_bytes, &notice) != HS_OK ||
		look_at(chosen, notice) != HS_OK)
		chosen->failed = true;
	hs_arena_destroy(arena);
}

static void
keep_pair(void *owner, const char *yields, const char *stands)
{
	struct hs_chosen *chosen = owner;
	size_t room = chosen->pair_room == 0 ? 64 : chosen->pair_room * 2;
	struct pair *grown;

	if (chosen->pair_count == chosen->pair_room) {
		grown = chosen->failed ? NULL : realloc(chosen->pairs, room * sizeof(*grown));
		chosen->failed = grown == NULL;
		if (grown == NULL)
			return;
		chosen->pairs = grown;
		chosen->pair_room = room;
	}
	chosen->pairs[chosen->pair_count++] = (struct pair){ yields, stands };
}

/* A chain of documents is as long as the looks that it takes; each look but the last chooses something. */
static void
choose_what_displaces(struct hs_chosen *chosen)
{
	unsigned before;

	do {
		before = HASH_COUNT(chosen->all);
		for (size_t i = 0; i < chosen->pair_count && !chosen->failed; i++) {
			if (hs_chosen_has(chosen, chosen->pairs[i].yields))
				choose(chosen, chosen->pairs[i].stands);
		}
	} while (HASH_COUNT(chosen->all) > before && !chosen->failed);
}

static bool
leaves_out(const struct hs_filter *filter)
{
	return filter->areas.count > 0 || filter->kinds_only != 0 || filter->kinds_not != 0 ||
	       filter->level_min > 0;
}

struct hs_chosen *
hs_chosen_create(const struct hs_active *active, const struct hs_filter *filter)
{
	struct hs_chosen *chosen = calloc(1, sizeof(*chosen));

	if (chosen == NULL)
		return NULL;
	chosen->filter = filter;
	hs_active_each_document(active, look_at_packed, chosen);
	if (leaves_out(filter))
		hs_active_each_rival(active, keep_pair, chosen);
	if (!chosen->failed)
		choose_what_displaces(chosen);
	free(chosen->pairs);
	chosen->pairs = NULL;
	if (!chosen->failed)
		return chosen;
	hs_chosen_destroy(chosen);
	return NULL;
}

void
hs_chosen_destroy(struct hs_chosen *chosen)
{
	struct one *one, *next;

	if (chosen == NULL)
		return;
	HASH_ITER (hh, chosen->all, one, next) {
		HASH_DEL(chosen->all, one);
		free(one);
	}
	free(chosen->pairs);
	free(chosen);
}
