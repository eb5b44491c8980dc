#include "hub/feed/child_fetch.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/feed/child_frames.h"

/* One answer, like the hub's: a page and what a link takes at once. */
#define PAGE_MAX       HS_PAGE_NOTICES
#define PAGE_MAX_BYTES ((size_t)4 << 20)

struct waiting {
	bool used;
	size_t child;
	uint64_t request; /* the child's number */
	uint64_t
		hub_request; /* ours, when the hub was asked for this child; 0: a page is awaited */
	uint64_t after_seq;
	uint32_t limit;
};

struct hs_child_fetches {
	struct hs_feed_parts *parts;
	struct hs_child_fetch_ports ports;
	struct waiting waiting[HS_CHILD_FETCHES_MAX];
};

struct hs_child_fetches *
hs_child_fetches_create(struct hs_feed_parts *parts, const struct hs_child_fetch_ports *ports)
{
	struct hs_child_fetches *fetches = calloc(1, sizeof(*fetches));

	if (fetches == NULL)
		return NULL;
	fetches->parts = parts;
	fetches->ports = *ports;
	return fetches;
}

void
hs_child_fetches_destroy(struct hs_child_fetches *fetches)
{
	free(fetches);
}

static void
send_buf(struct hs_child_fetches *fetches, size_t child, struct hs_buf *buf)
{
	if (!buf->failed)
		fetches->ports.send(fetches->ports.owner, child, buf->bytes, buf->len_bytes);
	hs_buf_free(buf);
}

static void
answer(struct hs_child_fetches *fetches, const struct waiting *asked,
	struct hs_entry *const *entries, size_t count, bool end)
{
	struct hs_buf buf;

	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_page(&buf, asked->request, entries, count, end);
	send_buf(fetches, asked->child, &buf);
}

/* ---- pages ---- */

/* What comes after `seq` in the ring or in that page (NULL: the ring). */
static struct hs_entry *
entry_after(const struct hs_store *store, const struct hs_page *page, uint64_t seq)
{
	return page == NULL ? hs_ring_after(store->ring, seq) : hs_page_after(page, seq);
}

/* Answers when ring or pager have what was asked for; false: it must wait for a page. */
static bool
answer_page(struct hs_child_fetches *fetches, const struct waiting *asked)
{
	const struct hs_store *store = &fetches->parts->store;
	const struct hs_page *page = NULL;
	struct hs_entry *entries[PAGE_MAX], *entry;
	size_t count = 0, len_bytes = 0, most = asked->limit < PAGE_MAX ? asked->limit : PAGE_MAX;
	uint64_t seq = asked->after_seq;

	if (seq < hs_ring_base(store->ring)) {
		page = hs_pager_get(fetches->parts->pager, seq);
		if (page == NULL)
			return false;
	}
	while (count < most && len_bytes < PAGE_MAX_BYTES &&
		(entry = entry_after(store, page, seq)) != NULL) {
		entries[count++] = entry;
		len_bytes += hs_frame_len_bytes(entry->frames[HS_FORM_PROTO]);
		seq = entry->seq;
	}
	answer(fetches, asked, entries, count,
		page == NULL ? hs_ring_after(store->ring, seq) == NULL
			     : seq >= hs_store_newest(store));
	return true;
}

/* ---- of the hub ---- */

static bool
ask_hub(struct hs_child_fetches *fetches, const Hansho__V1__Fetch *fetch, uint64_t *request)
{
	struct hs_hub_port *hub = fetches->parts->hub;

	if (fetch->originals)
		return hs_hub_port_fetch(hub, fetch->after_seq, fetch->limit, true, request) ==
		       HS_OK;
	return hs_hub_port_fetch_area(
		       hub, fetch->after_seq, fetch->limit, fetch->area_code, request) == HS_OK;
}

void
hs_child_fetches_take(
	struct hs_child_fetches *fetches, size_t child, const Hansho__V1__Fetch *fetch)
{
	struct waiting asked = { .used = true,
		.child = child,
		.request = fetch->request,
		.after_seq = fetch->after_seq,
		.limit = fetch->limit };
	bool page = !fetch->originals && fetch->area_code[0] == '\0';
	struct waiting *place = NULL;

	if (page && answer_page(fetches, &asked))
		return;
	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX && place == NULL; i++) {
		if (!fetches->waiting[i].used)
			place = &fetches->waiting[i];
	}
	if (place == NULL)
		answer(fetches, &asked, NULL, 0, false);
	else if (page || ask_hub(fetches, fetch, &asked.hub_request))
		*place = asked;
}

void
hs_child_fetches_retry(struct hs_child_fetches *fetches)
{
	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX; i++) {
		struct waiting *waiting = &fetches->waiting[i];

		if (waiting->used && waiting->hub_request == 0 && answer_page(fetches, waiting))
			waiting->used = false;
	}
}

enum hs_err
hs_child_fetches_reply(struct hs_child_fetches *fetches, const hs_fetch_reply *reply)
{
	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX; i++) {
		struct waiting *waiting = &fetches->waiting[i];
		struct hs_buf buf;

		if (!waiting->used || waiting->hub_request == 0 ||
			waiting->hub_request != reply->request)
			continue;
		waiting->used = false;
		hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
		hs_child_pack_reply(&buf, waiting->request, reply);
		send_buf(fetches, waiting->child, &buf);
		return HS_OK;
	}
	return HS_ERR_NOT_FOUND;
}

void
hs_child_fetches_forget(struct hs_child_fetches *fetches, size_t child)
{
	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX; i++) {
		if (fetches->waiting[i].child == child)
			fetches->waiting[i].used = false;
	}
}

void
hs_child_fetches_forget_all(struct hs_child_fetches *fetches)
{
	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX; i++)
		fetches->waiting[i].used = false;
}

size_t
hs_child_fetches_waiting(const struct hs_child_fetches *fetches)
{
	size_t count = 0;

	for (size_t i = 0; i < HS_CHILD_FETCHES_MAX; i++)
		count += fetches->waiting[i].used;
	return count;
}
