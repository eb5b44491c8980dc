/* signature.c: the stage, and the one door to xmlsec. */
#include "hub/gate/signature.h"

#include <libxml/tree.h>
#include <libxml/valid.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/signature_shape.h"
#include "hub/gate/xml_dom.h"
#include "hub/gate/xml_tree.h"

static void
set_up(void)
{
	HS_CHECK(xmlSecInit() == 0 && xmlSecCryptoAppInit(NULL) == 0 && xmlSecCryptoInit() == 0);
	/* Nothing can be fetched: no reader of files or addresses is left. */
	xmlSecIOCleanupCallbacks();
	xmlSecErrorsDefaultCallbackEnableOutput(0);
}

void
hs_signature_setup(void)
{
	static pthread_once_t once =
		PTHREAD_ONCE_INIT; /* xmlsec loses what it had when it is set up twice */

	HS_CHECK(pthread_once(&once, set_up) == 0);
}

/* ---- without a look at the signature ---- */

/* Takes the signatures out that are children of the root; true when there was one. */
static bool
drop_signatures(struct hs_xml_doc *doc)
{
	bool found = false;

	for (hs_xml_node *at = hs_xml_first(hs_xml_root(doc)); at; at = hs_xml_after(at)) {
		if (!hs_xml_is(at, HS_NS_XMLDSIG, "Signature"))
			continue;
		hs_xml_unlink(doc, at);
		found = true;
	}
	return found;
}

static enum hs_err
leave_unverified(
	struct hs_submission *submission, hs_xml_node *signature, const char *detail, bool tell)
{
	submission->signature = HS_SIGNATURE_UNVERIFIED;
	if (tell)
		hs_xml_finding(&submission->findings, HS_FINDING_SIGNATURE_UNVERIFIED, signature,
			"", detail);
	return HS_OK;
}

/* ---- with ---- */

/* What is tried, the same for each key. */
struct attempt {
	struct hs_submission *submission;
	const struct hs_signature_shape *shape;
	xmlNodePtr signature; /* of the shape, in the tree of libxml2 */
};

/* The context for one try: all that the shape does not allow is switched off here once more. */
static xmlSecDSigCtxPtr
make_context(struct evp_pkey_st *pkey)
{
	const xmlSecTransformId reference[] = { xmlSecTransformEnvelopedId,
		xmlSecTransformExclC14NId, xmlSecTransformSha256Id };
	const xmlSecTransformId signing[] = { xmlSecTransformExclC14NId, xmlSecTransformRsaSha256Id,
		xmlSecTransformEcdsaSha256Id };
	xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
	xmlSecKeyDataPtr data = NULL;
	EVP_PKEY *own;
	bool good;

	if (!context)
		return NULL;
	context->flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES |
			 XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS | XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
	context->enabledReferenceUris =
		xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
	context->keyInfoReadCtx.retrievalMethodCtx.enabledUris = xmlSecTransformUriTypeNone;
	good = xmlSecPtrListAdd(&context->keyInfoReadCtx.enabledKeyData,
		       (void *)(uintptr_t)xmlSecKeyDataValueId) >= 0;
	for (size_t i = 0; i < HS_COUNT(reference); i++)
		good &= xmlSecDSigCtxEnableReferenceTransform(context, reference[i]) == 0;
	for (size_t i = 0; i < HS_COUNT(signing); i++)
		good &= xmlSecDSigCtxEnableSignatureTransform(context, signing[i]) == 0;
	own = xmlSecOpenSSLEvpKeyDup(pkey);
	if (own)
		data = xmlSecOpenSSLEvpKeyAdopt(own);
	if (own && !data)
		EVP_PKEY_free(own);
	context->signKey = xmlSecKeyCreate();
	if (data && context->signKey && xmlSecKeySetValue(context->signKey, data) == 0)
		data = NULL;
	else
		good = false;
	if (data)
		xmlSecKeyDataDestroy(data);
	if (good)
		return context;
	xmlSecDSigCtxDestroy(context);
	return NULL;
}

/* The octets that the one reference was made over; NULL unless everything is as it must be. */
static xmlSecBufferPtr
verified_octets(xmlSecDSigCtxPtr context, const struct hs_signature_shape *shape)
{
	xmlSecDSigReferenceCtxPtr reference;
	const char *uri;

	if (context->status != xmlSecDSigStatusSucceeded ||
		xmlSecPtrListGetSize(&context->signedInfoReferences) != 1 ||
		xmlSecPtrListGetSize(&context->manifestReferences) != 0)
		return NULL;
	reference = xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
	if (!reference || reference->status != xmlSecDSigStatusSucceeded)
		return NULL;
	uri = reference->uri ? (const char *)reference->uri : "";
	if (shape->id ? uri[0] != '#' || strcmp(uri + 1, shape->id) != 0 : uri[0] != '\0')
		return NULL;
	return xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
}

/* One try with one key. True: *out holds the verified text, in the arena, behind as many ends of lines as stood before
 * the root. */
static bool
verify_with(const struct attempt *attempt, struct evp_pkey_st *pkey, struct hs_xml_text *out)
{
	xmlSecDSigCtxPtr context = make_context(pkey);
	uint32_t line = hs_xml_line(hs_xml_root(attempt->submission->doc));
	size_t before = line > 0 ? line - 1 : 0;
	xmlSecBufferPtr octets = NULL;
	char *copy = NULL;

	if (context && xmlSecDSigCtxVerify(context, attempt->signature) == 0)
		octets = verified_octets(context, attempt->shape);
	if (octets) {
		size_t len = xmlSecBufferGetSize(octets);

		copy = hs_arena_alloc(attempt->submission->arena, before + len + 1);
		if (copy) {
			memset(copy, '\n', before);
			memcpy(copy + before, xmlSecBufferGetData(octets), len);
			*out = (struct hs_xml_text){ copy, before + len };
		}
	}
	if (context)
		xmlSecDSigCtxDestroy(context);
	return copy != NULL;
}

