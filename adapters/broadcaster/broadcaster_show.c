/* broadcaster_show.c: what guests, folders and stations would get of a notice, or why not. See runtime/explain.h. */
#include <stdlib.h>

#include "adapters/broadcaster/broadcaster_parts.h"
#include "hub/base/check.h"
#include "schemas/guests.h"
#include "schemas/json_text.h"

/* Guests and stations get the record as one message each. */
static void
show_messages(
	struct hs_adapter_item *item, const char *outlet, const struct hs_profile_class *class)
{
	for (size_t i = 0; i < class->count; i++) {
		const struct hs_broadcast_item *one = &class->items[i];
		struct hs_buf text;
		hs_buf_init(&text, HS_JSON_TEXT_MAX);
		hs_buf_add(&text, hs_frame_bytes(one->record), hs_frame_len_bytes(one->record));
		hs_adapter_show(item, outlet, one->prefecture, hs_buf_text(&text));
		hs_buf_free(&text);
	}
}

static bool
is_wanted(struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_profile *profile, const struct hs_selector *selector)
{
	struct hs_broadcast_input asked = *input;
	struct hs_broadcast_item *items;
	size_t count;
	asked.selector = selector;
	if (hs_broadcast_encode(arena, &asked, &profile->style, &items, &count) != HS_OK)
		return false;
	hs_broadcast_items_free(items, count);
	return count > 0;
}

/* Which setting of the station keeps it away: the one without which it would come. */
static const char *
why_filtered(struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_profile *profile)
{
	struct hs_selector any_level = profile->selector, any_kind = profile->selector,
			   anywhere = profile->selector;
	any_level.level_min = 0;
	any_kind.kinds = 0;
	anywhere.areas.count = 0;
	const struct {
		const struct hs_selector *without;
		const char *why;
	} rows[] = {
		{ &any_level, "below level_min" },
		{ &any_kind, "not of its kinds" },
		{ &anywhere, "not in its areas" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (is_wanted(arena, input, profile, rows[i].without))
			return rows[i].why;
	}
	return "more than one of kinds, areas and level_min leave it out";
}

static bool
is_folder(const struct hs_broadcaster *own, size_t index)
{
	return index == 0 || own->profiles[index].settings->channel == HS_CHANNEL_FILES;
}

static const char *
unless_of(const struct hs_adapter_item *item)
{
	return item->notice->action == HS_ACTION(CANCEL)
		       ? "unless this station got nothing of what is taken back"
		       : "";
}

static void
show_profile(struct hs_broadcaster *own, size_t index, struct hs_adapter_item *item,
	struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_forms *forms)
{
	const struct hs_profile *profile = &own->profiles[index];
	const struct hs_profile_class *class = &own->classes[own->class_of[index]];
	const struct hs_output_options folder = hs_broadcaster_folder(own, index);
	const char *why;
	int kept = hs_broadcaster_kept_back(class, item, is_folder(own, index), &why);
	if (index > 0 && !hs_profile_takes(profile, item->lane)) {
		kept = HS_RECEIPT(FILTERED);
		why = item->lane == HS_LANE_DRILL ? "it takes no drills (drills: false)"
						  : "it takes drills only (no live_url)";
	} else if (kept == HS_RECEIPT(FILTERED)) {
		why = why_filtered(arena, input, profile);
	}
	if (kept != 0) {
		hs_adapter_receipt(item, folder.outlet, kept, why);
	} else if (is_folder(own, index)) {
		hs_output_show(&folder, item, class->items, class->count, forms);
	} else {
		hs_adapter_show_sends(item, folder.outlet, unless_of(item));
		show_messages(item, folder.outlet, class);
	}
}

void
hs_broadcaster_show(struct hs_broadcaster *own, struct hs_adapter_item *item,
	struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_forms *forms)
{
	const char *guests = HS_OUTLET_GUESTS;
	if (own->settings->guests)
		show_messages(item, guests, &own->classes[0]);
	else
		hs_adapter_receipt(item, guests, HS_RECEIPT(FILTERED), "guests: false");
	for (size_t i = own->settings->out_dir[0] != '\0' ? 0 : 1; i < own->profile_count; i++)
		show_profile(own, i, item, arena, input, forms);
}
