/* cap_text.c: small readers of CAP values, shared by the cap_*.c files. */
#include <string.h>

#include "hub/base/clock.h"
#include "hub/gate/cap.h"

/* ---- nodes ---- */

static hs_xml_node *
alert_in(hs_xml_node *content)
{
	hs_xml_node *embedded = hs_xml_child(
		hs_xml_child(content, HS_NS_EDXL, "xmlContent"), HS_NS_EDXL, "embeddedXMLContent");
	hs_xml_node *alert = hs_xml_child(embedded, HS_NS_CAP_12, "alert");

	return alert ? alert : hs_xml_child(embedded, HS_NS_CAP_11, "alert");
}

hs_xml_node *
hs_cap_alert(hs_xml_node *root, size_t *count)
{
	static const char *const spaces[] = { HS_NS_EDXL, HS_NS_COMMONS };
	hs_xml_node *first = NULL;

	*count = 1;
	if (hs_xml_is(root, HS_NS_CAP_12, "alert") || hs_xml_is(root, HS_NS_CAP_11, "alert"))
		return root;
	*count = 0;
	if (!hs_xml_is(root, HS_NS_EDXL, "EDXLDistribution"))
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		hs_xml_node *content = hs_xml_child(root, spaces[i], "contentObject");

		for (; content; content = hs_xml_next(content, spaces[i], "contentObject")) {
			hs_xml_node *alert = alert_in(content);

			*count += alert != NULL;
			first = first ? first : alert;
		}
	}
	return first;
}

hs_xml_node *
hs_cap_child(const struct hs_cap *cap, hs_xml_node *node, const char *name)
{
	return hs_xml_child(node, cap->ns, name);
}

hs_xml_node *
hs_cap_next(const struct hs_cap *cap, hs_xml_node *node, const char *name)
{
	return hs_xml_next(node, cap->ns, name);
}

char *
hs_cap_text(const struct hs_cap *cap, hs_xml_node *node, const char *name)
{
	return hs_xml_child_text(cap->arena, node, cap->ns, name);
}

void
hs_cap_find(const struct hs_cap *cap, enum hs_finding_code code, hs_xml_node *node,
	const char *expected, const char *detail)
{
	hs_xml_finding(cap->findings, code, node, expected, detail);
}

/* ---- values ---- */

/* The XSD's pattern also takes a comma as sign of the offset; the standard's text does not. */
bool
hs_cap_time(const char *text, int64_t *unix_us, int *offset_min)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddsdd:dd";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		bool fits = form[i] == 'd'   ? digit
			    : form[i] == 's' ? text[i] == '+' || text[i] == '-'
					     : text[i] == form[i];

		if (!fits)
			return false;
	}
	/* No alert is that old, and its times could not be written again. */
	return hs_rfc3339_parse(text, unix_us, offset_min, NULL) == HS_OK && *unix_us >= 0;
}

bool
hs_cap_is_absolute(const char *uri)
{
	/* scheme ":" (RFC 3986, 3.1) */
	size_t len =
		strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return len > 0 && uri[len] == ':' && uri[len + 1] != '\0' && !strpbrk(uri, " \t\r\n");
}

/* false when the arena is full; a text that is no triple has neither sender nor identifier. */
static bool
read_reference(struct hs_arena *arena, const char *text, size_t len, struct hs_cap_reference *out)
{
	char *copy = hs_arena_strndup(arena, text, len);
	char *comma = copy ? strchr(copy, ',') : NULL;
	char *second = comma ? strchr(comma + 1, ',') : NULL;
	int offset;

	*out = (struct hs_cap_reference){ .text = hs_arena_strndup(arena, text, len) };
	if (second && comma != copy && second != comma + 1 &&
		hs_cap_time(second + 1, &out->sent_unix_us, &offset)) {
		*comma = *second = '\0';
		out->sender = copy;
		out->identifier = comma + 1;
	}
	return copy && out->text;
}

bool
hs_cap_read_references(struct hs_cap *cap)
{
	static const char blanks[] = " \t\r\n";
	const char *text = hs_cap_text(cap, cap->alert, "references");
	size_t count = 0, len;

	if (!text)
		return true;
	for (const char *at = text + strspn(text, blanks); *at; at += strspn(at, blanks), count++)
		at += strcspn(at, blanks);
	cap->references = hs_arena_alloc(cap->arena, (count + 1) * sizeof(cap->references[0]));
	if (!cap->references)
		return false;
	for (const char *at = text + strspn(text, blanks); *at; at += strspn(at, blanks)) {
		len = strcspn(at, blanks);
		if (!read_reference(cap->arena, at, len, &cap->references[cap->reference_count++]))
			return false;
		at += len;
	}
	return true;
}
