/* json_put.h: compact JSON written straight into a buffer, for large messages that are made for every notice; json_text.h prints a
 * tree.
 *
 * The same bytes as jansson's json_dumps(JSON_COMPACT) of the same members in the same order. What does not follow an opening
 * bracket or a colon gets a comma before it; the caller closes what it opened.
 * key: of a member, plain letters of our own; NULL in an array. Texts are valid UTF-8 (notice.h sees to that).
 * Owner: the caller's buffer. Errors: the buffer has failed. Source: RFC 8259.
 */
#ifndef HS_JSON_PUT_H
#define HS_JSON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"

/* bracket: '{' or '['; '}' or ']'. */
void hs_json_open(struct hs_buf *out, const char *key, char bracket);
void hs_json_close(struct hs_buf *out, char bracket);
/* NULL: the buffer has failed. */
void hs_json_put_text(struct hs_buf *out, const char *key, const char *text);
/* Nothing at all when text is NULL or empty. */
void hs_json_put_said(struct hs_buf *out, const char *key, const char *text);
void hs_json_put_integer(struct hs_buf *out, const char *key, int64_t number);
void hs_json_put_bool(struct hs_buf *out, const char *key, bool value);
/* What is JSON already. */
void hs_json_put_raw(struct hs_buf *out, const char *key, const void *json, size_t len_bytes);
/* Bytes [from, to) of the buffer once more, without a comma: members that the next object shares with one before it. */
void hs_json_again(struct hs_buf *out, size_t from, size_t to);

/* Compact JSON as jansson's JSON_INDENT(1) has it, for people. */
void hs_json_indent(struct hs_buf *out, const void *compact, size_t len_bytes);

#endif
