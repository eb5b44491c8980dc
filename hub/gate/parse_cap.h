/* parse_cap.h: CAP 1.2 (and 1.1 where configured) → notice, alone or inside EDXL-DE.
 *
 * Flow:   structure → rules → profiles (cap.h) → values: mode from status, document from sender and identifier,
 *         supersedes from references, one text per info, areas from geocodes and shapes, kind from event and category.
 * Rules:  Update replaces every alert that it refers to whole, Cancel ends them (the hub, by document.supersedes);
 *         infos that all say AllClear make a lift. Draft, Ack and Error are refused. What the notice has no field for is
 *         kept in notice->cap.
 * Source: CAP 1.2 (OASIS, 2010-07-01).
 */
#ifndef HS_GATE_PARSE_CAP_H
#define HS_GATE_PARSE_CAP_H

#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"

enum hs_err hs_cap_convert(struct hs_submission *submission) HS_MUST_CHECK;
/* cap_policy.c */
enum hs_err hs_cap_validate(struct hs_submission *submission) HS_MUST_CHECK;
enum hs_err hs_cap_policy(struct hs_submission *submission) HS_MUST_CHECK;

#endif
