/* order_read.c: what is in force in the municipality, and what would be if the last message of a document
 * were taken back. See order.h.
 *
 * Both come from schemas/active.h and from nothing else: the second one by trying a cancel of every document
 * that can still be cancelled, on a set that is thrown away afterwards.
 */
#include "hub/gate/order.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/active.h"
#include "schemas/area_key.h"

#define MUNICIPALITY_DIGITS 5
#define AFTER_ALL	    UINT64_MAX /* seq of the cancel that is only tried */

static int64_t
time_us(const hs_time *time)
{
	return time != NULL ? time->unix_us : 0;
}

/* The reply is gone before the page is written, so the standing has its own copies. */
static bool
copy_text(struct hs_arena *arena, const char *text, const char **out)
{
	*out = hs_arena_strdup(arena, text);
	return *out != NULL;
}

struct reader {
	struct hs_arena *arena;
	const hs_active_reply *reply;
	const char *own_source, *own_code;
	struct hs_order_standing *out;
	bool failed;
};

/* Where areas go. */
struct area_list {
	size_t *count;
	struct hs_order_area ***items;
};

static struct hs_order_area *
read_area(struct reader *r, const hs_evacuation_detail *detail, const hs_evacuation_place *place)
{
	struct hs_order_area *area = hs_arena_alloc(r->arena, sizeof(*area));

	if (area == NULL || !copy_text(r->arena, place->area->name, &area->name) ||
		!copy_text(r->arena, place->area->kana, &area->kana) ||
		!copy_text(r->arena, place->area->code, &area->code) ||
		!copy_text(r->arena, place->area->sub_code, &area->sub_code) ||
		!copy_text(r->arena, detail->sort, &area->term))
		return NULL;
	area->key = hs_area_key(r->arena, area->code, area->name);
	area->level = detail->level != NULL ? detail->level->number : 0;
	area->ordered_unix_us = time_us(place->ordered);
	return area->key != NULL ? area : NULL;
}

/* A document of another source may speak for more municipalities: only ours is shown. Our own document is
 * written out whole again, so all of it is kept. */
static bool
concerns(const struct reader *r, const struct hs_order_document *document, const hs_area *area)
{
	return area != NULL &&
	       (document->own || strncmp(area->code, r->own_code, MUNICIPALITY_DIGITS) == 0);
}

static void
read_places(struct reader *r, const hs_evacuation_detail *detail,
	const struct hs_order_document *document, struct area_list to)
{
	for (size_t i = 0; i < detail->n_areas; i++) {
		struct hs_order_area *area;

		if (!concerns(r, document, detail->areas[i]->area))
			continue;
		area = read_area(r, detail, detail->areas[i]);
		if (area == NULL || !hs_repeat(r->arena, to.count, to.items, area)) {
			r->failed = true;
			return;
		}
		area->document = document;
	}
}

/* The areas that a notice orders, or those that it lifts. */
static void
read_areas(struct reader *r, const hs_notice *notice, const struct hs_order_document *document,
	bool lifted, struct area_list to)
{
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];

		if ((detail->state == HS_EVAC(LIFTED)) == lifted)
			read_places(r, detail, document, to);
	}
}

/* ---- documents ---- */

/* The cancel of a document is among the notices that the set rests on. */
static bool
was_cancelled(const hs_active_reply *reply, const hs_document *document)
{
	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_notice *notice = reply->notices[i]->notice;

		if (notice != NULL && notice->action == HS_ACTION(CANCEL) &&
			hs_same_document(notice->document, document))
			return true;
	}
	return false;
}

/* The newest message of the document that is no cancel; NULL when there is none. */
static const hs_notice *
newest_of(const hs_active_reply *reply, const hs_document *document)
{
	const hs_deliver *newest = NULL;

	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_deliver *deliver = reply->notices[i];

		if (deliver->notice != NULL && deliver->notice->action != HS_ACTION(CANCEL) &&
			hs_same_document(deliver->notice->document, document) &&
			(newest == NULL || deliver->seq > newest->seq))
			newest = deliver;
	}
	return newest != NULL ? newest->notice : NULL;
}

static struct hs_order_document *
find_document(const struct hs_order_standing *standing, const hs_document *document)
{
	for (size_t i = 0; i < standing->document_count; i++) {
		if (strcmp(standing->documents[i]->source, document->source) == 0 &&
			strcmp(standing->documents[i]->id, document->id) == 0)
			return standing->documents[i];
	}
	return NULL;
}

static struct hs_order_document *
add_document(struct reader *r, const hs_notice *notice)
{
	struct hs_order_document *document = hs_arena_alloc(r->arena, sizeof(*document));

	if (document == NULL || !copy_text(r->arena, notice->document->source, &document->source) ||
		!copy_text(r->arena, notice->document->id, &document->id) ||
		!copy_text(r->arena, notice->evacuation->disaster_name, &document->disaster_name) ||
		!hs_repeat(r->arena, &r->out->document_count, &r->out->documents, document)) {
		r->failed = true;
		return NULL;
	}
	document->revision = notice->document->revision;
	document->created_unix_us = notice->times != NULL ? time_us(notice->times->created) : 0;
	document->own = strcmp(document->source, r->own_source) == 0;
	document->closed = was_cancelled(r->reply, notice->document);
	document->over = false;
	return document;
}

/* ---- what stands, and what would stand ---- */

static bool
is_order(const hs_notice *notice)
{
	return notice != NULL && notice->document != NULL &&
	       notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION;
}

