#include "hub/feed/interest.h"

#include <stdlib.h>
#include <uthash.h>

#include "hub/base/check.h"

#define KEY_MAX_BYTES (64u << 10)

struct hs_interest {
	struct hs_filter filter;
	unsigned refs;
	uint64_t asked_seq; /* the newest question and its answer */
	bool wanted;
	uint64_t snapshot_seq;
	struct hs_frame *snapshots[HS_FORM_COUNT];
	char *key;
	UT_hash_handle hh;
};

struct hs_interest_pool {
	struct hs_interest *all;
	bool snapshots_kept;
};

struct hs_interest_pool *
hs_interest_pool_create(void)
{
	return calloc(1, sizeof(struct hs_interest_pool));
}

void
hs_interest_pool_destroy(struct hs_interest_pool *pool)
{
	if (pool == NULL)
		return;
	HS_CHECK(pool->all == NULL);
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
	HASH_DEL(pool->all, interest);
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

bool
hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry)
{
	if (interest->asked_seq != entry->seq) {
		interest->asked_seq = entry->seq;
		interest->wanted = hs_filter_passes(&interest->filter, &entry->head);
	}
	return interest->wanted;
}

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
		interest->asked_seq = 0;
	}
	pool->snapshots_kept = false;
}
