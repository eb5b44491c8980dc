/* lalert_result.h: what became of a submission at each outlet, as an L-Alert style document (配信結果情報).
 *
 * Flow:    StatusReply (schemas/link.proto) → EDXL-DE envelope, Control and Head as every document has them, and a body of
 *          our own. The inner structure of the official category is not public, so the body has a namespace of ours
 *          (urn:hansho:deliveryresult:1) and claims nothing else.
 * Body:    DeliveryResult {Subject {senderID, documentID, documentRevision, submission}, Result* {Adapter, Outlet, State
 *          (code attribute: sent, accepted …), DateTime, Detail?, SilentSeconds?}}.
 * Identity: documentID <documentID of the subject>-result; the revision counts with the changes of the receipts.
 * Source:  EDXL-DE 1.0; PCXML as public senders write it.
 */
#ifndef HS_LALERT_RESULT_H
#define HS_LALERT_RESULT_H

#include <stdbool.h>

#include "hub/base/buf.h"
#include "schemas/notice.h"

/* What people call a receipt state; false for a number that is none: then both are "". Static. */
bool hs_receipt_words(int state, const char **ja, const char **en);

/* Appends the document. sender_id: of this hub; now_unix_us: when it is written. Failure shows in out->failed.
 * false: the reply has no notice with a document. */
bool hs_lalert_result_write(struct hs_buf *out, const hs_status_reply *reply, const char *sender_id,
	int64_t now_unix_us);

#endif