/* From here on nothing else is read than what was verified. */
static enum hs_err
read_verified(struct hs_submission *submission, const struct hs_xml_text *text)
{
	hs_xml_node *before = hs_xml_root(submission->doc), *after;
	struct hs_xml_doc *doc = NULL;
	enum hs_err err = hs_xml_parse(text, &submission->findings, &doc);

	if (err)
		return err;
	after = hs_xml_root(doc);
	/* The shape said that the root is what is signed. */
	HS_CHECK(strcmp(hs_xml_name(before), hs_xml_name(after)) == 0 &&
		 strcmp(hs_xml_ns(before), hs_xml_ns(after)) == 0);
	hs_xml_free(submission->doc);
	submission->doc = doc;
	submission->text = *text;
	submission->signature = HS_SIGNATURE_VALID;
	return HS_OK;
}

static const struct hs_signature_key *
find_key(const struct attempt *attempt, bool counts, struct hs_xml_text *out)
{
	const struct hs_signature_keys *keys = attempt->submission->principal->signature.keys;

	for (size_t i = 0; keys && i < keys->count; i++) {
		const struct hs_signature_key *key = &keys->rows[i];

		if (key->kind == attempt->shape->kind &&
			hs_signature_key_counts(key, attempt->submission->received_unix_us) ==
				counts &&
			verify_with(attempt, key->key, out))
			return key;
	}
	return NULL;
}

static enum hs_err
out_of_its_time(struct hs_submission *submission, hs_xml_node *signature,
	const struct hs_signature_key *key)
{
	char from[HS_RFC3339_SIZE], until[HS_RFC3339_SIZE];
	const char *detail;

	hs_rfc3339_format(key->from_unix_us, 0, from);
	hs_rfc3339_format(key->until_unix_us, 0, until);
	detail = hs_arena_printf(submission->arena, "%s … %s", from, until);
	if (submission->principal->signature.mode == HS_SIGNATURE_REQUIRED) {
		hs_xml_finding(&submission->findings, HS_FINDING_SIGNATURE_KEY_EXPIRED, signature,
			"", detail ? detail : "");
		return HS_ERR_FORBIDDEN;
	}
	leave_unverified(submission, signature, detail ? detail : "", true);
	drop_signatures(submission->doc);
	return HS_OK;
}

/* Lets "#id" be found. The shape saw that the root has one Id and nothing else the same. xml:id is known by the parser. */
static bool
register_id(xmlDocPtr dom, const char *id)
{
	for (xmlAttrPtr at = xmlDocGetRootElement(dom)->properties; at; at = at->next) {
		if (strcasecmp((const char *)at->name, "id") == 0 && at->children &&
			strcmp((const char *)at->children->content, id) == 0)
			return xmlGetID(dom, at->children->content) == at ||
			       xmlAddID(NULL, dom, at->children->content, at);
	}
	return false;
}

static enum hs_err
try_keys(const struct attempt *attempt)
{
	struct hs_submission *submission = attempt->submission;
	const struct hs_signature_key *key;
	struct hs_xml_text text;

	if (find_key(attempt, true, &text))
		return read_verified(submission, &text);
	if (hs_arena_failed(submission->arena))
		return HS_ERR_NOMEM;
	key = find_key(attempt, false, &text);
	if (key)
		return out_of_its_time(submission, attempt->shape->signature, key);
	hs_xml_finding(&submission->findings, HS_FINDING_SIGNATURE_INVALID,
		attempt->shape->signature, "", "");
	return HS_ERR_FORBIDDEN;
}

static enum hs_err
verify(struct hs_submission *submission, const struct hs_signature_shape *shape)
{
	xmlDocPtr dom = hs_xml_dom_parse(&submission->text);
	enum hs_err err = HS_ERR_NOMEM;

	if (dom && (!shape->id || register_id(dom, shape->id)))
		err = try_keys(&(struct attempt){ submission, shape,
			hs_xml_dom_find(dom, submission->doc, shape->signature) });
	if (dom)
		xmlFreeDoc(dom);
	return err;
}

enum hs_err
hs_stage_signature(struct hs_submission *submission)
{
	const struct hs_signature_settings *settings = &submission->principal->signature;
	hs_xml_node *root = hs_xml_root(submission->doc);
	struct hs_signature_shape shape = { 0 };

	if (settings->mode == HS_SIGNATURE_OFF ||
		(!settings->keys && settings->mode == HS_SIGNATURE_OPTIONAL)) {
		if (!drop_signatures(submission->doc))
			return HS_OK;
		return leave_unverified(submission, root, "", settings->mode != HS_SIGNATURE_OFF);
	}
	if (!hs_signature_shape(submission, &shape))
		return HS_ERR_REFUSED;
	if (shape.signature)
		return verify(submission, &shape);
	if (settings->mode == HS_SIGNATURE_OPTIONAL)
		return HS_OK;
	hs_xml_finding(
		&submission->findings, HS_FINDING_SIGNATURE_MISSING, root, "ds:Signature", "");
	return HS_ERR_FORBIDDEN;
}

void
hs_signature_flag(struct hs_submission *submission)
{
	static const char *const flags[] = { [HS_SIGNATURE_VALID] = "signature_valid",
		[HS_SIGNATURE_UNVERIFIED] = "signature_unverified" };

	if (submission->signature != HS_SIGNATURE_NONE)
		hs_notice_flag(submission->arena, submission->notice, flags[submission->signature]);
}
