/* Attacks on the signature stage: known wrappings, wrong algorithms, values that are cut or read in two ways; each on
 * an EDXL-DE order, a Report of JMA and a CAP alert, signed as the whole document and by Id. */
#include "tests/unit/hub/gate/signing.h"

#define MISSING	  HS_FINDING_SIGNATURE_MISSING
#define SHAPE	  HS_FINDING_SIGNATURE_SHAPE
#define ALGORITHM HS_FINDING_SIGNATURE_ALGORITHM
#define INVALID	  HS_FINDING_SIGNATURE_INVALID
#define VALID	  (-1)

struct attackers {
	struct signer own, other;
	size_t vectors;
};

static int
make_all(void **state)
{
	static struct attackers all;

	all.own = signer_of(EVP_RSA_gen(2048));
	all.other = signer_of(EVP_RSA_gen(2048));
	*state = &all;
	return 0;
}

static int
end_all(void **state)
{
	struct attackers *all = *state;

	print_message("%zu vectors\n", all->vectors);
	signer_end(&all->own);
	signer_end(&all->other);
	return 0;
}

/* {open}{inner}{sig}{close} is what was signed; {whole} the same as it was sent; {evil} what the attacker wants read. */
struct pattern {
	const char *name, *text;
	int by_all, by_id; /* expected end: reference "" and "#r" */
};
static const struct pattern wrappings[] = {
	{ "as sent", "{whole}", VALID, VALID },
	{ "declaration and comments around it",
		"<?xml version=\"1.0\"?><!-- a --><!-- b -->{whole}<!-- c -->\n", VALID, VALID },
	{ "other content, same signature", "{open}{evil}{sig}{close}", INVALID, INVALID },
	{ "signature first", "{open}{sig}{inner}{close}", VALID, VALID },
	/* 1: the signed element under ds:Object */
	{ "signed element under Object",
		"{open}{evil}{sighead}<ds:Object>{open}{inner}{close}</ds:Object></ds:Signature>"
		"{close}",
		SHAPE, SHAPE },
	{ "all of it under Object",
		"{open}{evil}{sighead}<ds:Object>{whole}</ds:Object></ds:Signature>{close}", SHAPE,
		SHAPE },
	{ "Object with nothing in it", "{open}{inner}{sighead}<ds:Object/></ds:Signature>{close}",
		SHAPE, SHAPE },
	{ "signed element under KeyInfo",
		"{open}{evil}{sighead}<ds:KeyInfo>{open}{inner}{close}</ds:KeyInfo></ds:Signature>"
		"{close}",
		INVALID, SHAPE },
	/* 2: siblings */
	{ "signed element behind the signature", "{open}{evil}{sig}{open}{inner}{close}{close}",
		INVALID, SHAPE },
	{ "signed element before the signature", "{open}{evil}{open}{inner}{close}{sig}{close}",
		INVALID, SHAPE },
	{ "in a wrapper beside",
		"{open}{evil}{sig}<w:Wrapper xmlns:w=\"urn:w\">{open}{inner}{close}</w:Wrapper>"
		"{close}",
		INVALID, SHAPE },
	/* 3: another root */
	{ "another root", "<f:Fake xmlns:f=\"urn:f\">{whole}</f:Fake>", SHAPE, SHAPE },
	{ "another root, signature moved up",
		"<f:Fake xmlns:f=\"urn:f\">{open}{inner}{close}{sig}</f:Fake>", INVALID, SHAPE },
	{ "a root that takes the Id",
		"<f:Fake xmlns:f=\"urn:f\" Id=\"r\">{open}{inner}{close}{sig}</f:Fake>", INVALID,
		SHAPE },
	/* 4: the same document within itself */
	{ "nested, evil outside", "{open}{evil}{whole}{close}", SHAPE, SHAPE },
	{ "nested first, evil behind", "{open}{whole}{evil}{close}", SHAPE, SHAPE },
	{ "nested deep", "{open}{evil}<x><y>{whole}</y></x>{close}", SHAPE, SHAPE },
	/* 5: Ids */
	{ "Id twice", "{open}{evil}<x Id=\"r\">{inner}</x>{sig}{close}", INVALID, SHAPE },
	{ "Id as ID", "{open}{evil}<x ID=\"r\">{inner}</x>{sig}{close}", INVALID, SHAPE },
	{ "Id as id", "{open}{evil}<x id=\"r\">{inner}</x>{sig}{close}", INVALID, SHAPE },
	{ "Id as xml:id", "{open}{evil}<x xml:id=\"r\">{inner}</x>{sig}{close}", INVALID, SHAPE },
	{ "Id as wsu:Id", "{open}{evil}<x xmlns:w=\"urn:wsu\" w:Id=\"r\">{inner}</x>{sig}{close}",
		INVALID, SHAPE },
	{ "two other Ids alike", "{open}{inner}<x Id=\"q\"/><y Id=\"q\"/>{sig}{close}", SHAPE,
		SHAPE },
	/* 6: the signature somewhere else */
	{ "in an element of the document", "{open}{inner}<x>{sig}</x>{close}", SHAPE, SHAPE },
	{ "in an element, evil content", "{open}{evil}<x>{sig}</x>{close}", SHAPE, SHAPE },
	{ "in a header of its own",
		"{open}<h:Header xmlns:h=\"urn:h\">{sig}</h:Header>{evil}{close}", SHAPE, SHAPE },
	{ "the signature as root", "{sig}", SHAPE, SHAPE },
	{ "enveloping", "{sighead}<ds:Object>{open}{evil}{close}</ds:Object></ds:Signature>", SHAPE,
		SHAPE },
	/* 7: more than one */
	{ "twice", "{open}{inner}{sig}{sig}{close}", SHAPE, SHAPE },
	{ "one within the other", "{open}{inner}{sighead}{sig}</ds:Signature>{close}", SHAPE,
		SHAPE },
	{ "one within KeyInfo",
		"{open}{inner}{sighead}<ds:KeyInfo>{sig}</ds:KeyInfo></ds:Signature>{close}", SHAPE,
		SHAPE },
	{ "at the root and deeper", "{open}{evil}<x>{sig}</x>{sig}{close}", SHAPE, SHAPE },
	/* 8: namespaces */
	{ "no namespace", "{open}{inner}<Signature xmlns=\"\"/>{close}", SHAPE, SHAPE },
	{ "foreign namespace", "{open}{evil}<s:Signature xmlns:s=\"urn:s\"/>{close}", SHAPE,
		SHAPE },
	{ "foreign and right one", "{open}{evil}<s:Signature xmlns:s=\"urn:s\"/>{sig}{close}",
		SHAPE, SHAPE },
	/* what is not signed must not be read */
	{ "element added", "{open}{inner}<x/>{sig}{close}", INVALID, INVALID },
	{ "text added", "{open}{inner}x{sig}{close}", INVALID, INVALID },
	{ "blank added", "{open}{inner} {sig}{close}", INVALID, INVALID },
	{ "instruction added", "{open}{inner}<?x y?>{sig}{close}", INVALID, INVALID },
	{ "comment added", "{open}{inner}<!-- x -->{sig}{close}", VALID, VALID },
	{ "no signature", "{open}{inner}{close}", MISSING, MISSING },
	{ "signature as comment", "{open}{inner}<!--{sig}-->{close}", MISSING, MISSING },
	{ "signature as text", "{open}{inner}<![CDATA[{sig}]]>{close}", MISSING, MISSING },
};

