/* json_text.h: a JSON value as compact text.
 *
 * The same bytes as jansson's json_dumps(JSON_COMPACT), in a quarter of its time: that one keeps a table of all containers
 * against circles, and goes through each text character by character. Values here are made by ourselves and have no
 * circles (one would fail), and all their texts are valid UTF-8 (jansson takes no other).
 * Owner: the caller's buffer. Errors: false when it is full or out of memory; then it has failed. Source: RFC 8259.
 */
#ifndef HS_JSON_TEXT_H
#define HS_JSON_TEXT_H

#include <stdbool.h>

#include "hub/base/buf.h"

#define HS_JSON_TEXT_MAX \
	((size_t)1 << 30) /* for buffers of answers: the value that they are made from is bounded */

struct json_t;

bool hs_json_write(struct hs_buf *out, const struct json_t *json);
/* The same as a text; free. NULL: json is NULL, or out of memory. */
char *hs_json_dump(const struct json_t *json);

#endif
