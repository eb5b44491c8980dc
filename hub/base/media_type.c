#include "hub/base/media_type.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* RFC 9110, token. */
static size_t
token_bytes(const char *text)
{
	size_t len_bytes = 0;
	while (text[len_bytes] != '\0' && (isalnum((unsigned char)text[len_bytes]) ||
						  strchr("!#$%&'*+-.^_`|~", text[len_bytes])))
		len_bytes++;
	return len_bytes;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t text_bytes = strlen(text), end_bytes = strlen(end);
	return text_bytes > end_bytes && strcmp(text + text_bytes - end_bytes, end) == 0;
}

/* type "/" subtype at the beginning of the header, in lower case; false when there is none or it is too long. */
static bool
take(const char *header, char out[HS_MEDIA_TYPE_SIZE])
{
	header += strspn(header, " \t");
	size_t type = token_bytes(header);
	size_t subtype = type > 0 && header[type] == '/' ? token_bytes(header + type + 1) : 0;
	size_t len_bytes = type + 1 + subtype;
	if (subtype == 0 || len_bytes >= HS_MEDIA_TYPE_SIZE)
		return false;
	const char *rest = header + len_bytes + strspn(header + len_bytes, " \t");
	if (*rest != '\0' && *rest != ';')
		return false;
	for (size_t i = 0; i < len_bytes; i++)
		out[i] = (char)tolower((unsigned char)header[i]);
	out[len_bytes] = '\0';
	return true;
}

void
hs_media_type_xml(const char *header, char out[HS_MEDIA_TYPE_SIZE])
{
	bool taken = take(header, out);
	if (taken && (strcmp(out, HS_MEDIA_TYPE_XML) == 0 || strcmp(out, "text/xml") == 0 ||
			     ends_in(out, "+xml")))
		return;
	memcpy(out, HS_MEDIA_TYPE_XML, sizeof(HS_MEDIA_TYPE_XML));
}
