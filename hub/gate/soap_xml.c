/* soap_xml.c: the SOAP request taken apart: token, and the inner document on its own. */
#include <string.h>

#include "hub/gate/soap.h"
#include "hub/gate/xml_doc.h"
#include "hub/gate/xml_guard.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_MQ	"http://soap.publiccommons.ne.jp/"
#define NS_WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define NS_WSU	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

/* The only child of that name, else a finding and NULL. */
static hs_xml_node *
only(struct hs_findings *findings, hs_xml_node *parent, const char *ns, const char *name)
{
	hs_xml_node *node = hs_xml_child(parent, ns, name);

	if (node && !hs_xml_next(node, ns, name))
		return node;
	hs_xml_finding(findings, HS_FINDING_SOAP_SHAPE, parent, name, "");
	return NULL;
}

static const char *
text_or_empty(struct hs_arena *arena, hs_xml_node *parent, const char *ns, const char *name)
{
	const char *text = hs_xml_child_text(arena, parent, ns, name);

	return text ? text : "";
}

/* No token is no error here: the answer to it is a fault, given by whoever knows the
 * credentials. */
static void
read_token(struct hs_arena *arena, hs_xml_node *envelope, struct hs_soap_token *token)
{
	hs_xml_node *header = hs_xml_child(envelope, NS_SOAP, "Header");
	hs_xml_node *security = hs_xml_child(header, NS_WSSE, "Security");
	hs_xml_node *node = hs_xml_child(security, NS_WSSE, "UsernameToken");
	hs_xml_node *password = hs_xml_child(node, NS_WSSE, "Password");
	const char *type = hs_xml_attribute(arena, password, "Type");

	token->username = text_or_empty(arena, node, NS_WSSE, "Username");
	token->password = text_or_empty(arena, node, NS_WSSE, "Password");
	token->nonce = text_or_empty(arena, node, NS_WSSE, "Nonce");
	token->created = text_or_empty(arena, node, NS_WSU, "Created");
	token->kind = HS_SOAP_PASSWORD_NONE;
	/* Two tokens would leave open which one speaks. */
	if (hs_xml_next(node, NS_WSSE, "UsernameToken") ||
		hs_xml_next(security, NS_WSSE, "Security"))
		token->username = "";
	else if (token->password[0])
		token->kind = type && strstr(type, "#PasswordDigest") ? HS_SOAP_PASSWORD_DIGEST
								      : HS_SOAP_PASSWORD_TEXT;
}

/* publish/message with exactly one element inside. */
static hs_xml_node *
find_document(struct hs_findings *findings, hs_xml_node *envelope)
{
	hs_xml_node *body, *publish, *message, *document;

	if (!hs_xml_is(envelope, NS_SOAP, "Envelope")) {
		hs_xml_finding(findings, HS_FINDING_SOAP_SHAPE, envelope, NS_SOAP " Envelope",
			hs_xml_name(envelope));
		return NULL;
	}
	body = only(findings, envelope, NS_SOAP, "Body");
	publish = body ? only(findings, body, NS_MQ, "publish") : NULL;
	if (!publish)
		return NULL;
	message = only(findings, publish, NS_MQ, "message");
	if (!message)
		return NULL;
	document = hs_xml_first(message);
	if (!document || hs_xml_after(document)) {
		hs_xml_finding(findings, HS_FINDING_SOAP_SHAPE, message, "EDXLDistribution", "");
		return NULL;
	}
	return document;
}

/* The envelope, in both forms. */
struct envelope {
	const struct hs_xml_doc *doc;
	struct hs_xml_text text;
};

/* Copies the inner document into the arena as a document of its own. Characters may come back as references, so the copy
 * can be longer than the original. */
static enum hs_err
take_document(struct hs_arena *arena, const struct envelope *envelope, hs_xml_node *node,
	struct hs_soap_request *out)
{
	struct hs_buf text;
	char *copy = NULL;

	hs_buf_init(&text, envelope->text.len_bytes * 8 + 65536);
	if (hs_xml_standalone(envelope->doc, &envelope->text, node, &text) == HS_OK && !text.failed)
		copy = hs_arena_strndup(arena, text.bytes, text.len_bytes);
	out->document = (const uint8_t *)copy;
	out->document_len_bytes = text.len_bytes;
	hs_buf_free(&text);
	return copy ? HS_OK : HS_ERR_NOMEM;
}

static enum hs_err
read_request(struct hs_arena *arena, const struct envelope *envelope, struct hs_findings *findings,
	struct hs_soap_request *out)
{
	hs_xml_node *root = hs_xml_root(envelope->doc);
	hs_xml_node *document = find_document(findings, root);
	enum hs_err err;

	read_token(arena, root, &out->token);
	if (!document)
		return HS_ERR_PARSE;
	err = take_document(arena, envelope, document, out);
	out->document_line = hs_xml_line(document);
	if (err || hs_arena_failed(arena)) {
		hs_finding_add(
			findings, HS_FINDING_OUT_OF_ROOM, (struct hs_place){ "", 0 }, "", "");
		return HS_ERR_NOMEM;
	}
	return HS_OK;
}

enum hs_err
hs_soap_parse(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	const struct hs_gate_limits *limits, struct hs_findings *findings,
	struct hs_soap_request *out)
{
	struct hs_xml_doc *doc = NULL;
	struct hs_xml_text text;
	enum hs_err err;

	*out = (struct hs_soap_request){ .token = { "", HS_SOAP_PASSWORD_NONE, "", "", "" } };
	err = hs_xml_guard(arena, bytes, len_bytes, limits, findings, &text);
	if (err == HS_OK)
		err = hs_xml_parse(&text, findings, &doc);
	if (err)
		return err;
	err = read_request(arena, &(struct envelope){ doc, text }, findings, out);
	hs_xml_free(doc);
	return err;
}
