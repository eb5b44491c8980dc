#include "hub/gate/order.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/active.h"
#include "schemas/area_key.h"
#include "schemas/lalert_write.h"

#define MUNICIPALITY_DIGITS 5
#define RESTRICTED_ZONE	    "警戒区域"
#define IDEOGRAPHIC_BLANK   "\xe3\x80\x80"

/* Steps over one blank at *text, ideographic ones too. */
size_t
hs_order_blank_bytes(const char *text)
{
	if (*text == ' ' || *text == '\t' || *text == '\r')
		return 1;
	return strncmp(text, IDEOGRAPHIC_BLANK, 3) == 0 ? 3 : 0;
}

const char *
hs_order_skip_blanks(const char *text)
{
	size_t len_bytes;

	while ((len_bytes = hs_order_blank_bytes(text)) > 0)
		text += len_bytes;
	return text;
}

bool
hs_order_same_place(const struct hs_order_area *a, const struct hs_order_area *b)
{
	bool zone_a = strcmp(a->term, RESTRICTED_ZONE) == 0;
	bool zone_b = strcmp(b->term, RESTRICTED_ZONE) == 0;

	return zone_a == zone_b && strcmp(a->key, b->key) == 0;
}

void
hs_order_area_key(const struct hs_order_area *area, char out[HS_ORDER_KEY_SIZE])
{
	const struct hs_span spans[] = {
		{ area->document->source, strlen(area->document->source) + 1 },
		{ area->document->id, strlen(area->document->id) + 1 },
		{ area->name, strlen(area->name) + 1 },
		{ area->term, strlen(area->term) + 1 },
		{ area->sub_code, strlen(area->sub_code) + 1 },
	};
	uint8_t digest[HS_SHA256_BYTES];

	hs_sha256(spans, HS_COUNT(spans), digest);
	hs_hex(digest, (HS_ORDER_KEY_SIZE - 1) / 2, out);
}

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
	struct hs_standing *out;
	bool failed;
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
read_areas(struct reader *r, const hs_evacuation_detail *detail,
	const struct hs_order_document *document)
{
	for (size_t i = 0; i < detail->n_areas; i++) {
		struct hs_order_area *area;

		if (!concerns(r, document, detail->areas[i]->area))
			continue;
		area = read_area(r, detail, detail->areas[i]);
		if (area == NULL ||
			!hs_repeat(r->arena, &r->out->area_count, &r->out->areas, area)) {
			r->failed = true;
			return;
		}
		area->document = document;
	}
}

/* The cancel of a document is among the notices that the set rests on. */
static bool
was_cancelled(const hs_active_reply *reply, const hs_document *document)
{
	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_notice *notice = reply->notices[i]->notice;

		if (notice != NULL && notice->document != NULL &&
			notice->action == HS_ACTION(CANCEL) &&
			strcmp(notice->document->source, document->source) == 0 &&
			strcmp(notice->document->id, document->id) == 0)
			return true;
	}
	return false;
}

static void
read_document(struct reader *r, const hs_notice *notice)
{
	struct hs_order_document *document = hs_arena_alloc(r->arena, sizeof(*document));

	if (document == NULL || !copy_text(r->arena, notice->document->source, &document->source) ||
		!copy_text(r->arena, notice->document->id, &document->id) ||
		!copy_text(r->arena, notice->evacuation->disaster_name, &document->disaster_name) ||
		!hs_repeat(r->arena, &r->out->document_count, &r->out->documents, document)) {
		r->failed = true;
		return;
	}
	document->revision = notice->document->revision;
	document->created_unix_us = notice->times != NULL ? time_us(notice->times->created) : 0;
	document->own = strcmp(document->source, r->own_source) == 0;
	document->closed = was_cancelled(r->reply, notice->document);
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		if (notice->evacuation->details[i]->state != HS_EVAC(LIFTED))
			read_areas(r, notice->evacuation->details[i], document);
	}
}

