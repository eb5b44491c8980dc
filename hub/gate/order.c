#include "hub/gate/order.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/lalert_write.h"

#define RESTRICTED_ZONE	  "警戒区域"
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
