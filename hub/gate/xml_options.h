/* xml_options.h: with what the parser is asked to read, for both kinds of tree.
 *
 * No network, nothing on stderr, the declared encoding does not count (the guard made UTF-8 of it), lines beyond 65,535.
 * Never: huge documents, recovery, DTDs.
 */
#ifndef HS_GATE_XML_OPTIONS_H
#define HS_GATE_XML_OPTIONS_H

#include <libxml/parser.h>

#define HS_XML_OPTIONS                                                                      \
	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC | \
		XML_PARSE_BIG_LINES)

#endif
