#include "hub/feed/subscriber.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

#define LINE_BYTES 64 /* of the cache */
#define NO_SLOT	   SIZE_MAX

_Static_assert(sizeof(struct hs_subscriber) == LINE_BYTES, "a round touches one line of each");

struct hs_subscribers {
	struct hs_subscriber *slots; /* those below the limit have been set */
	size_t limit, max, count, first_count;
	size_t free_slot; /* head of the chain of unused slots; their cursor holds the next one */
	size_t in_form[HS_FORM_COUNT];
};

/* 0 (FREE): the event does not fit the state. */
static const uint8_t next_states[HS_SUB_STATE_COUNT][HS_SUB_EVENT_COUNT] = {
	[HS_SUB_HELLO] = { [HS_SUB_SUBSCRIBED] = HS_SUB_REPLAY, [HS_SUB_CLOSES] = HS_SUB_CLOSING },
	[HS_SUB_REPLAY] = { [HS_SUB_NEEDS_PAGE] = HS_SUB_BACKFILL,
		[HS_SUB_CAUGHT_UP] = HS_SUB_LIVE,
		[HS_SUB_CLOSES] = HS_SUB_CLOSING },
	[HS_SUB_BACKFILL] = { [HS_SUB_GOT_PAGE] = HS_SUB_REPLAY, [HS_SUB_CLOSES] = HS_SUB_CLOSING },
	[HS_SUB_LIVE] = { [HS_SUB_CLOSES] = HS_SUB_CLOSING },
};

bool
hs_subscriber_step(struct hs_subscriber *subscriber, enum hs_sub_event event)
{
	uint8_t next;

	HS_CHECK(subscriber->state < HS_SUB_STATE_COUNT && event < HS_SUB_EVENT_COUNT);
	next = next_states[subscriber->state][event];
	if (next == HS_SUB_FREE)
		return false;
	subscriber->state = next;
	return true;
}

struct hs_subscribers *
hs_subscribers_create(size_t max)
{
	struct hs_subscribers *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	table->max = max;
	table->free_slot = NO_SLOT;
	table->slots = aligned_alloc(LINE_BYTES, max * sizeof(*table->slots));
	if (table->slots != NULL)
		return table;
	free(table);
	return NULL;
}

void
hs_subscribers_destroy(struct hs_subscribers *table)
{
	if (table == NULL)
		return;
	free(table->slots);
	free(table);
}

static struct hs_subscriber *
take_slot(struct hs_subscribers *table)
{
	struct hs_subscriber *slot;

	if (table->free_slot != NO_SLOT) {
		slot = &table->slots[table->free_slot];
		table->free_slot = (size_t)slot->cursor;
		return slot;
	}
	if (table->limit == table->max)
		return NULL;
	return &table->slots[table->limit++];
}

struct hs_subscriber *
hs_subscribers_add(struct hs_subscribers *table, hs_http_id id, enum hs_form form, uint32_t now_s)
{
	struct hs_subscriber *subscriber = take_slot(table);

	if (subscriber == NULL)
		return NULL;
	memset(subscriber, 0, sizeof(*subscriber));
	subscriber->id = id;
	subscriber->form = (uint8_t)form;
	subscriber->state = HS_SUB_HELLO;
	subscriber->since_s = now_s;
	subscriber->heard_s = now_s;
	subscriber->acked_s = now_s;
	table->count++;
	table->in_form[form]++;
	return subscriber;
}

void
hs_subscribers_set_first(struct hs_subscribers *table, struct hs_subscriber *subscriber)
{
	HS_CHECK(subscriber->state == HS_SUB_HELLO);
	table->first_count += !subscriber->first;
	subscriber->first = true;
}

size_t
hs_subscribers_first_count(const struct hs_subscribers *table)
{
	return table->first_count;
}

void
hs_subscribers_remove(struct hs_subscribers *table, struct hs_subscriber *subscriber)
{
	HS_CHECK(subscriber->state != HS_SUB_FREE && subscriber->interest == NULL &&
		 subscriber->among == HS_AMONG_NONE);
	table->count--;
	table->first_count -= subscriber->first;
	table->in_form[subscriber->form]--;
	memset(subscriber, 0, sizeof(*subscriber));
	subscriber->cursor = table->free_slot;
	table->free_slot = (size_t)(subscriber - table->slots);
}

uint64_t
hs_subscribers_tag(const struct hs_subscribers *table, const struct hs_subscriber *subscriber)
{
	return (uint64_t)(subscriber - table->slots) + 1;
}

struct hs_subscriber *
hs_subscribers_find(struct hs_subscribers *table, uint64_t tag, hs_http_id id)
{
	struct hs_subscriber *subscriber;

	if (tag == 0 || tag > table->limit)
		return NULL;
	subscriber = &table->slots[tag - 1];
	return subscriber->state != HS_SUB_FREE && subscriber->id == id ? subscriber : NULL;
}

size_t
hs_subscribers_limit(const struct hs_subscribers *table)
{
	return table->limit;
}

struct hs_subscriber *
hs_subscribers_at(struct hs_subscribers *table, size_t slot)
{
	HS_CHECK(slot < table->limit);
	return &table->slots[slot];
}

size_t
hs_subscribers_count(const struct hs_subscribers *table)
{
	return table->count;
}

size_t
hs_subscribers_in_form(const struct hs_subscribers *table, enum hs_form form)
{
	return table->in_form[form];
}
