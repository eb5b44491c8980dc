#include "hub/feed/pager.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define FETCHES_MAX 8

struct fetch {
	uint64_t request; /* 0: unused */
	uint64_t after_seq;
};

struct hs_pager {
	struct hs_pager_ports ports;
	size_t pages_max, count;
	struct fetch fetches[FETCHES_MAX];
	struct hs_page **pages; /* newest use first */
};

struct hs_pager *
hs_pager_create(const struct hs_pager_ports *ports, size_t pages_max)
{
	struct hs_pager *pager = calloc(1, sizeof(*pager));

	if (pager == NULL)
		return NULL;
	pager->pages = calloc(pages_max, sizeof(struct hs_page *));
	if (pager->pages == NULL) {
		free(pager);
		return NULL;
	}
	pager->ports = *ports;
	pager->pages_max = pages_max;
	return pager;
}

static void
free_page(struct hs_page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; i < page->count; i++)
		hs_entry_unref(page->entries[i]);
	free(page->entries);
	free(page);
}

void
hs_pager_destroy(struct hs_pager *pager)
{
	if (pager == NULL)
		return;
	hs_pager_reset(pager);
	free(pager->pages);
	free(pager);
}

void
hs_pager_reset(struct hs_pager *pager)
{
	hs_pager_forget_fetches(pager);
	while (pager->count > 0)
		free_page(pager->pages[--pager->count]);
}

void
hs_pager_forget_fetches(struct hs_pager *pager)
{
	for (size_t i = 0; i < FETCHES_MAX; i++)
		pager->fetches[i].request = 0;
}

size_t
hs_pager_count(const struct hs_pager *pager)
{
	return pager->count;
}

struct hs_entry *
hs_page_after(const struct hs_page *page, uint64_t seq)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->entries[i]->seq > seq)
			return page->entries[i];
	return NULL;
}

static void
to_front(struct hs_pager *pager, size_t place)
{
	struct hs_page *page = pager->pages[place];

	for (; place > 0; place--)
		pager->pages[place] = pager->pages[place - 1];
	pager->pages[0] = page;
}

/* Something after seq stands in it, and nothing between seq and its first; or it says that there is none. */
static bool
answers(const struct hs_page *page, uint64_t seq)
{
	if (page->count == 0)
		return page->end && page->after_seq == seq;
	return page->after_seq <= seq && page->entries[page->count - 1]->seq > seq;
}

/* A kept page that says what comes after seq. */
static const struct hs_page *
find(struct hs_pager *pager, uint64_t seq)
{
	for (size_t i = 0; i < pager->count; i++) {
		struct hs_page *page = pager->pages[i];

		if (answers(page, seq)) {
			to_front(pager, i);
			return page;
		}
	}
	return NULL;
}

static bool
have_page_at(const struct hs_pager *pager, uint64_t after_seq)
{
	for (size_t i = 0; i < pager->count; i++)
		if (pager->pages[i]->after_seq == after_seq)
			return true;
	return false;
}

static void
drop_page_at(struct hs_pager *pager, uint64_t after_seq)
{
	for (size_t i = 0; i < pager->count; i++) {
		if (pager->pages[i]->after_seq != after_seq)
			continue;
		to_front(pager, i);
		free_page(pager->pages[0]);
		pager->count--;
		for (size_t j = 0; j < pager->count; j++)
			pager->pages[j] = pager->pages[j + 1];
		return;
	}
}

static void
ask(struct hs_pager *pager, uint64_t after_seq)
{
	struct fetch *unused = NULL;

	for (size_t i = 0; i < FETCHES_MAX; i++) {
		struct fetch *fetch = &pager->fetches[i];

		if (fetch->request == 0)
			unused = fetch;
		else if (fetch->after_seq == after_seq)
			return;
	}
	if (unused == NULL)
		return;
	unused->after_seq = after_seq;
	unused->request = pager->ports.fetch(pager->ports.owner, after_seq, HS_PAGE_NOTICES);
}

const struct hs_page *
hs_pager_get(struct hs_pager *pager, uint64_t seq)
{
	uint64_t aligned = seq - seq % HS_PAGE_NOTICES;
	const struct hs_page *page = find(pager, seq);

	if (page != NULL)
		return page;
	/* The page at the aligned place may have been cut short by its bytes: go on from here then. */
	ask(pager, have_page_at(pager, aligned) ? seq : aligned);
	return NULL;
}

static enum hs_err
fill(struct hs_page *page, const char *epoch, const hs_fetch_reply *reply, int64_t now_unix_us)
{
	page->end = reply->end;
	page->entries = calloc(reply->n_notices + 1, sizeof(struct hs_entry *));
	if (page->entries == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_deliver *deliver = reply->notices[i];
		enum hs_err err;

		if (deliver->notice == NULL || deliver->seq <= page->after_seq)
			continue;
		err = hs_entry_create(epoch, deliver, now_unix_us, &page->entries[page->count]);
		if (err != HS_OK)
			return err;
		page->count++;
	}
	return HS_OK;
}

enum hs_err
hs_pager_reply(
	struct hs_pager *pager, const char *epoch, const hs_fetch_reply *reply, int64_t now_unix_us)
{
	struct fetch *fetch = NULL;
	struct hs_page *page;
	enum hs_err err;

	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (reply->request != 0 && pager->fetches[i].request == reply->request)
			fetch = &pager->fetches[i];
	if (fetch == NULL)
		return HS_ERR_NOT_FOUND;
	fetch->request = 0;
	page = calloc(1, sizeof(*page));
	if (page == NULL)
		return HS_ERR_NOMEM;
	page->after_seq = fetch->after_seq;
	err = fill(page, epoch, reply, now_unix_us);
	if (err != HS_OK) {
		free_page(page);
		return err;
	}
	drop_page_at(pager, page->after_seq);
	if (pager->count == pager->pages_max)
		free_page(pager->pages[--pager->count]);
	pager->pages[pager->count++] = page;
	to_front(pager, pager->count - 1);
	return HS_OK;
}
