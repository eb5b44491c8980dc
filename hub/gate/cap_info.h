/* cap_info.h: from infos to texts, areas and values of the notice (cap_info.c, cap_area.c); for parse_cap.c. */
#ifndef HS_GATE_CAP_INFO_H
#define HS_GATE_CAP_INFO_H

#include "hub/gate/cap.h"

struct hs_cap_reader {
	struct hs_cap *cap;
	hs_notice *notice;
	hs_cap_values *values;
	bool own_profile;  /* marked as ours: its parameters mean what we mean */
	size_t form;	   /* next of cap->forms */
	uint32_t *slots;   /* hash table of notice->areas: 0 or place + 1 (cap_area.c) */
	size_t slot_count; /* a power of two, or 0 */
};

/* All infos, in order. Adds findings. */
void hs_cap_read_infos(struct hs_cap_reader *reader);
/* What a national warning of civil protection is about (cap_civil.c). */
void hs_cap_read_civil(struct hs_cap_reader *reader);
/* The areas of an info (cap_area.c). */
void hs_cap_read_areas(struct hs_cap_reader *reader, hs_xml_node *node, hs_cap_info *info);
/* Adds every <element><valueName/><value/></element> below node to a repeated field of pairs. */
void hs_cap_read_pairs(const struct hs_cap *cap, hs_xml_node *node, const char *element,
	size_t *count, hs_cap_pair ***pairs);
/* Sets a string from a child; absent: unchanged. */
void hs_cap_set(const struct hs_cap *cap, char **field, hs_xml_node *node, const char *name);
/* A time of a child; NULL when absent. */
hs_time *hs_cap_read_time(const struct hs_cap *cap, hs_xml_node *node, const char *name);
/* The value of the first pair of that name, or NULL. */
const char *hs_cap_pair_value(hs_cap_pair *const *pairs, size_t count, const char *name);

#endif
