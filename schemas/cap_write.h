/* cap_write.h: writes any notice as a CAP 1.2 alert in the project's own profile.
 *
 * Flow:    notice → bytes; pure. Valid against CAP-v1.2.xsd and against the gate's own rules of CAP.
 * Profile: <code>profile:hansho:1</code>; language always given, first info ja, then the further reviewed languages;
 *          geocodes of 5 and 6 digits (JIS X 0402) in each area; parameters alert_level, scheme, term, equivalent_level,
 *          documentID, revision, state. The values of a level are schemas/tables/cap_levels.csv.
 * Identity: sender = source of the document; identifier = its id, a dot, its revision. So references to earlier messages
 *          can be written without having seen them: an update or cancel names every revision before its own (the newest
 *          HS_CAP_REFERENCES_MAX), and of a document that supersedes others (CAP) what that alert referred to. `sent` of
 *          an earlier message is given where `earlier` knows it, else this alert's own `sent` stands in for it: sender and identifier are
 *          unique by themselves. Documents whose revisions are moments (JMA) name what `earlier` knows.
 * A notice that came as CAP is written from its own words (CapValues) with our code and parameters added.
 * Source:  CAP 1.2 (OASIS, 2010-07-01).
 */
#ifndef HS_CAP_WRITE_H
#define HS_CAP_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"
#include "schemas/notice.h"

#define HS_CAP_MEDIA_TYPE     "application/cap+xml"
#define HS_CAP_PROFILE_CODE   "profile:hansho:1"
#define HS_CAP_GEOCODE_5      "JISX0402-5"
#define HS_CAP_GEOCODE_6      "JISX0402-6"
#define HS_CAP_GEOCODE_12     "ooAzaTyouTyouMokuCode"
#define HS_CAP_REFERENCES_MAX 32

/* A message of the same document that came before. */
struct hs_cap_earlier {
	uint32_t revision;
	int64_t sent_unix_us; /* hs_cap_sent of it */
};

/* `sent` of the alert that a notice becomes: when the hub took it, else the gate, else what the sender says. */
int64_t hs_cap_sent(const hs_notice *notice);
/* Appends the alert. Failure shows in out->failed. earlier: any order, may be NULL with count 0. */
void hs_cap_write(struct hs_buf *out, const hs_notice *notice, const struct hs_cap_earlier *earlier,
	size_t earlier_count);

#endif
