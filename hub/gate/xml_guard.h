/* xml_guard.h: the look at the raw bytes before an XML parser sees them.
 *
 * Flow:    bytes → size → encoding → NUL and UTF-8 → one pass over the markup → UTF-8 text.
 * Why:     a parser is safe only for what it may get: DOCTYPE opens entity bombs and file reads,
 *          the check for double attributes is quadratic, depth and element counts cost memory.
 *          The pass agrees with a parser on every well-formed prefix; behind the first error the
 *          parser stops too.
 * Encoding: UTF-8 with or without BOM; UTF-16 with BOM is turned into UTF-8 first, so that
 *           nothing hides in it. Anything else is refused by name: mojibake in an order is worse
 *           than a refusal.
 * Owner:   the text lies in the arena, or is the input itself. Threads: none of its own.
 */
#ifndef HS_GATE_XML_GUARD_H
#define HS_GATE_XML_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "hub/gate/finding.h"
#include "hub/gate/limits.h"

/* The input as UTF-8 without BOM. */
struct hs_xml_text {
	const char *bytes;
	size_t len_bytes;
};

/* HS_ERR_TOO_LARGE, HS_ERR_PARSE or HS_ERR_NOMEM, each with one finding that names the line. */
enum hs_err hs_xml_guard(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	const struct hs_gate_limits *limits, struct hs_findings *findings,
	struct hs_xml_text *out) HS_MUST_CHECK;

/* Offset of the first byte that is not valid UTF-8 (overlong, surrogate, beyond U+10FFFF, cut), or
 * len_bytes. */
size_t hs_utf8_valid_bytes(const char *bytes, size_t len_bytes);

#endif
