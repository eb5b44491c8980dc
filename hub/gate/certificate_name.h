/* certificate_name.h: the names by which a principals file and a client certificate find each other.
 *
 * Format: "URI:…" (subjectAltName, RFC 5280 4.2.1.6), "CN:…" (common name of the subject), "SHA256:" and 64 hexadecimal digits
 *         (of the certificate in DER). `hansho keygen --client` writes URI:urn:hansho:live:ID or URI:urn:hansho:drill:ID.
 */
#ifndef HS_GATE_CERTIFICATE_NAME_H
#define HS_GATE_CERTIFICATE_NAME_H

#include <stdbool.h>

#define HS_CERTIFICATE_LIVE  "URI:urn:hansho:live:"
#define HS_CERTIFICATE_DRILL "URI:urn:hansho:drill:"

/* It has one of the three forms. */
bool hs_certificate_name_right(const char *name);
/* Fingerprints without regard to case. */
bool hs_certificate_name_equal(const char *a, const char *b);

#endif
