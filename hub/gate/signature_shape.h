/* signature_shape.h: what an XML signature must look like before a library may see it.
 *
 * Rules:   one ds:Signature in the whole document, a child of the root (the last element of a CAP alert). It signs
 *          the root and nothing else: one Reference, URI "" or "#" and the root's own Id, transforms
 *          enveloped-signature and exclusive C14N in that order, SHA-256, RSA-SHA256 or ECDSA-SHA256. No Object,
 *          no Manifest, no parameters of algorithms, no comments inside, no two equal Ids in the document.
 * Why:     all known wrappings (a signed part moved aside, a second root, Ids twice) need one of those.
 * Owner:   nodes belong to the document. Threads: none of its own.
 * Source:  XML Signature 1.1; McIntosh and Austel, XML Signature Element Wrapping Attacks, 2005.
 */
#ifndef HS_GATE_SIGNATURE_SHAPE_H
#define HS_GATE_SIGNATURE_SHAPE_H

#include "hub/gate/signature_keys.h"
#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"

#define HS_NS_XMLDSIG "http://www.w3.org/2000/09/xmldsig#"

struct hs_signature_shape {
	hs_xml_node *signature; /* the first in the document; NULL: there is none */
	enum hs_signature_kind kind;
	const char *id; /* of the root, when the reference names it; else NULL */
};

/* False with findings when a signature is there and is not of that shape. */
bool hs_signature_shape(struct hs_submission *submission, struct hs_signature_shape *out);

#endif