static void
visit_standing(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct reader *r = owner;
	hs_notice *notice;

	(void)seq;
	if (hs_notice_unpack(r->arena, bytes, len_bytes, &notice) != HS_OK)
		r->failed = true;
	else if (notice->document != NULL &&
		 notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		read_document(r, notice);
}

/* Everything that a person saw as being in force goes in; order as the hub gave it (by rising seq). */
static bool
make_basis(struct hs_standing *standing)
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
hs_standing_read(struct hs_arena *arena, const hs_active_reply *reply, const char *own_source,
	const char *own_code, struct hs_standing *out)
{
	struct reader r = { arena, reply, own_source, own_code, out, false };
	struct hs_active *active = hs_active_create();

	*out = (struct hs_standing){ 0 };
	if (active == NULL)
		return false;
	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_deliver *deliver = reply->notices[i];

		/* stale ones change nothing; the rest is what the hub itself stands on */
		if (deliver->notice != NULL && hs_active_apply(active, deliver->seq,
						       deliver->notice, NULL) == HS_ERR_NOMEM)
			r.failed = true;
	}
	hs_active_each_standing(active, visit_standing, &r);
	hs_active_destroy(active);
	return !r.failed && make_basis(out);
}

/* ---- writing ---- */

struct writer {
	struct hs_arena *arena;
	struct hs_lalert_detail *details;
	size_t count;
	bool failed;
};

static void
copy_area(const struct hs_order_area *from, struct hs_lalert_detail *detail,
	struct hs_lalert_area *areas)
{
	areas[detail->area_count++] = (struct hs_lalert_area){ .code = from->code,
		.name = from->name,
		.kana = from->kana,
		.sub_code = from->sub_code,
		.ordered_unix_us = from->ordered_unix_us };
}

/* One Detail for each Sort, in the order in which the Sorts first occur. */
static void
write_details(struct writer *w, struct hs_order_area **areas, size_t count, const char *state)
{
	for (size_t i = 0; i < count; i++) {
		struct hs_lalert_area *list;
		struct hs_lalert_detail *detail = &w->details[w->count];
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = strcmp(areas[j]->term, areas[i]->term) == 0;
		if (seen)
			continue;
		list = hs_arena_alloc(w->arena, count * sizeof(*list));
		if (list == NULL) {
			w->failed = true;
			return;
		}
		*detail = (struct hs_lalert_detail){
			.sort = areas[i]->term, .issue_or_lift = state, .areas = list
		};
		for (size_t j = i; j < count; j++) {
			if (strcmp(areas[j]->term, areas[i]->term) == 0)
				copy_area(areas[j], detail, list);
		}
		w->count++;
	}
}

static const char *
type_word(const struct hs_order_plan *plan)
{
	if (plan->choice->act == HS_ORDER_CANCEL)
		return "Cancel";
	return plan->revision == 1 ? "Report" : "Update";
}

void
hs_order_write(struct hs_arena *arena, const struct hs_order_plan *plan,
	const struct hs_principal *principal, const char *status, const char *headline,
	struct hs_buf *out)
{
	size_t rows = plan->in_force_count + plan->lifted_count + 1;
	bool goes_on = plan->document != NULL && !plan->document->closed;
	struct writer w = { .arena = arena };
	struct hs_lalert_document document = { .status = status,
		.type = type_word(plan),
		.sender_id = principal->source,
		.document_id = plan->document_id,
		.revision = plan->revision,
		.previous_revision = plan->revision - 1,
		.sent_unix_us = plan->choice->now_unix_us,
		.first_created_unix_us = goes_on ? plan->document->created_unix_us : 0,
		.office = { principal->code, principal->organisation, principal->office },
		.disaster_name = plan->disaster_name,
		.headline = headline,
		.complement = plan->choice->complement };

	w.details = hs_arena_alloc(arena, rows * sizeof(*w.details));
	/* The new document id is made anew for each check, so this names one transmission. */
	document.distribution_id =
		hs_arena_printf(arena, "%s.%u", plan->choice->new_document_id, plan->revision);
	if (w.details == NULL || document.distribution_id == NULL) {
		out->failed = true;
		return;
	}
	write_details(&w, plan->in_force, plan->in_force_count, HS_LALERT_ISSUE);
	write_details(&w, plan->lifted, plan->lifted_count, HS_LALERT_LIFT);
	document.details = w.details;
	document.detail_count = w.count;
	if (plan->choice->act == HS_ORDER_CANCEL)
		document.errata = plan->choice->reason;
	hs_lalert_write(out, &document);
	if (w.failed)
		out->failed = true;
}
