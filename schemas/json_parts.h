/* json_parts.h: what json_text.c and json_put.c share. Threads: any. Errors: the buffer has failed. */
#ifndef HS_JSON_PARTS_H
#define HS_JSON_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"

/* A text with its quotes, escaped as jansson does it. */
void hs_json_quote(struct hs_buf *out, const char *text, size_t len_bytes);
void hs_json_digits(struct hs_buf *out, int64_t number);

#endif
