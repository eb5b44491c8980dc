/* xml_names.c: see xml_names.h. */
#include "hub/gate/xml_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_PER_BLOCK 32
#define FIRST_SLOTS	128 /* a power of two */
#define ROOM_FOR_XML_NS 40  /* the one namespace that no document has to spell out */

struct hs_xml_name_block {
	struct hs_xml_name_block *next;
	size_t used;
	struct hs_xml_name names[NAMES_PER_BLOCK];
};

struct hs_xml_name_slot {
	const unsigned char *uri, *local;
	const struct hs_xml_name *name; /* NULL: free */
};

bool
hs_xml_names_init(struct hs_xml_names *names, size_t len_bytes)
{
	*names = (struct hs_xml_names){ .slot_count = FIRST_SLOTS };
	names->texts.room = len_bytes + ROOM_FOR_XML_NS;
	names->texts.bytes = malloc(names->texts.room);
	names->slots = calloc(names->slot_count, sizeof(*names->slots));
	return names->texts.bytes && names->slots;
}

void
hs_xml_names_seal(struct hs_xml_names *names)
{
	free(names->slots);
	names->slots = NULL;
	names->slot_count = 0;
}

void
hs_xml_names_free(struct hs_xml_names *names)
{
	struct hs_xml_name_block *block, *next;

	for (block = names->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(names->texts.bytes);
	hs_xml_names_seal(names);
}

char *
hs_xml_texts_add(struct hs_xml_texts *texts, const void *bytes, size_t len)
{
	char *at = texts->bytes + texts->used;

	if (texts->room - texts->used < len)
		return NULL;
	memcpy(at, bytes, len);
	texts->used += len;
	return at;
}

static struct hs_xml_name_slot *
slot_of(const struct hs_xml_names *names, const unsigned char *uri, const unsigned char *local)
{
	size_t mask = names->slot_count - 1;
	uint64_t mixed = ((uintptr_t)uri / 8 * 31 + (uintptr_t)local / 8) * 0x9E3779B97F4A7C15u;
	struct hs_xml_name_slot *slot = &names->slots[mixed >> 32 & mask];

	while (slot->name && (slot->uri != uri || slot->local != local))
		slot = &names->slots[(size_t)(slot - names->slots + 1) & mask];
	return slot;
}

/* At most half full. */
static bool
make_room(struct hs_xml_names *names)
{
	struct hs_xml_names larger = *names;

	if ((names->count + 1) * 2 <= names->slot_count)
		return true;
	larger.slot_count *= 2;
	larger.slots = calloc(larger.slot_count, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < names->slot_count; i++) {
		const struct hs_xml_name_slot *slot = &names->slots[i];

		if (slot->name)
			*slot_of(&larger, slot->uri, slot->local) = *slot;
	}
	free(names->slots);
	*names = larger;
	return true;
}

static struct hs_xml_name *
new_name(struct hs_xml_names *names)
{
	struct hs_xml_name_block *block = names->blocks;

	if (!block || block->used == NAMES_PER_BLOCK) {
		block = malloc(sizeof(*block));
		if (!block)
			return NULL;
		block->used = 0;
		block->next = names->blocks;
		names->blocks = block;
	}
	return &block->names[block->used++];
}

static const char *
copy(struct hs_xml_names *names, const unsigned char *text)
{
	return text ? hs_xml_texts_add(&names->texts, text, strlen((const char *)text) + 1) : "";
}

/* A name without local part keeps the text of its uri for all that have it. */
const struct hs_xml_name *
hs_xml_names_find(struct hs_xml_names *names, const unsigned char *uri, const unsigned char *local)
{
	const struct hs_xml_name *known = slot_of(names, uri, local)->name, *of_uri = NULL;
	struct hs_xml_name *name;

	if (known)
		return known;
	if (uri && local && (of_uri = hs_xml_names_find(names, uri, NULL)) == NULL)
		return NULL;
	name = make_room(names) ? new_name(names) : NULL;
	if (!name)
		return NULL;
	name->uri = of_uri ? of_uri->uri : copy(names, uri);
	name->local = copy(names, local);
	if (!name->uri || !name->local)
		return NULL;
	*slot_of(names, uri, local) = (struct hs_xml_name_slot){ uri, local, name };
	names->count++;
	return name;
}
