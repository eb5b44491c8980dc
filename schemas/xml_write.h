/* xml_write.h: the small pieces of every XML that goes out (L-Alert, CAP, Atom): escaped text without what XML forbids.
 *
 * Flow:    text → bytes appended to a buffer; failure shows in out->failed. NULL or "" leaves an element out.
 * Threads: any; no state.
 * Source:  XML 1.0, 2.2 (characters), 2.4 (escapes).
 */
#ifndef HS_XML_WRITE_H
#define HS_XML_WRITE_H

#include <stdint.h>

#include "hub/base/buf.h"

/* Escaped text without the control characters, U+FFFE and U+FFFF, which XML forbids. */
void hs_xml_put_text(struct hs_buf *out, const char *text);
/* <name>text</name> and a line end; nothing without text. */
void hs_xml_put(struct hs_buf *out, const char *name, const char *text);
/* The same with an attribute, which is left out without value: <name attribute="value">text</name>. */
void hs_xml_put_with(struct hs_buf *out, const char *name, const char *attribute, const char *value,
	const char *text);
/* Microseconds since 1970 as RFC 3339 with that offset (minutes east of UTC). */
void hs_xml_put_time(struct hs_buf *out, const char *name, int64_t unix_us, int offset_minutes);

#endif
