/* wire.h: arrays of repeated fields; for the sources of this folder only. */
#ifndef HS_WIRE_H
#define HS_WIRE_H

#include "schemas/notice.h"

/* An array for a repeated field, of `len_bytes`, that hs_repeat knows the end of. NULL: the arena is full. */
void *hs_field_array(struct hs_arena *arena, size_t len_bytes);

#endif
