#include "hub/core/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/answer.h"
#include "hub/core/memory.h"

#define WAIT_MAX_MS    60000
#define US_PER_MS      1000
#define PRINCIPAL_SIZE 256
#define PAGE_BYTES     ((size_t)256 << 10)
#define READS_MAX      16

/* Who asks for what. */
struct asked {
	uint32_t peer, limit;
	uint64_t request, version;
	int64_t deadline_mono_us;	/* it is due from here */
	char principal[PRINCIPAL_SIZE]; /* "": everybody's */
	uint8_t before[HS_ID_BYTES];
	bool first_page;
};

/* A list that is being put together. */
struct page {
	uint64_t ticket; /* of its READ; 0: free */
	struct asked asked;
	struct hs_answer_list answer;
	struct hs_buf listed;
	const struct hs_known_submission *items[HS_LISTING_MAX]; /* the index keeps them */
	size_t count, done;
};

struct hs_listing {
	struct asked *waiters; /* who waits for a change and who is due, in the order of asking */
	size_t waiter_count, waiters_max;
	uint64_t seen; /* changes of everybody's at the last look */
	struct page pages[READS_MAX];
};

struct hs_listing *
hs_listing_create(size_t waiters_max)
{
	struct hs_listing *listing = hs_must_alloc(1, sizeof(*listing));

	listing->waiters_max = waiters_max;
	listing->waiters = hs_must_alloc(2 * waiters_max, sizeof(*listing->waiters));
	return listing;
}

static void
free_page(struct page *page)
{
	hs_buf_free(&page->listed);
	page->ticket = 0;
}

void
hs_listing_destroy(struct hs_listing *listing)
{
	for (size_t i = 0; i < READS_MAX; i++) {
		if (listing->pages[i].ticket != 0)
			free_page(&listing->pages[i]);
	}
	free(listing->waiters);
	free(listing);
}

static uint64_t
version_of(const struct hs_delivery_source *source, const struct hs_index *index,
	const char *principal)
{
	return (uint64_t)source->started_unix_us + hs_index_changed(index, principal);
}

/* ---- one page ---- */

/* Which submissions it has. */
static void
choose(struct page *page, const struct hs_index *index)
{
	const struct asked *asked = &page->asked;
	const struct hs_known_submission *at = NULL;

	if (!asked->first_page) {
		at = hs_index_submission(index, asked->before);
		if (at == NULL || (asked->principal[0] != '\0' &&
					  strcmp(at->principal, asked->principal) != 0))
			return;
	}
	page->answer.found = true;
	while (page->count < asked->limit &&
		(at = hs_index_older(index, asked->principal, at)) != NULL)
		page->items[page->count++] = at;
	page->answer.more =
		page->count == asked->limit &&
		hs_index_older(index, asked->principal, page->items[page->count - 1]) != NULL;
}

static void
add_item(struct page *page, const struct hs_delivery_source *source, struct hs_span notice)
{
	const struct hs_known_submission *known = page->items[page->done++];
	struct hs_answer_status status = {
		.known = known, .notice = notice, .view = hs_unheard_view_of(source)
	};

	hs_hex(known->id, HS_ID_BYTES, status.id);
	hs_answer_listed(&page->listed, &status);
}

static struct page *
free_place(struct hs_listing *listing)
{
	for (size_t i = 0; i < READS_MAX; i++) {
		if (listing->pages[i].ticket == 0)
			return &listing->pages[i];
	}
	return NULL;
}

/* Goes on until it is answered, or needs a READ; then false. What was not applied has no seq, and is
 * never in memory. */
static bool
go_on(struct hs_delivery_source *source, struct page *page)
{
	while (page->done < page->count && page->listed.len_bytes < PAGE_BYTES) {
		const struct hs_known_submission *known = page->items[page->done];
		const struct hs_recent_notice *recent =
			known->seq == 0 ? NULL : hs_recent_find(source->recent, known->seq);

		if (recent == NULL) {
			page->ticket = ++source->tickets;
			hs_effects_read_record(
				source->effects, page->asked.peer, page->ticket, known->pos);
			return false;
		}
		add_item(page, source, recent->notice);
	}
	page->answer.more |= page->done < page->count;
	hs_answer_list(source->effects, page->asked.peer, &page->answer, &page->listed);
	source->answered_bytes += page->listed.len_bytes;
	free_page(page);
	return true;
}

static void
answer(struct page *place, struct hs_delivery_source *source, const struct hs_index *index,
	const struct asked *asked)
{
	*place = (struct page){ .asked = *asked,
		.answer = { .request = asked->request,
			.version = version_of(source, index, asked->principal) } };
	hs_buf_init(&place->listed, (size_t)4 * HS_FRAME_MAX_BYTES);
	choose(place, index);
	(void)go_on(source, place);
}

