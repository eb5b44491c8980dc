#include "hub/feed/interest.h"

#include <stdlib.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "hub/feed/wanted.h"

#define KEY_MAX_BYTES (64u << 10)
#define WINDOW	      64 /* bits of a word */

/* Answers about the seqs of one window, a bit for each. */
struct answers {
	uint64_t window; /* seq / WINDOW */
	uint64_t asked, wanted;
};

struct hs_interest {
	struct hs_filter filter;
	struct hs_wanted_item item;
	struct hs_group groups[HS_RANK_COUNT];
	unsigned refs;
	uint64_t last_seq;
	struct answers answers;
	uint64_t snapshot_seq;
	struct hs_frame *snapshots[HS_FORM_COUNT];
	char *key;
	UT_hash_handle hh;
};

struct hs_interest_pool {
	struct hs_interest *all;
	struct hs_wanted *wanted;
	struct hs_due due[HS_RANK_COUNT];
	uint64_t newest_seq; /* that was told */
	bool snapshots_kept;
};

struct hs_interest_pool *
hs_interest_pool_create(void)
{
	struct hs_interest_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->wanted = hs_wanted_create();
	if (pool->wanted != NULL)
		return pool;
	free(pool);
	return NULL;
}

void
hs_interest_pool_destroy(struct hs_interest_pool *pool)
{
	if (pool == NULL)
		return;
	HS_CHECK(pool->all == NULL);
	hs_wanted_destroy(pool->wanted);
	free(pool);
}

size_t
hs_interest_count(const struct hs_interest_pool *pool)
{
	return HASH_COUNT(pool->all);
}

static void
drop_snapshots(struct hs_interest *interest)
{
	for (int i = 0; i < HS_FORM_COUNT; i++) {
		hs_frame_unref(interest->snapshots[i]);
		interest->snapshots[i] = NULL;
	}
}

static struct hs_interest *
add(struct hs_interest_pool *pool, struct hs_filter *filter, const char *key)
{
	struct hs_interest *interest = calloc(1, sizeof(*interest));

	if (interest == NULL)
		return NULL;
	interest->key = strdup(key);
	if (interest->key == NULL) {
		free(interest);
		return NULL;
	}
	interest->filter = *filter;
	*filter = (struct hs_filter){ 0 };
	interest->last_seq = pool->newest_seq;
	if (hs_wanted_add(pool->wanted, &interest->item, &interest->filter) != HS_OK) {
		hs_filter_free(&interest->filter);
		free(interest->key);
		free(interest);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, pool->all, interest->key, strlen(interest->key), interest);
	return interest;
}

struct hs_interest *
hs_interest_get(struct hs_interest_pool *pool, struct hs_filter *filter)
{
	struct hs_interest *interest = NULL;
	struct hs_buf key;

	hs_buf_init(&key, KEY_MAX_BYTES);
	hs_filter_key(filter, &key);
	if (!key.failed) {
		HASH_FIND_STR(pool->all, hs_buf_text(&key), interest);
		if (interest == NULL)
			interest = add(pool, filter, hs_buf_text(&key));
	}
	if (interest != NULL)
		interest->refs++;
	hs_buf_free(&key);
	hs_filter_free(filter);
	return interest;
}

void
hs_interest_put(struct hs_interest_pool *pool, struct hs_interest *interest)
{
	if (interest == NULL)
		return;
	HS_CHECK(interest->refs > 0);
	if (--interest->refs > 0)
		return;
	for (int i = 0; i < HS_RANK_COUNT; i++)
		HS_CHECK(interest->groups[i].count == 0);
	HASH_DEL(pool->all, interest);
	hs_wanted_remove(pool->wanted, &interest->item);
	drop_snapshots(interest);
	hs_filter_free(&interest->filter);
	free(interest->key);
	free(interest);
}

const struct hs_filter *
hs_interest_filter(const struct hs_interest *interest)
{
	return &interest->filter;
}

static void
answer(struct answers *answers, uint64_t seq, bool wanted)
{
	uint64_t bit = 1ull << seq % WINDOW;

	if (answers->window != seq / WINDOW)
		*answers = (struct answers){ .window = seq / WINDOW };
	answers->asked |= bit;
	if (wanted)
		answers->wanted |= bit;
}

bool
hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry)
{
	struct answers *answers = &interest->answers;
	uint64_t bit = 1ull << entry->seq % WINDOW;

	if (answers->window != entry->seq / WINDOW || (answers->asked & bit) == 0)
		answer(answers, entry->seq, hs_filter_passes(&interest->filter, &entry->head));
	return (answers->wanted & bit) != 0;
}

/* ---- who waits for what ---- */

struct telling {
	struct hs_interest_pool *pool;
	uint64_t seq, before_seq;
};

static void
tell_one(void *owner, struct hs_wanted_item *item)
{
	const struct telling *telling = owner;
	struct hs_interest *interest = HS_CONTAINER_OF(item, struct hs_interest, item);

	answer(&interest->answers, telling->seq, true);
	interest->last_seq = telling->seq;
	for (int i = 0; i < HS_RANK_COUNT; i++)
		hs_group_call(&telling->pool->due[i], &interest->groups[i], telling->before_seq);
}

void
hs_interest_tell(struct hs_interest_pool *pool, const struct hs_entry *entry, uint64_t before_seq)
{
	struct telling telling = { pool, entry->seq, before_seq };

	hs_wanted_find(pool->wanted, &entry->head, tell_one, &telling);
	pool->newest_seq = entry->seq;
}

uint64_t
hs_interest_last_seq(const struct hs_interest *interest)
{
	return interest->last_seq;
}

struct hs_group *
hs_interest_group(struct hs_interest *interest, enum hs_rank rank)
{
	return &interest->groups[rank];
}

struct hs_due *
hs_interest_due(struct hs_interest_pool *pool, enum hs_rank rank)
{
	return &pool->due[rank];
}

/* ---- snapshots ---- */

struct hs_frame *
hs_interest_snapshot(const struct hs_interest *interest, enum hs_form form, uint64_t seq)
{
	return interest->snapshot_seq == seq ? interest->snapshots[form] : NULL;
}

void
hs_interest_keep_snapshot(struct hs_interest_pool *pool, struct hs_interest *interest,
	enum hs_form form, uint64_t seq, struct hs_frame *frame)
{
	if (interest->snapshot_seq != seq)
		drop_snapshots(interest);
	hs_frame_unref(interest->snapshots[form]);
	interest->snapshots[form] = hs_frame_ref(frame);
	interest->snapshot_seq = seq;
	pool->snapshots_kept = true;
}

void
hs_interest_drop_snapshots(struct hs_interest_pool *pool)
{
	struct hs_interest *interest, *next;

	if (!pool->snapshots_kept)
		return;
	HASH_ITER (hh, pool->all, interest, next)
		drop_snapshots(interest);
	pool->snapshots_kept = false;
}

void
hs_interest_forget(struct hs_interest_pool *pool)
{
	struct hs_interest *interest, *next;

	HASH_ITER (hh, pool->all, interest, next) {
		drop_snapshots(interest);
		interest->snapshot_seq = 0;
		interest->answers = (struct answers){ 0 };
		interest->last_seq = 0;
	}
	pool->newest_seq = 0;
	pool->snapshots_kept = false;
}
