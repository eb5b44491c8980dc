/* signing.h: keys, certificates and signed documents for tests, all made while the test runs.
 *
 * A document is put together from parts by a pattern: {open}{inner}{sig}{close}. Three kinds: an EDXL-DE order, a
 * Report as JMA writes it, a CAP alert; all of them drills.
 */
#ifndef HS_TEST_GATE_SIGNING_H
#define HS_TEST_GATE_SIGNING_H

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <xmlsec/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "hub/base/check.h"
#include "hub/gate/signature_keys.h"
#include "hub/gate/xml_doc.h"
#include "tests/unit/hub/gate/samples.h"

#define DS	   "http://www.w3.org/2000/09/xmldsig#"
#define EXC	   "http://www.w3.org/2001/10/xml-exc-c14n#"
#define SHA256_URI "http://www.w3.org/2001/04/xmlenc#sha256"
#define RSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define EC_SHA256  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define ENVELOPED  "<ds:Transform Algorithm=\"" DS "enveloped-signature\"/>"
#define EXC_C14N   "<ds:Transform Algorithm=\"" EXC "\"/>"
#define DAY_S	   86400LL

/* ---- keys ---- */

struct signer {
	EVP_PKEY *key;
	char path[64]; /* its certificate */
};

/* Writes a certificate of its own for the key, valid for these days around the time of the samples. usage: "" or
 * what openssl calls it. */
static inline void
write_cert(const struct signer *signer, const char *mode, int64_t from_days, int64_t until_days,
	const char *usage)
{
	time_t now = (time_t)(SAMPLE_RECEIVED_US / HS_US_PER_S);
	X509 *cert = X509_new();
	FILE *file = fopen(signer->path, mode);
	X509_NAME *name = X509_get_subject_name(cert);

	assert_non_null(file);
	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_UTF8, (const unsigned char *)"drill", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_time_adj_ex(X509_getm_notBefore(cert), (int)from_days, 0, &now);
	X509_time_adj_ex(X509_getm_notAfter(cert), (int)until_days, 0, &now);
	X509_set_pubkey(cert, signer->key);
	if (usage[0]) {
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage);

		X509_add_ext(cert, extension, -1);
		X509_EXTENSION_free(extension);
	}
	assert_true(X509_sign(cert, signer->key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(file, cert), 1);
	fclose(file);
	X509_free(cert);
}

static inline struct signer
signer_of(EVP_PKEY *key)
{
	struct signer signer = { .key = key, .path = "/tmp/hs-cert-XXXXXX" };
	int fd = mkstemp(signer.path);

	assert_non_null(key);
	assert_true(fd >= 0);
	close(fd);
	write_cert(&signer, "w", -1, 1, "");
	return signer;
}

static inline void
signer_end(struct signer *signer)
{
	unlink(signer->path);
	EVP_PKEY_free(signer->key);
}

/* The settings of a sender with these certificates; NULL ends them. Freed by settings_end. */
static inline struct hs_signature_settings
settings_of(int mode, const char *first, const char *second)
{
	static const char *paths[2];
	struct hs_signature_settings settings = { .mode = mode,
		.certs = { paths, first ? second ? 2 : 1 : 0 } };
	char why[HS_CONFIG_WHY] = "";

	paths[0] = first;
	paths[1] = second;
	assert_int_equal(hs_signature_keys_load(&settings, why), HS_OK);
	return settings;
}

static inline void
settings_end(struct hs_signature_settings *settings)
{
	hs_signature_keys_free(settings->keys);
}

/* ---- documents ---- */

