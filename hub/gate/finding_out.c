/* finding_out.c: findings as JSON and as children of a SOAP result. */
#include <jansson.h>
#include <string.h>

#include "hub/gate/finding.h"

json_t *
hs_pb_finding_to_json(const hs_pb_finding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:{s:s, s:s}}", "code", finding->code,
		"severity", finding->severity, "path", finding->path, "line", (int)finding->line,
		"expected", finding->expected, "message", "ja", finding->message_ja, "en",
		finding->message_en);
}

json_t *
hs_pb_findings_to_json(hs_pb_finding *const *findings, size_t count)
{
	json_t *list = json_array();

	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (json_array_append_new(list, hs_pb_finding_to_json(findings[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *
hs_pb_findings_to_error_json(enum hs_err err, hs_pb_finding *const *findings, size_t count)
{
	json_t *body = json_object();
	json_t *first = NULL;
	int failed = 0;

	if (!body)
		return NULL;
	for (size_t i = 0; i < count && !first; i++) {
		if (strcmp(findings[i]->severity, "error") == 0)
			first = hs_pb_finding_to_json(findings[i]);
	}
	if (first) {
		failed |= json_object_del(first, "severity");
		failed |= json_object_update(body, first);
		json_decref(first);
		failed |= json_object_set_new(
			body, "findings", hs_pb_findings_to_json(findings, count));
	} else {
		failed |= json_object_set_new(
			body, "message", json_pack("{s:s}", "en", hs_err_text(err)));
	}
	failed |= json_object_set_new(body, "error", json_string(hs_err_name(err)));
	if (failed) {
		json_decref(body);
		return NULL;
	}
	return body;
}

/* One child element, left out when the text is empty. */
static void
put_child(struct hs_buf *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	hs_buf_printf(out, "<h:%s>", name);
	hs_buf_escape(out, text);
	hs_buf_printf(out, "</h:%s>", name);
}

void
hs_pb_findings_to_soap(hs_pb_finding *const *findings, size_t count, struct hs_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		const hs_pb_finding *finding = findings[i];

		hs_buf_puts(out, "<h:finding xmlns:h=\"urn:hansho:findings:1\">");
		put_child(out, "code", finding->code);
		put_child(out, "severity", finding->severity);
		put_child(out, "path", finding->path);
		if (finding->line)
			hs_buf_printf(out, "<h:line>%u</h:line>", finding->line);
		put_child(out, "expected", finding->expected);
		put_child(out, "message_ja", finding->message_ja);
		put_child(out, "message_en", finding->message_en);
		hs_buf_puts(out, "</h:finding>");
	}
}