/* CAP 1.2, 3.3.2.1: nothing stands behind the signature. */
static bool
is_followed(const char *pattern)
{
	const char *at = strstr(pattern, "{sig}");

	return at && strncmp(at + 5, "{close}", 7) != 0 && strncmp(at + 5, "</", 2) != 0;
}

static struct parts
parts_of(size_t kind, bool by_id, const struct signer *signer)
{
	return signed_parts(kind, by_id ? " Id=\"r\"" : "",
		&(struct template){ .uri = by_id ? "#r" : "" }, signer);
}

static void
test_wrappings(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);

	for (size_t kind = 0; kind < HS_COUNT(kinds) * 2; kind++) {
		struct parts parts = parts_of(kind / 2, kind % 2, &all->own);

		for (size_t i = 0; i < HS_COUNT(wrappings); i++) {
			char *text = filled(wrappings[i].text, &parts);
			int expected = kind % 2 ? wrappings[i].by_id : wrappings[i].by_all;
			char name[128];

			if (kind / 2 == 2 && (expected == VALID || expected == (int)INVALID) &&
				is_followed(wrappings[i].text))
				expected = SHAPE;
			snprintf(name, sizeof(name), "%s %s: %s", kinds[kind / 2].name,
				kind % 2 ? "by Id" : "whole", wrappings[i].name);
			assert_ends(&settings, name, text, expected);
			all->vectors++;
			free(text);
		}
		parts_end(&parts);
	}
	settings_end(&settings);
}

