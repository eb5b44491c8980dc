/* xml_encoding.h: from bytes to UTF-8, or a finding that says why not. Part of the guard. */
#ifndef HS_GATE_XML_ENCODING_H
#define HS_GATE_XML_ENCODING_H

#include "hub/gate/xml_guard.h"

/* Decides by BOM and XML declaration; transcodes UTF-16 and older Japanese encodings (xml_legacy.h). HS_ERR_PARSE with a finding,
 * HS_ERR_NOMEM. */
enum hs_err hs_xml_to_utf8(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	struct hs_findings *findings, struct hs_xml_text *out) HS_MUST_CHECK;

/* The line, from 1, on which bytes[offset] stands. */
uint32_t hs_xml_line_at(const char *bytes, size_t offset);

#endif
