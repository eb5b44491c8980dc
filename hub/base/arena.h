/* arena.h: memory of one submission (or one request): many small pieces, freed together.
 *
 * Owner: whoever created it. Threads: one at a time; an arena may be handed to a worker and back.
 * Errors: an allocation beyond the capacity gives NULL; nothing is ever freed singly.
 */
#ifndef HS_ARENA_H
#define HS_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct hs_arena;

/* capacity_bytes: the most that may ever be taken from it. NULL when out of memory. */
struct hs_arena *hs_arena_create(size_t capacity_bytes);
/* NULL is allowed. */
void hs_arena_destroy(struct hs_arena *arena);

/* Zeroed, aligned for any type. NULL when the capacity or memory is used up. */
void *hs_arena_alloc(struct hs_arena *arena, size_t len_bytes);
char *hs_arena_strdup(struct hs_arena *arena, const char *text);
char *hs_arena_strndup(struct hs_arena *arena, const char *text, size_t len_bytes);
char *hs_arena_printf(struct hs_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* True once any allocation was refused: what was built since then may lack parts. Whoever takes many small
 * pieces may check once at the end instead of after each. */
bool hs_arena_failed(const struct hs_arena *arena);
/* Freed memory stays for the next arenas, up to HS_ARENA_KEPT_BYTES, instead of going back to the system at each end: pages that
 * come again with the next message cost as much as the work on it. For the whole process, once, at its start. */
void hs_arena_keep_freed(void);
#define HS_ARENA_KEPT_BYTES (4 << 20)
/* What was taken so far, in bytes. */
size_t hs_arena_used_bytes(const struct hs_arena *arena);

#endif
