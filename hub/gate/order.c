#include "hub/gate/order.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/lalert_write.h"
#include "schemas/tables.h"

#define FULL_WIDTH_FIRST  0xFF01u
#define FULL_WIDTH_LAST	  0xFF5Eu
#define FULL_WIDTH_SHIFT  0xFEE0u
#define IDEOGRAPHIC_BLANK "\xe3\x80\x80"

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

/* The next character, full-width ASCII as ASCII; *text moves behind it. */
static unsigned
next_char(const char **text)
{
	const unsigned char *bytes = (const unsigned char *)*text;
	unsigned code;

	if (bytes[0] == 0xEF && bytes[1] != 0 && bytes[2] != 0) {
		code = (unsigned)((bytes[0] & 0x0F) << 12 | (bytes[1] & 0x3F) << 6 |
				  (bytes[2] & 0x3F));
		if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST) {
			*text += 3;
			return code - FULL_WIDTH_SHIFT;
		}
	}
	*text += bytes[0] != 0;
	return bytes[0];
}

bool
hs_order_same_name(const char *a, const char *b)
{
	unsigned from_a, from_b;

	a = hs_order_skip_blanks(a);
	b = hs_order_skip_blanks(b);
	do {
		if (*hs_order_skip_blanks(a) == '\0')
			a = "";
		if (*hs_order_skip_blanks(b) == '\0')
			b = "";
		from_a = next_char(&a);
		from_b = next_char(&b);
	} while (from_a == from_b && from_a != 0);
	return from_a == from_b;
}

void
hs_order_area_key(const struct hs_order_area *area, char out[HS_ORDER_KEY_SIZE])
{
	const struct hs_span spans[] = {
		{ area->document->source, strlen(area->document->source) + 1 },
		{ area->document->id, strlen(area->document->id) + 1 },
		{ area->name, strlen(area->name) + 1 },
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

static bool
read_areas(struct hs_arena *arena, const hs_evacuation_detail *detail,
	const struct hs_order_document *document, struct hs_standing *out)
{
	for (size_t i = 0; i < detail->n_areas; i++) {
		const hs_evacuation_place *place = detail->areas[i];
		struct hs_order_area *area = hs_arena_alloc(arena, sizeof(*area));

		if (place->area == NULL)
			continue;
		if (area == NULL)
			return false;
		if (!copy_text(arena, place->area->name, &area->name) ||
			!copy_text(arena, place->area->kana, &area->kana) ||
			!copy_text(arena, place->area->sub_code, &area->sub_code) ||
			!copy_text(arena, detail->sort, &area->term))
			return false;
		area->level = detail->level != NULL ? detail->level->number : 0;
		area->ordered_unix_us = time_us(place->ordered);
		area->document = document;
		if (!hs_repeat(arena, &out->area_count, &out->areas, area))
			return false;
	}
	return true;
}

static bool
read_document(struct hs_arena *arena, const hs_notice *notice, const char *own_source,
	struct hs_standing *out)
{
	struct hs_order_document *document = hs_arena_alloc(arena, sizeof(*document));

	if (document == NULL || !copy_text(arena, notice->document->source, &document->source) ||
		!copy_text(arena, notice->document->id, &document->id) ||
		!copy_text(arena, notice->evacuation->disaster_name, &document->disaster_name))
		return false;
	document->revision = notice->document->revision;
	document->created_unix_us = notice->times != NULL ? time_us(notice->times->created) : 0;
	document->own = strcmp(document->source, own_source) == 0;
	if (!hs_repeat(arena, &out->document_count, &out->documents, document))
		return false;
	for (size_t i = 0; i < notice->evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];

		if (detail->state != HS_EVAC(LIFTED) && !read_areas(arena, detail, document, out))
			return false;
	}
	return true;
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
	struct hs_standing *out)
{
	*out = (struct hs_standing){ 0 };
	for (size_t i = 0; i < reply->n_notices; i++) {
		const hs_notice *notice = reply->notices[i]->notice;

		if (notice == NULL || notice->document == NULL ||
			notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
			continue;
		if (!read_document(arena, notice, own_source, out))
			return false;
	}
	return make_basis(out);
}

/* ---- writing ---- */

struct writer {
	struct hs_arena *arena;
	const char *code; /* of the municipality */
	struct hs_lalert_detail *details;
	size_t count;
	bool failed;
};

static void
copy_area(struct writer *w, const struct hs_order_area *from, struct hs_lalert_detail *detail,
	struct hs_lalert_area *areas)
{
	areas[detail->area_count++] = (struct hs_lalert_area){ .code = w->code,
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
				copy_area(w, areas[j], detail, list);
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
	struct writer w = { .arena = arena, .code = principal->code };
	struct hs_lalert_document document = { .status = status,
		.type = type_word(plan),
		.sender_id = principal->source,
		.document_id = plan->document_id,
		.revision = plan->revision,
		.previous_revision = plan->revision - 1,
		.sent_unix_us = plan->choice->now_unix_us,
		.first_created_unix_us =
			plan->document != NULL ? plan->document->created_unix_us : 0,
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
