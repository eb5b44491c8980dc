/* trace.h: which part of the notice came from which node, so that a later stage can name path
 * and line.
 *
 * The key is the address of the part or field. Stages ask in about the order in which parts were
 * added, so a search goes on from the last hit. Owner: the submission's arena. Threads: one.
 */
#ifndef HS_GATE_TRACE_H
#define HS_GATE_TRACE_H

#include <stddef.h>

#include "hub/base/arena.h"

struct hs_xml_node;

struct hs_trace {
	const void *part;
	const struct hs_xml_node *node;
};

struct hs_traces {
	struct hs_trace *items;
	size_t count, room;
	size_t last; /* index of the last hit */
};

/* A trace that finds no room is left out: the finding then names the document as a whole. */
void hs_trace_add(struct hs_traces *traces, struct hs_arena *arena, const void *part,
	const struct hs_xml_node *node);
/* NULL when unknown. */
const struct hs_xml_node *hs_trace_find(struct hs_traces *traces, const void *part);

#endif