/* ---- who waits, and who is due ---- */

void
hs_listing_turn(
	struct hs_listing *listing, struct hs_delivery_source *source, const struct hs_index *index)
{
	size_t kept = 0;

	for (size_t i = 0; i < listing->waiter_count; i++) {
		const struct asked *waiter = &listing->waiters[i];
		bool due = source->mono_us >= waiter->deadline_mono_us &&
			   !hs_delivery_is_busy(source, waiter->peer);
		struct page *place = due ? free_place(listing) : NULL;

		if (place != NULL && hs_delivery_may_answer(source, waiter->peer, PAGE_BYTES)) {
			answer(place, source, index, waiter);
			continue;
		}
		/* For a place it waits until a READ is done, for its peer until the next tick. */
		source->unfinished += place != NULL;
		if (kept != i)
			listing->waiters[kept] = *waiter;
		kept++;
	}
	listing->waiter_count = kept;
}

/* Where there is nothing to look at. */
static void
answer_without(struct hs_delivery_source *source, uint32_t peer, const struct hs_answer_list *list)
{
	struct hs_buf nothing;

	hs_buf_init(&nothing, 1);
	hs_answer_list(source->effects, peer, list, &nothing);
}

void
hs_listing_ask(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index, uint32_t peer, const hs_list_query *message)
{
	int64_t wait_ms = message->wait_ms < WAIT_MAX_MS ? message->wait_ms : WAIT_MAX_MS;
	struct hs_span before = { message->before, strlen(message->before) };
	struct asked asked = { .peer = peer,
		.request = message->request,
		.version = message->version,
		.limit = message->limit > 0 && message->limit < HS_LISTING_MAX ? message->limit
									       : HS_LISTING_MAX,
		.first_page = before.len_bytes == 0,
		.deadline_mono_us = source->mono_us };
	bool wrong = strlen(message->principal) >= sizeof(asked.principal) ||
		     (!asked.first_page && !hs_id_parse(before, asked.before));

	if (wrong || listing->waiter_count >= 2 * listing->waiters_max) {
		answer_without(source, peer,
			&(struct hs_answer_list){ .request = message->request, .busy = !wrong });
		return;
	}
	(void)snprintf(asked.principal, sizeof(asked.principal), "%s", message->principal);
	if (listing->waiter_count < listing->waiters_max &&
		asked.version == version_of(source, index, asked.principal))
		asked.deadline_mono_us += wait_ms * US_PER_MS;
	listing->waiters[listing->waiter_count++] = asked;
	hs_listing_turn(listing, source, index);
}

void
hs_listing_wake(
	struct hs_listing *listing, struct hs_delivery_source *source, const struct hs_index *index)
{
	uint64_t changed = hs_index_changed(index, "");
	bool quiet = changed == listing->seen;

	listing->seen = changed;
	for (size_t i = 0; !quiet && i < listing->waiter_count; i++) {
		struct asked *waiter = &listing->waiters[i];

		if (version_of(source, index, waiter->principal) != waiter->version)
			waiter->deadline_mono_us = 0;
	}
	hs_listing_turn(listing, source, index);
}

bool
hs_listing_rows(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index, const struct hs_event *event)
{
	for (size_t i = 0; i < READS_MAX; i++) {
		struct page *page = &listing->pages[i];
		struct hs_record_look look = { .notice = { "", 0 } };

		if (page->ticket == 0 || page->ticket != event->ticket)
			continue;
		if (event->row_count > 0)
			HS_CHECK(hs_record_look(event->rows[0].body, &look) == HS_OK);
		add_item(page, source, look.notice);
		if (go_on(source, page))
			hs_listing_turn(listing, source, index);
		return true;
	}
	return false;
}

void
hs_listing_unask(struct hs_listing *listing, uint32_t peer, uint64_t request)
{
	struct asked *waiters = listing->waiters;

	for (size_t i = 0; i < listing->waiter_count; i++) {
		if (waiters[i].peer != peer || waiters[i].request != request)
			continue;
		listing->waiter_count--;
		memmove(&waiters[i], &waiters[i + 1],
			(listing->waiter_count - i) * sizeof(*waiters));
		return;
	}
}

void
hs_listing_forget_peer(struct hs_listing *listing, uint32_t peer)
{
	size_t kept = 0;

	for (size_t i = 0; i < listing->waiter_count; i++) {
		if (listing->waiters[i].peer != peer)
			listing->waiters[kept++] = listing->waiters[i];
	}
	listing->waiter_count = kept;
	for (size_t i = 0; i < READS_MAX; i++) {
		if (listing->pages[i].ticket != 0 && listing->pages[i].asked.peer == peer)
			free_page(&listing->pages[i]);
	}
}

size_t
hs_listing_waiters(const struct hs_listing *listing)
{
	return listing->waiter_count;
}
