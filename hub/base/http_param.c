/* http_param.c: pure: percent-encoding, query and form parameters, header values (RFC 3986, HTML form encoding). */
#include <string.h>

#include "hub/base/http_internal.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Next byte of form-encoded text at *at; -1 when the encoding is broken or gives a NUL. */
static int
next_byte(const char **at, const char *end)
{
	const char *p = *at;

	if (*p == '+') {
		*at = p + 1;
		return ' ';
	}
	if (*p != '%') {
		*at = p + 1;
		return (unsigned char)*p;
	}
	int high = end - p > 2 ? hex_value(p[1]) : -1;
	int low = high >= 0 ? hex_value(p[2]) : -1;
	*at = p + 3;
	return low >= 0 && high + low > 0 ? high * 16 + low : -1;
}

/* Decodes from..end into out; false when broken or too long. */
static bool
decode(const char *from, const char *end, char *out, size_t out_size)
{
	size_t used = 0;

	while (from < end) {
		int c = next_byte(&from, end);
		if (c < 0 || used + 1 >= out_size)
			return false;
		out[used++] = (char)c;
	}
	out[used] = '\0';
	return true;
}

/* Does from..end decode to exactly name? */
static bool
decodes_to(const char *from, const char *end, const char *name)
{
	while (from < end) {
		int c = next_byte(&from, end);
		if (c < 0 || c != (unsigned char)*name)
			return false;
		name++;
	}
	return *name == '\0';
}

bool
hs_http_param(const char *text, const char *name, char *out, size_t out_size)
{
	while (out_size > 0 && *text != '\0') {
		const char *end = text + strcspn(text, "&");
		const char *equals = memchr(text, '=', (size_t)(end - text));
		const char *name_end = equals != NULL ? equals : end;

		if (decodes_to(text, name_end, name))
			return decode(equals != NULL ? equals + 1 : end, end, out, out_size);
		text = *end == '&' ? end + 1 : end;
	}
	return false;
}

const char *
hs_http_header_of(const struct hs_http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	}
	return "";
}

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

size_t
hs_percent_encode(const char *text, size_t len_bytes, const char *keep, char *out, size_t out_size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used = 0;

	for (size_t i = 0; i < len_bytes && used + 4 <= out_size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (is_plain(text[i]) || (c != '\0' && strchr(keep, c) != NULL)) {
			out[used++] = text[i];
			continue;
		}
		out[used++] = '%';
		out[used++] = digits[c >> 4];
		out[used++] = digits[c & 15];
	}
	if (used < out_size)
		out[used] = '\0';
	return used;
}
