/* cap_write.c: the alert as a whole. */
#include "schemas/cap_write.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/cap_write_parts.h"

/* ---- texts ---- */

/* CAP writes UTC as -00:00 and never as Z. */
static void
format_time(int64_t unix_us, int offset_min, char text[HS_RFC3339_SIZE + 8])
{
	size_t len;

	if (unix_us < 0)
		unix_us = 0;
	hs_rfc3339_format(unix_us / HS_US_PER_S * HS_US_PER_S, offset_min, text);
	len = strlen(text);
	if (len > 0 && text[len - 1] == 'Z')
		memcpy(text + len - 1, "-00:00", sizeof("-00:00"));
	else if (len > 6 && strcmp(text + len - 6, "+00:00") == 0)
		text[len - 6] = '-';
}

void
hs_cap_put_time(struct hs_buf *out, const char *name, int64_t unix_us, int offset_min)
{
	char text[HS_RFC3339_SIZE + 8];

	if (unix_us == 0)
		return;
	format_time(unix_us, offset_min, text);
	hs_xml_put(out, name, text);
}

void
hs_cap_put_pair(struct hs_buf *out, const char *element, const char *name, const char *value)
{
	if (!value || value[0] == '\0')
		return;
	hs_buf_printf(out, "<%s>", element);
	hs_xml_put(out, "valueName", name);
	hs_xml_put(out, "value", value);
	hs_buf_printf(out, "</%s>\n", element);
}

/* ---- identity ---- */

/* Rule of CAP: no blanks, commas, < and & in identifier and sender. */
static void
put_identity(struct hs_buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || strchr(",<&", *text))
			hs_buf_printf(out, "%%%02X", c);
		else
			hs_xml_put_text(out, (const char[2]){ *text, '\0' });
	}
}

static void
put_identifier(struct hs_buf *out, const char *id, uint32_t revision)
{
	put_identity(out, id);
	hs_buf_printf(out, ".%u", revision);
}

int64_t
hs_cap_sent(const hs_notice *notice)
{
	const hs_times *times = notice->times;
	const hs_time *choices[] = { notice->cap && times ? times->sent : NULL,
		times ? times->accepted : NULL, times ? times->received : NULL,
		times ? times->sent : NULL };

	for (size_t i = 0; i < HS_COUNT(choices); i++) {
		if (choices[i])
			return choices[i]->unix_us;
	}
	return HS_US_PER_S; /* the first second there is: an alert cannot be without */
}

/* ---- references ---- */

struct references {
	struct hs_buf *out;
	const hs_notice *notice;
	const struct hs_cap_earlier *earlier;
	size_t earlier_count;
	size_t written;
};

static void
put_triple(struct references *references, uint32_t revision, int64_t sent_unix_us)
{
	const hs_document *document = references->notice->document;
	char sent[HS_RFC3339_SIZE + 8];

	format_time(sent_unix_us, HS_JST_MINUTES, sent);
	hs_buf_puts(references->out, references->written++ ? " " : "");
	put_identity(references->out, document->source);
	hs_buf_puts(references->out, ",");
	if (revision > 0)
		put_identifier(references->out, document->id, revision);
	else
		put_identity(references->out, document->id);
	hs_buf_printf(references->out, ",%s", sent);
}

/* 0: not known. */
static int64_t
sent_of(const struct references *references, uint32_t revision)
{
	for (size_t i = 0; i < references->earlier_count; i++) {
		if (references->earlier[i].revision == revision)
			return references->earlier[i].sent_unix_us;
	}
	return 0;
}

static void
put_earlier(struct references *references)
{
	const hs_document *document = references->notice->document;
	int64_t own = hs_cap_sent(references->notice);
	uint32_t first = document->revision > HS_CAP_REFERENCES_MAX
				 ? document->revision - HS_CAP_REFERENCES_MAX
				 : 1;

	if (document->moments) {
		for (size_t i = 0; i < references->earlier_count && i < HS_CAP_REFERENCES_MAX;
			i++) {
			if (references->earlier[i].revision != document->revision)
				put_triple(references, references->earlier[i].revision,
					references->earlier[i].sent_unix_us);
		}
		return;
	}
	for (uint32_t revision = first; revision < document->revision; revision++) {
		int64_t sent = sent_of(references, revision);

		put_triple(references, revision, sent ? sent : own);
	}
}

/* What a CAP alert referred to, by the identifiers under which we write those. */
static void
put_cap_references(struct references *references)
{
	const hs_cap_values *cap = references->notice->cap;

	for (size_t i = 0; i < cap->n_references; i++) {
		const char *sender = cap->references[i];
		const char *identifier = strchr(sender, ',');
		const char *sent = identifier ? strchr(identifier + 1, ',') : NULL;

		if (!sent)
			continue;
		hs_buf_puts(references->out, references->written++ ? " " : "");
		for (const char *at = sender; *at && at < sent; at++)
			hs_xml_put_text(references->out, (const char[2]){ *at, '\0' });
		hs_buf_puts(references->out, ".1");
		hs_xml_put_text(references->out, sent);
	}
}

