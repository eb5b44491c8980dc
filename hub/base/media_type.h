/* media_type.h: the media type of an XML document, from a Content-Type header.
 *
 * Flow:    header value → type/subtype in lower case when it is one of XML, else the default.
 * Rules:   application/xml, text/xml and everything that ends in +xml (RFC 7303). Parameters are left out: an XML
 *          document says its encoding itself, and what a header says about it may be wrong. Whatever else a header
 *          claims (a form, HTML, nothing) is not taken over: it would be served again to others.
 * Threads: any. Pure.
 */
#ifndef HS_MEDIA_TYPE_H
#define HS_MEDIA_TYPE_H

#define HS_MEDIA_TYPE_XML  "application/xml"
#define HS_MEDIA_TYPE_SIZE 128 /* with its NUL; a longer one gives the default */

/* Never fails: out holds the media type or HS_MEDIA_TYPE_XML. */
void hs_media_type_xml(const char *header, char out[HS_MEDIA_TYPE_SIZE]);

#endif
