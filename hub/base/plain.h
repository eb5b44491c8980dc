/* plain.h: words that came from outside, made fit for a log line, a label of a metric, a frame.
 *
 * Flow:    bytes of any kind, also cut within a character → printable ASCII without quotes, backslashes and braces;
 *          everything else becomes one '?' a byte. Owner: the caller. Threads: any. Pure.
 */
#ifndef HS_PLAIN_H
#define HS_PLAIN_H

#include <stddef.h>

/* At most size - 1 characters and a NUL. */
void hs_plain_copy(char *out, size_t size, const char *text);

#endif