struct kind {
	const char *name, *open, *inner, *close;
};
static const struct kind kinds[] = {
	{ "edxl", NULL, NULL, "</edxlde:EDXLDistribution>" }, /* sample_order */
	{ "jma",
		"<Report xmlns=\"http://xml.kishou.go.jp/jmaxml1/\" "
		"xmlns:jmx=\"http://xml.kishou.go.jp/jmaxml1/\">",
		"\n<Control><Title>府県気象情報</Title><DateTime>2026-07-01T09:57:05Z</DateTime>"
		"<Status>訓練</Status></Control>\n"
		"<Head xmlns=\"http://xml.kishou.go.jp/jmaxml1/informationBasis1/\"><Title>架空県"
		"気象情報</Title><Headline><Text>北町一丁目 &amp; 港町</Text></Headline></Head>\n"
		"<Body xmlns=\"http://xml.kishou.go.jp/jmaxml1/body/meteorology1/\">"
		"<Notice a=\"1\" jmx:b=\"2\">訓練</Notice><Text/></Body>\n",
		"</Report>" },
	{ "cap", "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">",
		"<identifier>990019.1</identifier><sender>bosai.kakuu.example</sender>"
		"<sent>2026-07-01T18:57:05+09:00</sent><status>Exercise</status><msgType>Alert"
		"</msgType><scope>Public</scope><info><language>ja</language><headline>北町一丁目"
		"</headline></info>\n",
		"</alert>" },
};

/* Every {word} of the pattern replaced by its part. */
struct parts {
	char *open, *inner, *evil, *sig, *sig_head, *whole;
	const char *close;
};

static inline char *
filled(const char *pattern, const struct parts *parts)
{
	const char *const pairs[][2] = { { "{whole}", parts->whole }, { "{open}", parts->open },
		{ "{inner}", parts->inner }, { "{evil}", parts->evil }, { "{sig}", parts->sig },
		{ "{sighead}", parts->sig_head }, { "{close}", parts->close } };
	char *out = strdup(pattern);

	for (size_t i = 0; i < HS_COUNT(pairs); i++) {
		char *next =
			pairs[i][1] ? replaced_all(out, pairs[i][0], pairs[i][1]) : strdup(out);

		free(out);
		out = next;
	}
	return out;
}

/* ---- signatures ---- */

struct template
{
	const char *c14n, *method, *uri, *transforms, *digest, *tail;
};

static inline char *
template_text(const struct template *template)
{
	char *out = NULL;

	assert_true(asprintf(&out,
			    "<ds:Signature xmlns:ds=\"" DS
			    "\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"%s\"/>"
			    "<ds:SignatureMethod Algorithm=\"%s\"/><ds:Reference "
			    "URI=\"%s\"><ds:Transforms>%s</ds:Transforms>"
			    "<ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue/></ds:Reference>"
			    "</ds:SignedInfo><ds:SignatureValue/>%s</ds:Signature>",
			    template->c14n ? template->c14n : EXC,
			    template->method ? template->method : RSA_SHA256,
			    template->uri ? template->uri : "",
			    template->transforms ? template->transforms : ENVELOPED EXC_C14N,
			    template->digest ? template->digest : SHA256_URI,
			    template->tail ? template->tail : "") > 0);
	return out;
}

/* Signs the first template in the document, with anything that xmlsec can do. NULL when it cannot. */
static inline char *
signed_text(const char *text, xmlSecKeyPtr key)
{
	xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
	xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), NULL, "UTF-8", XML_PARSE_NONET);
	xmlNodePtr root = xmlDocGetRootElement(doc);
	const xmlChar *ids[] = { (const xmlChar *)"Id", NULL };
	xmlChar *dump = NULL;
	char *out = NULL;
	int len = 0;

	xmlSecAddIDs(doc, root, ids);
	context->signKey = key;
	if (xmlSecDSigCtxSign(context, xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs)) ==
		0) {
		xmlDocDumpMemoryEnc(doc, &dump, &len, "UTF-8");
		out = strdup((const char *)dump);
		xmlFree(dump);
	}
	xmlSecDSigCtxDestroy(context);
	xmlFreeDoc(doc);
	return out;
}

static inline xmlSecKeyPtr
signing_key(const struct signer *signer)
{
	xmlSecKeyPtr key = xmlSecKeyCreate();

	assert_int_equal(xmlSecKeySetValue(key,
				 xmlSecOpenSSLEvpKeyAdopt(xmlSecOpenSSLEvpKeyDup(signer->key))),
		0);
	return key;
}

