/* What is held for its unknown term (rules.h) until hold_ms or the end of its document: what was cancelled, lifted or replaced
 * meanwhile must not ring when the hold runs out. */
#include <string.h>

#include "adapters/runtime/internal.h"

static bool
names(const hs_document *document, const char *source, const char *id)
{
	return id && strcmp(document->source, source) == 0 && strcmp(document->id, id) == 0;
}

/* A cancel also ends what another route told first of its event. */
static bool
ends_document(const hs_notice *newer, const hs_document *held)
{
	const hs_document *document = newer->document;
	const struct hs_first first = hs_first_of(document);

	if (names(held, document->source, document->id))
		return true;
	if (newer->action == HS_ACTION(CANCEL) && names(held, first.source, first.id))
		return true;
	for (size_t i = 0; i < document->n_supersedes; i++)
		if (names(held, document->source, hs_superseded_id(document, i)))
			return true;
	return false;
}

/* A silent correction takes nobody's place: it is not told. Nor is what never goes out here. */
static bool
takes_a_place(const hs_notice *notice, enum hs_ruling_kind ruling)
{
	return notice->document && !notice->silent && ruling != HS_RULING_GATE &&
	       ruling != HS_RULING_SAME_EVENT;
}

void
hs_hold_follow(struct hs_item *newer, enum hs_ruling_kind ruling)
{
	const hs_notice *notice = newer->pub.notice;
	const char *why = notice->action == HS_ACTION(CANCEL) ? HS_HELD_CANCELLED_REASON
							      : HS_HELD_REPLACED_REASON;

	if (!takes_a_place(notice, ruling))
		return;
	for (struct hs_item *held = newer->lane->items.held.first, *next; held; held = next) {
		const hs_document *document = held->pub.notice->document;
		next = held->next;
		if (document && ends_document(notice, document))
			hs_item_end_held(held, HS_RECEIPT(EXPIRED), why);
	}
}
