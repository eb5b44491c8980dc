/* http_guard.c: pure: which request heads are let through to libwebsockets' body reader, and why not.
 *
 * libwebsockets 4.1.6 takes a negative, doubled or endless Content-Length for a body that never ends,
 * knows no chunked request bodies, and loops for ever on a body that arrived together with the
 * request in front of it. All of these are answered here, before a byte of the body is read.
 * Source: RFC 9112 sections 6.1–6.3.
 */
#include <string.h>
#include <strings.h>

#include "hub/base/http_internal.h"

#define LENGTH_DIGITS_MAX 19

bool
hs_length_parse(const char *text, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	if (digits == 0 || digits > LENGTH_DIGITS_MAX || text[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (value > INT64_MAX)
		return false;
	*out = value;
	return true;
}

static struct hs_head_verdict
refuse(int status, const char *error, const char *message)
{
	return (struct hs_head_verdict){ .status = status, .error = error, .message = message };
}

struct hs_head_verdict
hs_head_judge(const struct hs_head_facts *facts)
{
	uint64_t length = 0;

	if (facts->transfer_encoding)
		return refuse(411, "length_required",
			"Transfer-Encoding is not taken here: send the body with a Content-Length");
	if (facts->length_fields > 1)
		return refuse(
			400, "content_length", "more than one Content-Length: send exactly one");
	if (facts->length_fields == 1 &&
		(facts->length == NULL || !hs_length_parse(facts->length, &length)))
		return refuse(400, "content_length",
			"Content-Length must be 1 to 19 digits and nothing else");
	if (facts->length_fields == 0 && facts->post)
		return refuse(411, "length_required", "send the body with a Content-Length");
	if (length > 0 && !facts->post)
		return refuse(400, "body_not_expected", "this method takes no body");
	if (length > facts->body_max_bytes)
		return refuse(413, "too_large",
			"the body is larger than this address takes: split it or ask the operator");
	if (length > 0 && facts->behind)
		return refuse(400, "pipelined_body",
			"a request with a body must wait for the reply before it: send it again "
			"alone");
	return (struct hs_head_verdict){ .body_len_bytes = (size_t)length };
}

bool
hs_token_listed(const char *list, const char *token)
{
	size_t token_len = strlen(token);

	while (*list != '\0') {
		list += strspn(list, " \t,");
		size_t len = strcspn(list, ",");
		size_t trimmed = len;
		while (trimmed > 0 && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t'))
			trimmed--;
		if (trimmed == token_len && strncasecmp(list, token, token_len) == 0)
			return true;
		list += len;
	}
	return false;
}

static bool
path_matches(const char *pattern, const char *path)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, path, len - 1) == 0;
	return strcmp(pattern, path) == 0;
}

static bool
method_matches(const char *of_route, const char *method)
{
	return strcmp(of_route, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(of_route, "GET") == 0);
}

const struct hs_http_route *
hs_route_find(const struct hs_http_options *options, const char *method, const char *path,
	bool *path_known)
{
	*path_known = false;
	for (size_t i = 0; i < options->route_count; i++) {
		const struct hs_http_route *route = &options->routes[i];
		if (!path_matches(route->path, path))
			continue;
		*path_known = true;
		if (method_matches(route->method, method))
			return route;
	}
	return NULL;
}

static void
allow_add(char *out, size_t out_size, const char *method)
{
	size_t used = strlen(out);

	if (hs_token_listed(out, method) || used + strlen(method) + 3 > out_size)
		return;
	memcpy(out + used, ", ", 3);
	used += used > 0 ? 2 : 0;
	memcpy(out + used, method, strlen(method) + 1);
}

void
hs_route_allow(const struct hs_http_options *options, const char *path, char *out, size_t out_size)
{
	out[0] = '\0';
	for (size_t i = 0; i < options->route_count; i++) {
		if (!path_matches(options->routes[i].path, path))
			continue;
		allow_add(out, out_size, options->routes[i].method);
		if (strcmp(options->routes[i].method, "GET") == 0)
			allow_add(out, out_size, "HEAD");
	}
}

bool
hs_path_ok(const char *path, size_t len_bytes)
{
	if (len_bytes == 0 || path[0] != '/')
		return false;
	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char c = (unsigned char)path[i];
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}
