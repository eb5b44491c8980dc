/* A chain of blocks; each new one is an eighth of all before it, so that small submissions cost few mallocs, large
 * ones not many more, and at most a ninth of it, or the first of 2 KB, is never used. */
#include "hub/base/arena.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES   2048
#define LARGEST_BLOCK_BYTES (1u << 20)
#define ALIGN		    16
#define SMALL_TEXT_BYTES    1024

struct block {
	struct block *next;
	size_t room_bytes;
	size_t used_bytes;
	_Alignas(ALIGN) unsigned char bytes[];
};

struct hs_arena {
	struct block *newest;
	size_t capacity_bytes;
	size_t used_bytes;
	size_t held_bytes; /* in all blocks */
	bool failed;
};

struct hs_arena *
hs_arena_create(size_t capacity_bytes)
{
	struct hs_arena *arena = calloc(1, sizeof(*arena));
	if (!arena)
		return NULL;
	arena->capacity_bytes = capacity_bytes;
	return arena;
}

void
hs_arena_destroy(struct hs_arena *arena)
{
	if (!arena)
		return;
	struct block *block = arena->newest;
	while (block) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
	free(arena);
}

static struct block *
block_add(struct hs_arena *arena, size_t least_bytes)
{
	size_t room = arena->held_bytes / 8;
	struct block *block;

	room = room > FIRST_BLOCK_BYTES ? room : FIRST_BLOCK_BYTES;
	room = room < LARGEST_BLOCK_BYTES ? room : LARGEST_BLOCK_BYTES;
	room = room > least_bytes ? room : least_bytes;
	block = malloc(sizeof(*block) + room);
	if (!block)
		return NULL;
	block->next = arena->newest;
	block->room_bytes = room;
	block->used_bytes = 0;
	arena->newest = block;
	arena->held_bytes += room;
	return block;
}

static void *
take(struct hs_arena *arena, size_t len_bytes)
{
	if (len_bytes > SIZE_MAX - ALIGN)
		return NULL;
	size_t len = (len_bytes + ALIGN - 1) / ALIGN * ALIGN;
	if (len == 0)
		len = ALIGN;
	if (len > arena->capacity_bytes - arena->used_bytes)
		return NULL;
	struct block *block = arena->newest;
	if (!block || block->room_bytes - block->used_bytes < len)
		block = block_add(arena, len);
	if (!block)
		return NULL;
	void *piece = block->bytes + block->used_bytes;
	block->used_bytes += len;
	arena->used_bytes += len;
	memset(piece, 0, len);
	return piece;
}

void *
hs_arena_alloc(struct hs_arena *arena, size_t len_bytes)
{
	void *piece = take(arena, len_bytes);

	if (!piece)
		arena->failed = true;
	return piece;
}

bool
hs_arena_failed(const struct hs_arena *arena)
{
	return arena->failed;
}

char *
hs_arena_strndup(struct hs_arena *arena, const char *text, size_t len_bytes)
{
	char *copy = hs_arena_alloc(arena, len_bytes + 1);
	if (copy)
		memcpy(copy, text, len_bytes);
	return copy;
}

char *
hs_arena_strdup(struct hs_arena *arena, const char *text)
{
	return hs_arena_strndup(arena, text, strlen(text));
}

/* Most texts are short: formatted once, on the stack, then copied. */
char *
hs_arena_printf(struct hs_arena *arena, const char *format, ...)
{
	char small[SMALL_TEXT_BYTES];
	va_list args, again;
	char *text = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof(small))
		text = hs_arena_strndup(arena, small, (size_t)len);
	else if (len >= 0 && (text = hs_arena_alloc(arena, (size_t)len + 1)) != NULL)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

size_t
hs_arena_used_bytes(const struct hs_arena *arena)
{
	return arena->used_bytes;
}

void
hs_arena_keep_freed(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, HS_ARENA_KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, HS_ARENA_KEPT_BYTES);
}
