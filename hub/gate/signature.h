/* signature.h: XML signatures of the senders: the stage between parse and recognise.
 *
 * Flow:    settings of the principal → shape (signature_shape.h) → xmlsec with the sender's keys → the tree is
 *          parsed anew from the very bytes that were verified → flags on the notice.
 * Results: valid: flag signature_valid. Invalid, or of another shape: refused. Not verifiable (no key is
 *          registered, the certificate is over, or the settings say off): flag signature_unverified; refused only
 *          where a signature is required. No signature where none is required: no flag.
 * Keys:    only those of the principals file; KeyInfo is never read. The time that counts is the gate's own.
 * Content: no later stage sees the signature of the root, whether it was verified or not: the same document signed
 *          again is the same content. Stripping a signature makes an unsigned document: who must not be spoken
 *          for by an unsigned one is "required".
 * Lines:   findings of later stages name lines of the verified text. It begins on the line of the root, but
 *          exclusive C14N joins tags that were written over several lines.
 * Threads: hs_signature_setup once before threads; the stage on any thread.
 * Source:  XML Signature 1.1; Exclusive XML Canonicalization 1.0; CAP 1.2, 3.3.2.1.
 */
#ifndef HS_GATE_SIGNATURE_H
#define HS_GATE_SIGNATURE_H

#include "hub/base/err.h"
#include "hub/gate/submission.h"

/* Before threads; again does nothing. xmlsec, without files and network. */
void hs_signature_setup(void);

/* HS_ERR_FORBIDDEN with a finding: missing, invalid, key out of its time. HS_ERR_REFUSED: shape. */
enum hs_err hs_stage_signature(struct hs_submission *submission) HS_MUST_CHECK;
/* Writes the result into the notice, once there is one. */
void hs_signature_flag(struct hs_submission *submission);

#endif