/* open of the kind, with attributes added. */
static inline char *
open_of(size_t kind, const char *attributes)
{
	const char *from = strstr(sample_order, "<edxlde:EDXLDistribution");
	char *open =
		kinds[kind].open ? strdup(kinds[kind].open) : strndup(from, strcspn(from, ">") + 1);
	char *out = spliced(open, strlen(open) - 1, 0, attributes);

	free(open);
	return out;
}

static inline char *
inner_of(size_t kind)
{
	const char *from = strstr(sample_order, "<edxlde:EDXLDistribution");

	from += strcspn(from, ">") + 1;
	return kinds[kind].inner ? strdup(kinds[kind].inner)
				 : strndup(from, (size_t)(strstr(from, kinds[kind].close) - from));
}

static inline char *
cut(const char *text, const char *from, const char *until)
{
	const char *at = strstr(text, from), *end;

	assert_non_null(at);
	end = strstr(at, until);
	assert_non_null(end);
	return strndup(at, (size_t)(end - at) + strlen(until));
}

/* The parts of a document of that kind, signed as the template says. attributes: of the root. */
static inline struct parts
signed_parts(size_t kind, const char *attributes, const struct template *template,
	const struct signer *signer)
{
	struct parts parts = { .open = open_of(kind, attributes),
		.inner = inner_of(kind),
		.close = kinds[kind].close };
	char *text, *done;

	parts.sig = template_text(template);
	text = filled("{open}{inner}{sig}{close}", &parts);
	done = signed_text(text, signing_key(signer));
	assert_non_null(done);
	free(parts.sig);
	free(text);
	parts.sig = cut(done, "<ds:Signature ", "</ds:Signature>");
	parts.sig_head = replaced(parts.sig, "</ds:Signature>", "");
	parts.evil = replaced_all(parts.inner, "北町一丁目", "南町二丁目");
	parts.whole = filled("{open}{inner}{sig}{close}", &parts);
	free(done);
	return parts;
}

static inline void
parts_end(struct parts *parts)
{
	free(parts->open);
	free(parts->inner);
	free(parts->evil);
	free(parts->sig);
	free(parts->sig_head);
	free(parts->whole);
}

/* ---- runs ---- */

/* The stages up to the signature, which is all that formats without a parser have in common. */
static inline void
run_signature(struct run *run, const struct hs_signature_settings *settings, const char *text)
{
	size_t count;
	const struct hs_stage *stages = hs_pipeline_stages(&count);

	run_init(run);
	run->arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	hs_submission_begin(&run->submission, run->arena, &run->limits);
	run->principal.signature = *settings;
	run->submission.principal = &run->principal;
	run->submission.bytes = (const uint8_t *)text;
	run->submission.len_bytes = strlen(text);
	run->submission.mode = run->lane;
	run->submission.received_unix_us = SAMPLE_RECEIVED_US;
	for (size_t i = 0; i < count && run->err == HS_OK; i++) {
		run->stage = stages[i].name;
		run->err = stages[i].run(&run->submission);
		if (strcmp(run->stage, "signature") == 0)
			break;
	}
	assert_true((run->err == HS_OK) == (run->submission.findings.errors == 0));
}

/* Runs a document and names the one that does not end as it must. code: a finding, or -1 for valid. */
static inline void
assert_ends(
	const struct hs_signature_settings *settings, const char *name, const char *text, int code)
{
	struct run run;
	const struct hs_finding *first;

	run_signature(&run, settings, text);
	first = hs_findings_first_error(&run.submission.findings);
	if (code < 0 ? run.submission.signature != HS_SIGNATURE_VALID || first != NULL
		     : first == NULL || (int)first->code != code) {
		run_print(&run);
		print_message("%s: result %d\n", name, run.submission.signature);
		fail_msg("%s: expected %s", name,
			code < 0 ? "valid" : hs_finding_row((enum hs_finding_code)code)->code);
	}
	/* What is read on is what was verified: in that there is no signature. */
	if (code < 0)
		assert_null(hs_xml_child(hs_xml_root(run.submission.doc), DS, "Signature"));
	run_end(&run);
}

#endif