static hs_notice *
unpack(struct reader *r, const void *bytes, size_t len_bytes)
{
	hs_notice *notice;

	if (hs_notice_unpack(r->arena, bytes, len_bytes, &notice) != HS_OK) {
		r->failed = true;
		return NULL;
	}
	return is_order(notice) ? notice : NULL;
}

static void
visit_standing(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct reader *r = owner;
	const hs_notice *notice = unpack(r, bytes, len_bytes);
	struct hs_order_document *document = notice != NULL ? add_document(r, notice) : NULL;

	(void)seq;
	if (document != NULL)
		read_areas(r, notice, document, false,
			(struct area_list){ &r->out->area_count, &r->out->areas });
}

/* Own documents only. One that nothing is in force of, because all of it was lifted, is met here for the first
 * time: a wrong lift can be taken back too. */
static void
visit_rolled_back(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct reader *r = owner;
	const hs_notice *notice = unpack(r, bytes, len_bytes);
	struct hs_order_document *document;

	(void)seq;
	if (notice == NULL || strcmp(notice->document->source, r->own_source) != 0)
		return;
	document = find_document(r->out, notice->document);
	if (document == NULL) {
		const hs_notice *newest = newest_of(r->reply, notice->document);

		document = newest != NULL && is_order(newest) ? add_document(r, newest) : NULL;
		if (document == NULL)
			return;
		document->over = true;
	}
	if (!document->closed)
		read_areas(r, notice, document, false,
			(struct area_list){ &r->out->restored_count, &r->out->restored });
}

static struct hs_active *
active_of(struct reader *r)
{
	struct hs_active *active = hs_active_create();

	for (size_t i = 0; active != NULL && i < r->reply->n_notices; i++) {
		const hs_deliver *deliver = r->reply->notices[i];

		/* stale ones change nothing; the rest is what the hub itself stands on */
		if (deliver->notice != NULL && hs_active_apply(active, deliver->seq,
						       deliver->notice, NULL) == HS_ERR_NOMEM)
			r->failed = true;
	}
	r->failed = r->failed || active == NULL;
	return active;
}

/* A message of a document of ours that can still be cancelled. */
static bool
can_be_cancelled(const struct reader *r, const hs_notice *notice)
{
	return is_order(notice) && strcmp(notice->document->source, r->own_source) == 0 &&
	       !was_cancelled(r->reply, notice->document);
}

/* One cancel for each document: a second one, with the same seq, is stale. */
static void
try_cancels(struct reader *r, struct hs_active *active)
{
	for (size_t i = 0; i < r->reply->n_notices; i++) {
		const hs_notice *notice = r->reply->notices[i]->notice;
		hs_notice cancel = HANSHO__V1__NOTICE__INIT;

		if (!can_be_cancelled(r, notice))
			continue;
		cancel.mode = notice->mode;
		cancel.kind = notice->kind;
		cancel.action = HS_ACTION(CANCEL);
		cancel.document = notice->document;
		cancel.source = notice->source;
		if (hs_active_apply(active, AFTER_ALL, &cancel, NULL) == HS_ERR_NOMEM)
			r->failed = true;
	}
}

/* A cancel repeats the whole message that it takes back, so what that message lifted is kept too. */
static void
read_lifted(struct reader *r)
{
	for (size_t i = 0; i < r->out->document_count; i++) {
		const struct hs_order_document *document = r->out->documents[i];
		hs_document key = HANSHO__V1__DOCUMENT__INIT;
		const hs_notice *newest;

		if (!document->own || document->closed)
			continue;
		key.source = (char *)(uintptr_t)document->source;
		key.id = (char *)(uintptr_t)document->id;
		newest = newest_of(r->reply, &key);
		if (newest != NULL && is_order(newest))
			read_areas(r, newest, document, true,
				(struct area_list){ &r->out->lifted_count, &r->out->lifted });
	}
}

/* Everything that a person saw as being in force goes in; order as the hub gave it (by rising seq). */
static bool
make_basis(struct hs_order_standing *standing)
{
	struct hs_buf text;
	struct hs_span span;
	uint8_t digest[HS_SHA256_BYTES];
	bool fits;

	hs_buf_init(&text, 4u << 20);
	for (size_t i = 0; i < standing->document_count; i++)
		hs_buf_printf(&text, "%s\n%s\n%u\n", standing->documents[i]->source,
			standing->documents[i]->id, standing->documents[i]->revision);
	for (size_t i = 0; i < standing->area_count; i++)
		hs_buf_printf(&text, "%s\n%s\n%u\n", standing->areas[i]->name,
			standing->areas[i]->term, standing->areas[i]->level);
	span = (struct hs_span){ hs_buf_text(&text), text.len_bytes };
	hs_sha256(&span, 1, digest);
	hs_hex(digest, (HS_ORDER_BASIS_SIZE - 1) / 2, standing->basis);
	fits = !text.failed;
	hs_buf_free(&text);
	return fits;
}

bool
hs_order_standing_read(struct hs_arena *arena, const hs_active_reply *reply, const char *own_source,
	const char *own_code, struct hs_order_standing *out)
{
	struct reader r = { arena, reply, own_source, own_code, out, false };
	struct hs_active *active;

	*out = (struct hs_order_standing){ 0 };
	active = active_of(&r);
	if (active == NULL)
		return false;
	hs_active_each_standing(active, visit_standing, &r);
	try_cancels(&r, active);
	hs_active_each_standing(active, visit_rolled_back, &r);
	hs_active_destroy(active);
	read_lifted(&r);
	return !r.failed && make_basis(out);
}