/* Changes of the text that was signed: from → to. */
struct change {
	const char *name, *from, *to;
	int expected;
};
static const struct change changes[] = {
	{ "a comment splits a text", "北町一丁目", "北町<!-- x -->一丁目", VALID },
	{ "a comment hides an element", "北町一丁目", "北町一丁目<!-- <x/> -->", VALID },
	{ "CDATA instead of text", "北町一丁目", "<![CDATA[北町]]>一丁目", VALID },
	{ "a character by number", "北町一丁目", "&#x5317;町一丁目", VALID },
	{ "an instruction splits a text", "北町一丁目", "北町<?x?>一丁目", INVALID },
	{ "a text is shortened by a comment", "北町一丁目", "北町<!--一丁目-->", INVALID },
	{ "quotes of attributes", " xmlns:ds=\"" DS "\"", " xmlns:ds='" DS "'", VALID },
	{ "a namespace nobody uses", "<ds:Signature ", "<ds:Signature xmlns:q=\"urn:q\" ", VALID },
	{ "an attribute of the signature", "<ds:Signature ", "<ds:Signature q=\"1\" ", SHAPE },
	{ "an attribute of SignedInfo", "<ds:SignedInfo>", "<ds:SignedInfo q=\"1\">", SHAPE },
	{ "a Type", "<ds:Reference ", "<ds:Reference Type=\"" DS "Manifest\" ", SHAPE },
	{ "no URI", "<ds:Reference URI", "<ds:Reference Id", SHAPE },
	{ "two references", "</ds:SignedInfo>",
		"<ds:Reference URI=\"\"><ds:Transforms/><ds:DigestMethod Algorithm=\"" SHA256_URI
		"\"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference></ds:SignedInfo>",
		SHAPE },
	{ "no Transforms", "<ds:Transforms>" ENVELOPED EXC_C14N "</ds:Transforms>", "", SHAPE },
	{ "only enveloped", EXC_C14N, "", SHAPE },
	{ "only C14N", ENVELOPED, "", SHAPE },
	{ "order of the transforms", ENVELOPED EXC_C14N, EXC_C14N ENVELOPED, ALGORITHM },
	{ "three transforms", EXC_C14N, EXC_C14N EXC_C14N, SHAPE },
	{ "XSLT", EXC_C14N,
		"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
		ALGORITHM },
	{ "XPath", EXC_C14N,
		"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/>",
		ALGORITHM },
	{ "XPath filter 2", EXC_C14N,
		"<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>",
		ALGORITHM },
	{ "XPath with its expression", EXC_C14N,
		"<ds:Transform "
		"Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
		"1</ds:XPath></ds:Transform>",
		SHAPE },
	{ "base64", EXC_C14N, "<ds:Transform Algorithm=\"" DS "base64\"/>", ALGORITHM },
	{ "inclusive C14N", EXC_C14N,
		"<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>",
		ALGORITHM },
	{ "C14N with comments", EXC_C14N, "<ds:Transform Algorithm=\"" EXC "WithComments\"/>",
		ALGORITHM },
	{ "a parameter of C14N", EXC_C14N,
		"<ds:Transform Algorithm=\"" EXC "\"><e:InclusiveNamespaces xmlns:e=\"" EXC
		"\" PrefixList=\"a\"/></ds:Transform>",
		SHAPE },
	{ "C14N of SignedInfo", "Method Algorithm=\"" EXC,
		"Method Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ALGORITHM },
	{ "SHA-1 digest", SHA256_URI, DS "sha1", ALGORITHM },
	{ "MD5 digest", SHA256_URI, "http://www.w3.org/2001/04/xmldsig-more#md5", ALGORITHM },
	{ "SHA-512 digest", SHA256_URI, "http://www.w3.org/2001/04/xmlenc#sha512", ALGORITHM },
	{ "RSA-SHA1", RSA_SHA256, DS "rsa-sha1", ALGORITHM },
	{ "RSA-MD5", RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", ALGORITHM },
	{ "DSA", RSA_SHA256, DS "dsa-sha1", ALGORITHM },
	{ "HMAC", RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", ALGORITHM },
	{ "ECDSA on an RSA key", RSA_SHA256, EC_SHA256, INVALID },
	{ "ECDSA-SHA1", RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
		ALGORITHM },
	{ "blank before an algorithm", RSA_SHA256, " " RSA_SHA256, ALGORITHM },
	{ "no algorithm", RSA_SHA256, "", ALGORITHM },
	{ "length of an HMAC", "rsa-sha256\"/>",
		"rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
		SHAPE },
	{ "another key's wrap", "</ds:Signature>",
		"<ds:Object><ds:Manifest/></ds:Object></ds:Signature>", SHAPE },
	{ "properties", "</ds:Signature>",
		"<ds:Object><ds:SignatureProperties/></ds:Object></ds:Signature>", SHAPE },
	{ "two values", "</ds:Signature>",
		"<ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>", SHAPE },
	{ "two KeyInfo", "</ds:Signature>", "<ds:KeyInfo/><ds:KeyInfo/></ds:Signature>", SHAPE },
	{ "a foreign element in it", "</ds:Signature>", "<q xmlns=\"urn:q\"/></ds:Signature>",
		SHAPE },
	{ "text in it", "<ds:SignedInfo>", "x<ds:SignedInfo>", SHAPE },
	{ "a comment in SignedInfo", "<ds:SignedInfo>", "<ds:SignedInfo><!-- x -->", SHAPE },
	{ "an instruction in SignedInfo", "<ds:SignedInfo>", "<ds:SignedInfo><?x?>", SHAPE },
	{ "a comment splits the digest", "<ds:DigestValue>", "<ds:DigestValue><!---->", SHAPE },
	{ "CDATA in the digest", "<ds:DigestValue>", "<ds:DigestValue><![CDATA[]]>", SHAPE },
	{ "a comment splits the value", "<ds:SignatureValue>", "<ds:SignatureValue><!-- -->",
		SHAPE },
	{ "an element in the value", "<ds:SignatureValue>", "<ds:SignatureValue><q/>", SHAPE },
	{ "more in the value", "<ds:SignatureValue>", "<ds:SignatureValue>AAAA", INVALID },
	{ "another digest", "<ds:DigestValue>", "<ds:DigestValue>AAAA", INVALID },
};

static void
test_changes(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = parts_of(kind, false, &all->own);

		for (size_t i = 0; i < HS_COUNT(changes); i++) {
			char *text = replaced(parts.whole, changes[i].from, changes[i].to);
			assert_ends(&settings, changes[i].name, text, changes[i].expected);
			all->vectors++;
			free(text);
		}
		parts_end(&parts);
	}
	settings_end(&settings);
}

/* Emptied values. */
static void
test_empty_values(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);
	static const char *const names[] = { "SignatureValue", "DigestValue" };
	static const char *const values[] = { "", " ", "\n", "=", "AA==", "x", "\xE3\x80\x80" };

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = parts_of(kind, false, &all->own);

		for (size_t i = 0; i < HS_COUNT(names) * HS_COUNT(values); i++) {
			const char *name = names[i % 2], *value = values[i / 2];
			char open[32], close[32], to[96];
			char *full, *text;

			snprintf(open, sizeof(open), "<ds:%s>", name);
			snprintf(close, sizeof(close), "</ds:%s>", name);
			snprintf(to, sizeof(to), "%s%s%s", open, value, close);
			full = cut(parts.whole, open, close);
			text = replaced(parts.whole, full, to);
			assert_ends(&settings, to, text,
				value[strspn(value, " \n")] == '\0' ? SHAPE : INVALID);
			all->vectors++;
			free(text);
			free(full);
		}
		parts_end(&parts);
	}
	settings_end(&settings);
}