/* Appends the triples; false when there are none. A follower of messages that are not known refers to its document. */
static bool
put_references(struct references *references)
{
	const hs_notice *notice = references->notice;
	bool follows =
		notice->action != HS_ACTION(ISSUE) && notice->action != HS_ACTION(UNSPECIFIED);

	if (notice->cap)
		put_cap_references(references);
	else if (follows)
		put_earlier(references);
	if (references->written == 0 && follows && !notice->cap &&
		(notice->action == HS_ACTION(CANCEL) || notice->document->moments))
		put_triple(references, 0, hs_cap_sent(notice));
	return references->written > 0;
}

/* ---- the alert ---- */

/* AllClear in every info says what a lift is; CAP knows no message type for it. */
static const char *
msg_type_of(const hs_notice *notice, bool refers)
{
	if (notice->action == HS_ACTION(CANCEL))
		return "Cancel";
	if (notice->cap && strcmp(notice->cap->msg_type, "Update") == 0)
		return "Update";
	return refers ? "Update" : "Alert";
}

/* The reason of a correction or cancel; else, of a drill, which one it is. */
static void
put_note(struct hs_buf *out, const hs_notice *notice)
{
	if (notice->cap && notice->cap->note[0]) {
		hs_xml_put(out, "note", notice->cap->note);
	} else if (notice->correction[0]) {
		hs_xml_put(out, "note", notice->correction);
	} else if (notice->mode != HS_MODE(LIVE)) {
		hs_buf_puts(out, "<note>");
		hs_xml_put_text(out, hs_mode_mark((int)notice->mode, "ja"));
		hs_xml_put_text(out, notice->document->id);
		hs_buf_puts(out, "</note>\n");
	}
}

static void
put_scope(struct hs_buf *out, const hs_cap_values *cap)
{
	bool restricted = cap && strcmp(cap->scope, "Restricted") == 0;
	bool private = cap && strcmp(cap->scope, "Private") == 0 && cap->addresses[0];

	hs_xml_put(out, "scope", restricted ? "Restricted" : private ? "Private" : "Public");
	if (restricted)
		hs_xml_put(out, "restriction", cap->restriction);
	if (cap)
		hs_xml_put(out, "addresses", cap->addresses);
}

static void
put_codes(struct hs_buf *out, const hs_notice *notice)
{
	if (hs_cap_is_ours(notice))
		hs_xml_put(out, "code", HS_CAP_PROFILE_CODE);
	for (size_t i = 0; notice->cap && i < notice->cap->n_codes; i++) {
		if (strcmp(notice->cap->codes[i], HS_CAP_PROFILE_CODE) != 0)
			hs_xml_put(out, "code", notice->cap->codes[i]);
	}
}

static void
put_alert(struct hs_buf *out, const hs_notice *notice, const char *references)
{
	const hs_document *document = notice->document;

	hs_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n<identifier>");
	put_identifier(out, document->id, document->revision);
	hs_buf_puts(out, "</identifier>\n<sender>");
	put_identity(out, document->source);
	hs_buf_puts(out, "</sender>\n");
	hs_cap_put_time(out, "sent", hs_cap_sent(notice), HS_JST_MINUTES);
	hs_xml_put(out, "status", hs_mode_status((int)notice->mode));
	hs_xml_put(out, "msgType", msg_type_of(notice, references[0] != '\0'));
	if (notice->source)
		hs_xml_put(out, "source", notice->source->name);
	put_scope(out, notice->cap);
	put_codes(out, notice);
	put_note(out, notice);
	if (references[0])
		hs_buf_printf(out, "<references>%s</references>\n", references);
	if (notice->cap)
		hs_xml_put(out, "incidents", notice->cap->incidents);
	hs_cap_put_infos(out, notice);
	hs_buf_puts(out, "</alert>\n");
}

void
hs_cap_write(struct hs_buf *out, const hs_notice *notice, const struct hs_cap_earlier *earlier,
	size_t earlier_count)
{
	struct hs_buf text;
	struct references references = {
		.out = &text, .notice = notice, .earlier = earlier, .earlier_count = earlier_count
	};

	if (!notice->document) {
		out->failed = true;
		return;
	}
	hs_buf_init(&text, out->max_bytes);
	(void)put_references(&references);
	put_alert(out, notice, hs_buf_text(&text));
	out->failed = out->failed || text.failed;
	hs_buf_free(&text);
}
