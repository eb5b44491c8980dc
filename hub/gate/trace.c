/* trace.c: address of a part of the notice → node. */
#include "hub/gate/trace.h"

#include <string.h>

void
hs_trace_add(struct hs_traces *traces, struct hs_arena *arena, const void *part,
	const struct hs_xml_node *node)
{
	if (traces->count == traces->room) {
		size_t room = traces->room ? traces->room * 2 : 8;
		struct hs_trace *items = hs_arena_alloc(arena, room * sizeof(items[0]));

		if (!items)
			return;
		if (traces->count)
			memcpy(items, traces->items, traces->count * sizeof(items[0]));
		traces->items = items;
		traces->room = room;
	}
	traces->items[traces->count++] = (struct hs_trace){ part, node };
}

const struct hs_xml_node *
hs_trace_find(struct hs_traces *traces, const void *part)
{
	for (size_t i = 0; i < traces->count; i++) {
		size_t at = (traces->last + i) % traces->count;

		if (traces->items[at].part == part) {
			traces->last = at;
			return traces->items[at].node;
		}
	}
	return NULL;
}