/* The sender's own key under something that is not accepted: rightly signed and refused all the same. */
static void
test_signed_the_wrong_way(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);
	static const struct {
		struct template template;
		int expected;
	} rows[] = {
		{ { .method = DS "rsa-sha1" }, ALGORITHM },
		{ { .method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" }, ALGORITHM },
		{ { .digest = DS "sha1" }, ALGORITHM },
		{ { .digest = "http://www.w3.org/2001/04/xmlenc#sha512" }, ALGORITHM },
		{ { .c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" }, ALGORITHM },
		{ { .c14n = EXC "WithComments" }, ALGORITHM },
		{ { .transforms = ENVELOPED }, SHAPE },
		{ { .transforms = ENVELOPED "<ds:Transform Algorithm=\"" EXC "WithComments\"/>" },
			ALGORITHM },
		{ { .transforms = ENVELOPED "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
					    "REC-xpath-19991116\"><ds:XPath>1 = 1</ds:XPath>"
					    "</ds:Transform>" },
			SHAPE },
		{ { .tail = "<ds:Object Id=\"o\">x</ds:Object>", .uri = "#o" }, SHAPE },
		{ { .uri = "#xpointer(/)" }, SHAPE },
		{ { .uri = "#xpointer(id('r'))" }, SHAPE },
		{ { .uri = "#r" }, VALID },
	};

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		for (size_t i = 0; i < HS_COUNT(rows); i++) {
			struct parts parts =
				signed_parts(kind, " Id=\"r\"", &rows[i].template, &all->own);

			assert_ends(&settings, kinds[kind].name, parts.whole, rows[i].expected);
			all->vectors++;
			parts_end(&parts);
		}
	}
	settings_end(&settings);
}

/* References to elsewhere cannot be signed for here; nothing is fetched to find out. */
static void
test_references_to_elsewhere(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);
	static const char *const uris[] = { "http://127.0.0.1:9/x", "file:///etc/passwd", "x.xml",
		"#", "#q", " ", "#r ", "# r", "##r", "%23r", "#R", "?" };

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = parts_of(kind, true, &all->own);

		for (size_t i = 0; i < HS_COUNT(uris); i++) {
			char *text = replaced(parts.whole, "\"#r\"", "\"{uri}\"");
			char *full = replaced(text, "{uri}", uris[i]);

			assert_ends(&settings, uris[i], full, SHAPE);
			all->vectors++;
			free(full);
			free(text);
		}
		parts_end(&parts);
	}
	settings_end(&settings);
}

/* HMAC with what everybody knows as its key: the sender's public key. */
static void
test_hmac_with_the_public_key(void **state)
{
	struct attackers *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->own.path, NULL);
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(all->own.key, &der);
	const struct template template = {
		.method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
	};

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = { .open = open_of(kind, ""),
			.inner = inner_of(kind),
			.close = kinds[kind].close,
			.sig = template_text(&template) };
		char *text = filled("{open}{inner}{sig}{close}", &parts);
		char *done = signed_text(
			text, xmlSecKeyReadMemory(xmlSecKeyDataHmacId, der, (xmlSecSize)len));

		assert_non_null(done);
		assert_ends(&settings, "HMAC", done, ALGORITHM);
		all->vectors++;
		free(done);
		free(text);
		parts_end(&parts);
	}
	OPENSSL_free(der);
	settings_end(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrappings),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_empty_values),
		cmocka_unit_test(test_signed_the_wrong_way),
		cmocka_unit_test(test_references_to_elsewhere),
		cmocka_unit_test(test_hmac_with_the_public_key),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, make_all, end_all);
}
