/* check.h: asserts that stay in the release build.
 *
 * HS_CHECK states what the code itself guarantees. It is never reachable from outside bytes:
 * a document, a frame or a configuration that is wrong gets an error, not a check.
 */
#ifndef HS_CHECK_H
#define HS_CHECK_H

#include <stddef.h>

#define HS_CHECK(condition) \
	((condition) ? (void)0 : hs_check_failed(#condition, __FILE__, __LINE__))

#define HS_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HS_CONTAINER_OF(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Writes the condition and its place to stderr, then aborts. */
_Noreturn void hs_check_failed(const char *condition, const char *file, int line);

#endif
