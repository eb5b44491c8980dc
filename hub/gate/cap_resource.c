/* cap_resource.c: what a resource says of itself, and whether its content agrees (CAP 1.2, 3.2.3). */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/gate/cap.h"

#define SHA1_BYTES 20

/* Source: IANA top-level media types. */
static const char *const top_types[] = { "application", "audio", "font", "image", "message",
	"model", "multipart", "text", "video" };

static bool
is_media_type(const char *text)
{
	size_t len = strcspn(text, "/");

	if (text[len] != '/' || text[len + 1] == '\0' || strpbrk(text, " \t\r\n"))
		return false;
	for (size_t i = 0; i < HS_COUNT(top_types); i++) {
		if (strlen(top_types[i]) == len && strncasecmp(top_types[i], text, len) == 0)
			return true;
	}
	return false;
}

/* The bytes of a base64 text with white space in it; NULL when it is none. */
static unsigned char *
decode(struct hs_arena *arena, const char *text, size_t *len_bytes)
{
	size_t kept = 0, len = strlen(text);
	char *tight = hs_arena_alloc(arena, len + 1);
	unsigned char *bytes = hs_arena_alloc(arena, len / 4 * 3 + 4);
	int got;

	if (!tight || !bytes)
		return NULL;
	for (const char *at = text; *at; at++) {
		if (!strchr(" \t\r\n", *at))
			tight[kept++] = *at;
	}
	got = kept % 4 == 0 ? EVP_DecodeBlock(bytes, (unsigned char *)tight, (int)kept) : -1;
	if (got < 0)
		return NULL;
	*len_bytes = (size_t)got;
	for (size_t i = 1; i <= 2 && i <= kept && tight[kept - i] == '='; i++)
		*len_bytes -= *len_bytes > 0;
	return bytes;
}

static void
check_form(struct hs_cap *cap, hs_xml_node *resource, enum hs_finding_code code)
{
	hs_xml_node *embedded = hs_cap_child(cap, resource, "derefUri");
	char *type = hs_cap_text(cap, resource, "mimeType");
	char *uri = hs_cap_text(cap, resource, "uri");
	char *content = hs_xml_text(cap->arena, embedded);
	size_t len;

	if (type && !is_media_type(type))
		hs_cap_find(cap, code, hs_cap_child(cap, resource, "mimeType"), "image/png", type);
	if (uri && !hs_cap_is_absolute(uri) && !content)
		hs_cap_find(
			cap, code, hs_cap_child(cap, resource, "uri"), "https://…, derefUri", uri);
	if (content && !decode(cap->arena, content, &len))
		hs_cap_find(cap, code, embedded, "base64", "");
}

void
hs_cap_check_resource(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		HS_CAP_EACH(cap, info, "resource", resource)
		check_form(cap, resource, code);
	}
}

static void
check_content(struct hs_cap *cap, hs_xml_node *resource, enum hs_finding_code code)
{
	char *content = hs_cap_text(cap, resource, "derefUri");
	char *size = hs_cap_text(cap, resource, "size");
	char *digest = hs_cap_text(cap, resource, "digest");
	unsigned char sha1[EVP_MAX_MD_SIZE];
	char right[2 * SHA1_BYTES + 1];
	size_t len;
	unsigned char *bytes = content ? decode(cap->arena, content, &len) : NULL;

	if (!bytes)
		return; /* behind a URI: what is there may change, and nothing is fetched */
	snprintf(right, sizeof(right), "%zu", len);
	if (size && strcmp(size, right) != 0)
		hs_cap_find(cap, code, hs_cap_child(cap, resource, "size"), right, size);
	if (!digest || EVP_Digest(bytes, len, sha1, NULL, EVP_sha1(), NULL) != 1)
		return;
	hs_hex(sha1, SHA1_BYTES, right);
	if (strcasecmp(digest, right) != 0)
		hs_cap_find(cap, code, hs_cap_child(cap, resource, "digest"), right, digest);
}

void
hs_cap_check_digest(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		HS_CAP_EACH(cap, info, "resource", resource)
		check_content(cap, resource, code);
	}
}
