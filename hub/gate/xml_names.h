/* xml_names.h: the texts of one document, and its names, each pair of namespace and local name once (xml_tree.h).
 *
 * Look-up: by the addresses that the parser gives to names: within one document it has one for each. So nothing is hashed
 *          or compared letter by letter, and a sender cannot choose what collides.
 * Owner:   hs_xml_names_free; the names and texts may be handed on before, then the rest is freed. Threads: none of its own.
 */
#ifndef HS_GATE_XML_NAMES_H
#define HS_GATE_XML_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/gate/xml_tree.h"

struct hs_xml_texts {
	char *bytes;
	size_t used, room;
};

struct hs_xml_name_block;
struct hs_xml_name_slot;

struct hs_xml_names {
	struct hs_xml_texts texts;
	struct hs_xml_name_block *blocks;
	struct hs_xml_name_slot *slots;
	size_t slot_count, count;
};

/* len_bytes: of the document; its texts and names are never longer. False: no memory; free all the same. */
bool hs_xml_names_init(struct hs_xml_names *names, size_t len_bytes);
void hs_xml_names_free(struct hs_xml_names *names);
/* What is only needed to look up; names and texts stay. */
void hs_xml_names_seal(struct hs_xml_names *names);

/* Puts bytes behind the texts, without an end; NULL when there is no room. */
char *hs_xml_texts_add(struct hs_xml_texts *texts, const void *bytes, size_t len);
/* uri (NULL: none), local: the parser's own copies. NULL when there is no room. */
const struct hs_xml_name *hs_xml_names_find(
	struct hs_xml_names *names, const unsigned char *uri, const unsigned char *local);

#endif
