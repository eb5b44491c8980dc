/* xml_legacy.h: Japanese encodings from before UTF-8, decoded strictly or refused by name; never guessed, never half.
 *
 * Encodings: Shift_JIS and its names mean what Japanese systems write under them, Microsoft's code page 932 (①, ㈱, 髙);
 *          EUC-JP likewise; ISO-2022-JP has no such letters. All three give the same character for the same JIS code: the
 *          wave of 一丁目～三丁目 is U+FF5E whatever the encoding (tables differ: Microsoft U+FF5E, JIS U+301C), so that one
 *          place has one name.
 * Refused: bytes that are not of the encoding; letters of one machine only (外字, private use), which show differently
 *          everywhere else; a document that says one encoding and is another one (UTF-8 under the name of Shift_JIS would
 *          be readable letters without sense).
 * Threads: any. Source: JIS X 0208, code page 932, eucJP-ms, RFC 1468; tables of glibc's iconv.
 */
#ifndef HS_GATE_XML_LEGACY_H
#define HS_GATE_XML_LEGACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "hub/gate/finding.h"
#include "hub/gate/xml_guard.h"

/* The name, in any case, is one that hs_xml_from_legacy takes. */
bool hs_xml_is_legacy(const char *name);
/* HS_ERR_PARSE or HS_ERR_NOMEM with a finding. The text lies in the arena. */
enum hs_err hs_xml_from_legacy(struct hs_arena *arena, const char *name, const uint8_t *bytes,
	size_t len_bytes, struct hs_findings *findings, struct hs_xml_text *out) HS_MUST_CHECK;

#endif
