/* The signature stage: its three results, keys, algorithms, and each byte of a signed document changed. */
#include "tests/unit/hub/gate/signing.h"

#include <pthread.h>

#include "hub/gate/signature.h"

struct all {
	struct signer rsa, ec, other;
};

static int
make_all(void **state)
{
	static struct all all;

	all.rsa = signer_of(EVP_RSA_gen(2048));
	all.ec = signer_of(EVP_EC_gen("P-256"));
	all.other = signer_of(EVP_RSA_gen(2048));
	*state = &all;
	return 0;
}

static int
end_all(void **state)
{
	struct all *all = *state;

	signer_end(&all->rsa);
	signer_end(&all->ec);
	signer_end(&all->other);
	return 0;
}

static char *
signed_order(const struct signer *signer, const char *method)
{
	struct parts parts = signed_parts(0, "", &(struct template){ .method = method }, signer);
	char *out = strdup(parts.whole);

	parts_end(&parts);
	return out;
}

static void
run_with(struct run *run, const struct hs_signature_settings *settings, const char *text)
{
	run_init(run);
	run->principal.signature = *settings;
	run_bytes(run, text, strlen(text));
}

/* The whole pipeline: flag, content hash as without the signature, original as received. */
static void
test_valid_order(void **state)
{
	const struct all *all = *state;
	struct run plain, run;
	const struct signer *signers[] = { &all->rsa, &all->ec };
	const char *methods[] = { RSA_SHA256, EC_SHA256 };

	run_text(&plain, sample_order);
	assert_accepted(&plain);
	assert_false(hs_notice_has_flag(plain.submission.notice, "signature_valid"));
	assert_false(hs_notice_has_flag(plain.submission.notice, "signature_unverified"));
	for (size_t i = 0; i < HS_COUNT(signers); i++) {
		struct hs_signature_settings settings =
			settings_of(HS_SIGNATURE_REQUIRED, signers[i]->path, NULL);
		char *text = signed_order(signers[i], methods[i]);

		run_with(&run, &settings, text);
		assert_accepted(&run);
		assert_true(hs_notice_has_flag(run.submission.notice, "signature_valid"));
		assert_memory_equal(run.submission.content_sha256, plain.submission.content_sha256,
			HS_SHA256_BYTES);
		assert_int_equal(run.submission.notice->original->len_bytes, strlen(text));
		assert_null(strstr(run.submission.text.bytes, "SignatureValue"));
		run_end(&run);
		settings_end(&settings);
		free(text);
	}
	run_end(&plain);
}

/* Findings behind the stage still name lines that the sender can find. */
static void
test_lines_are_kept(void **state)
{
	const struct all *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->rsa.path, NULL);
	char *text = signed_order(&all->rsa, NULL);
	char *moved = spliced(text, 0, 0, "<?xml version=\"1.0\"?>\n\n<!-- x -->\n");
	struct run plain, run;

	run_text(&plain, sample_order);
	run_with(&run, &settings, moved);
	assert_accepted(&run);
	/* the sample begins on line 2, this one on line 4 */
	assert_int_equal(found(&run, HS_FINDING_AREA_FALLBACK)->place.line,
		found(&plain, HS_FINDING_AREA_FALLBACK)->place.line + 2);
	run_end(&run);
	run_end(&plain);
	settings_end(&settings);
	free(moved);
	free(text);
}

enum document { UNSIGNED, SIGNED, BY_OTHER, TAMPERED };

/* What comes out: by the sender's settings and by what was sent. */
static void
test_results(void **state)
{
	const struct all *all = *state;
	const int none = -1;
	const struct {
		int mode;
		const char *cert;
		enum document document;
		int error, warning;
		const char *flag;
	} rows[] = {
		{ HS_SIGNATURE_OPTIONAL, NULL, UNSIGNED, none, none, NULL },
		{ HS_SIGNATURE_OPTIONAL, NULL, SIGNED, none, HS_FINDING_SIGNATURE_UNVERIFIED,
			"signature_unverified" },
		{ HS_SIGNATURE_OPTIONAL, all->rsa.path, UNSIGNED, none, none, NULL },
		{ HS_SIGNATURE_OPTIONAL, all->rsa.path, SIGNED, none, none, "signature_valid" },
		{ HS_SIGNATURE_OPTIONAL, all->rsa.path, BY_OTHER, HS_FINDING_SIGNATURE_INVALID,
			none, NULL },
		{ HS_SIGNATURE_OPTIONAL, all->rsa.path, TAMPERED, HS_FINDING_SIGNATURE_INVALID,
			none, NULL },
		{ HS_SIGNATURE_OPTIONAL, all->ec.path, SIGNED, HS_FINDING_SIGNATURE_INVALID, none,
			NULL },
		{ HS_SIGNATURE_REQUIRED, all->rsa.path, UNSIGNED, HS_FINDING_SIGNATURE_MISSING,
			none, NULL },
		{ HS_SIGNATURE_REQUIRED, all->rsa.path, SIGNED, none, none, "signature_valid" },
		{ HS_SIGNATURE_REQUIRED, all->rsa.path, BY_OTHER, HS_FINDING_SIGNATURE_INVALID,
			none, NULL },
		{ HS_SIGNATURE_OFF, all->rsa.path, UNSIGNED, none, none, NULL },
		{ HS_SIGNATURE_OFF, all->rsa.path, SIGNED, none, none, "signature_unverified" },
		{ HS_SIGNATURE_OFF, all->rsa.path, TAMPERED, none, none, "signature_unverified" },
	};
	char *texts[] = { [UNSIGNED] = strdup(sample_order),
		[SIGNED] = signed_order(&all->rsa, NULL),
		[BY_OTHER] = signed_order(&all->other, NULL),
		[TAMPERED] = NULL };

	texts[TAMPERED] = replaced(texts[SIGNED], "港町", "南町");
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_signature_settings settings =
			settings_of(rows[i].mode, rows[i].cert, NULL);
		const struct hs_finding *first;
		struct run run;

		run_with(&run, &settings, texts[rows[i].document]);
		first = hs_findings_first_error(&run.submission.findings);
		if ((first ? (int)first->code : none) != rows[i].error)
			fail_msg("row %zu", i);
		assert_int_equal(rows[i].error == none, run.err == HS_OK);
		assert_int_equal(
			!!found(&run, HS_FINDING_SIGNATURE_UNVERIFIED), rows[i].warning != none);
		for (size_t k = 0; run.err == HS_OK && k < 2; k++) {
			const char *flag = k ? "signature_valid" : "signature_unverified";

			assert_int_equal(hs_notice_has_flag(run.submission.notice, flag),
				rows[i].flag && strcmp(rows[i].flag, flag) == 0);
		}
		run_end(&run);
		settings_end(&settings);
	}
	for (size_t i = 0; i < HS_COUNT(texts); i++)
		free(texts[i]);
}

/* A signature that nobody checked is not read either: whatever a format does with its root. */
static void
test_unverified_is_taken_out(void **state)
{
	const struct all *all = *state;

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = signed_parts(kind, "", &(struct template){ 0 }, &all->rsa);
		struct hs_signature_settings settings = { 0 };
		struct run run;

		run_signature(&run, &settings, parts.whole);
		assert_int_equal(run.submission.signature, HS_SIGNATURE_UNVERIFIED);
		assert_null(hs_xml_child(hs_xml_root(run.submission.doc), DS, "Signature"));
		run_end(&run);
		parts_end(&parts);
	}
}

/* A certificate counts within its days, by the gate's clock; two keys while one replaces the other. */
static void
test_validity(void **state)
{
	const struct all *all = *state;
	struct signer signer = signer_of(EVP_EC_gen("P-256"));
	char *text = signed_order(&signer, EC_SHA256);
	static const struct {
		int from_days, until_days;
		bool good;
	} rows[] = { { -1, 1, true }, { -400, -1, false }, { 1, 400, false }, { 0, 1, true },
		{ -1, 0, true } };

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_signature_settings settings;
		struct run run;

		write_cert(&signer, "w", rows[i].from_days, rows[i].until_days, "");
		settings = settings_of(HS_SIGNATURE_REQUIRED, all->rsa.path, signer.path);
		assert_ends(&settings, "validity", text,
			rows[i].good ? -1 : (int)HS_FINDING_SIGNATURE_KEY_EXPIRED);
		settings.mode = HS_SIGNATURE_OPTIONAL;
		run_with(&run, &settings, text);
		assert_accepted(&run);
		assert_true(hs_notice_has_flag(run.submission.notice,
			rows[i].good ? "signature_valid" : "signature_unverified"));
		assert_int_equal(!!found(&run, HS_FINDING_SIGNATURE_UNVERIFIED), !rows[i].good);
		run_end(&run);
		settings_end(&settings);
	}
	signer_end(&signer);
	free(text);
}

static void
assert_not_loaded(const char *path, const char *word)
{
	const char *paths[] = { path };
	struct hs_signature_settings settings = { .certs = { paths, 1 } };
	char why[HS_CONFIG_WHY] = "";

	assert_int_equal(hs_signature_keys_load(&settings, why), HS_ERR_CONFIG);
	if (strstr(why, word) == NULL || strstr(why, path) == NULL)
		fail_msg("%s: not in: %s", word, why);
	settings_end(&settings);
}

static void
test_certificates_that_are_refused(void **state)
{
	struct hs_signature_settings settings = { .mode = HS_SIGNATURE_REQUIRED };
	char why[HS_CONFIG_WHY] = "";
	struct {
		struct signer signer;
		const char *word;
	} rows[] = { { signer_of(EVP_RSA_gen(1024)), "2048" },
		{ signer_of(EVP_EC_gen("P-384")), "P-256" },
		{ signer_of(EVP_EC_gen("secp256k1")), "P-256" } };
	struct signer signer = signer_of(EVP_EC_gen("P-256"));
	FILE *file;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		assert_not_loaded(rows[i].signer.path, rows[i].word);
		signer_end(&rows[i].signer);
	}
	write_cert(&signer, "w", -1, 1, "keyCertSign");
	assert_not_loaded(signer.path, "keyUsage");
	write_cert(&signer, "w", -1, 1, "digitalSignature");
	settings = settings_of(HS_SIGNATURE_OPTIONAL, signer.path, NULL);
	settings_end(&settings);
	write_cert(&signer, "a", -1, 1, "");
	assert_not_loaded(signer.path, "more than one");
	file = fopen(signer.path, "w");
	PEM_write_PUBKEY(file, signer.key);
	fclose(file);
	assert_not_loaded(signer.path, "no certificate");
	assert_not_loaded("/nonexistent/cert.pem", "cannot be opened");
	settings = (struct hs_signature_settings){ .mode = HS_SIGNATURE_REQUIRED };
	assert_int_equal(hs_signature_keys_load(&settings, why), HS_ERR_CONFIG);
	assert_non_null(strstr(why, "signature_cert"));
	signer_end(&signer);
}

/* All that somebody without the key may put into KeyInfo changes nothing. */
static void
test_key_info_is_never_read(void **state)
{
	const struct all *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->rsa.path, NULL);
	static const char *const infos[] = { "<ds:KeyInfo/>",
		"<ds:KeyInfo><ds:KeyName>kakuu</ds:KeyName></ds:KeyInfo>",
		"<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</"
		"ds:Modulus><ds:Exponent>"
		"AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>",
		"<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1:9/key\"/></ds:KeyInfo>",
		"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></"
		"ds:X509Data>"
		"</ds:KeyInfo>",
		"<ds:KeyInfo><o:x xmlns:o=\"urn:o\">&lt;</o:x></ds:KeyInfo>" };

	for (size_t i = 0; i < 2 * HS_COUNT(infos); i++) {
		bool right = i < HS_COUNT(infos);
		char *text = signed_order(right ? &all->rsa : &all->other, NULL);
		char *with = replaced(text, "</ds:Signature>", "{info}</ds:Signature>");
		char *full = replaced(with, "{info}", infos[i % HS_COUNT(infos)]);

		assert_ends(&settings, infos[i % HS_COUNT(infos)], full,
			right ? -1 : (int)HS_FINDING_SIGNATURE_INVALID);
		free(full);
		free(with);
		free(text);
	}
	settings_end(&settings);
}

/* One byte after the other is changed. Either the document is refused, or what is read is byte for byte what was
 * signed. With "optional" no change may turn a signed document into an unsigned one. */
static void
flip_each_byte(const struct parts *parts, const struct hs_signature_settings *settings,
	size_t *refused, size_t *same)
{
	struct run whole, run;
	char *text = strdup(parts->whole);
	size_t len = strlen(text);

	run_signature(&whole, settings, parts->whole);
	assert_int_equal(whole.submission.signature, HS_SIGNATURE_VALID);
	for (size_t i = 0; i < 2 * len; i++) {
		char kept = text[i / 2];

		text[i / 2] = (char)(kept ^ (i % 2 ? 0x20 : 0x01));
		if (text[i / 2] != '\0') {
			run_signature(&run, settings, text);
			*refused += run.err != HS_OK;
			*same += run.err == HS_OK;
			if (run.err == HS_OK &&
				(run.submission.signature != HS_SIGNATURE_VALID ||
					strcmp(run.submission.text.bytes +
							strspn(run.submission.text.bytes, "\n"),
						whole.submission.text.bytes +
							strspn(whole.submission.text.bytes,
								"\n")) != 0))
				fail_msg("byte %zu of %zu", i / 2, len);
			run_end(&run);
		}
		text[i / 2] = kept;
	}
	run_end(&whole);
	free(text);
}

static void
test_each_byte_flipped(void **state)
{
	const struct all *all = *state;
	static const int modes[] = { HS_SIGNATURE_REQUIRED, HS_SIGNATURE_OPTIONAL };

	for (size_t kind = 0; kind < HS_COUNT(kinds); kind++) {
		struct parts parts = signed_parts(kind, kind == 2 ? " Id=\"r\"" : "",
			&(struct template){ .uri = kind == 2 ? "#r" : "",
				.tail = "<ds:KeyInfo>\n<ds:KeyName>k</ds:KeyName></ds:KeyInfo>\n" },
			&all->rsa);
		struct hs_signature_settings settings =
			settings_of(modes[kind % 2], all->rsa.path, NULL);
		size_t refused = 0, same = 0;

		flip_each_byte(&parts, &settings, &refused, &same);
		print_message(
			"%s: %zu refused, %zu read the same\n", kinds[kind].name, refused, same);
		assert_true(refused > 20 * same && same > 0);
		settings_end(&settings);
		parts_end(&parts);
	}
}

struct worker {
	pthread_t thread;
	const struct hs_signature_settings *settings;
	const char *texts[2];
	size_t right;
};

static void *
verify_often(void *context)
{
	struct worker *worker = context;
	struct run run;

	for (size_t i = 0; i < 200; i++) {
		run_signature(&run, worker->settings, worker->texts[i % 2]);
		worker->right += (run.submission.signature == HS_SIGNATURE_VALID) == (i % 2 == 0);
		run_end(&run);
	}
	return NULL;
}

/* As the gate's workers do: all with the same keys. */
static void
test_threads(void **state)
{
	const struct all *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->rsa.path, all->ec.path);
	char *good = signed_order(&all->rsa, NULL), *bad = signed_order(&all->other, NULL);
	struct worker workers[4];

	for (size_t i = 0; i < HS_COUNT(workers); i++) {
		workers[i] = (struct worker){ .settings = &settings, .texts = { good, bad } };
		assert_int_equal(
			pthread_create(&workers[i].thread, NULL, verify_often, &workers[i]), 0);
	}
	for (size_t i = 0; i < HS_COUNT(workers); i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].right, 200);
	}
	settings_end(&settings);
	free(good);
	free(bad);
}

/* A small document that would become a huge one. */
static void
test_growth_is_bounded(void **state)
{
	const struct all *all = *state;
	struct hs_signature_settings settings =
		settings_of(HS_SIGNATURE_REQUIRED, all->rsa.path, NULL);
	struct parts parts = signed_parts(1, "", &(struct template){ 0 }, &all->rsa);
	size_t uri_bytes = 15000, users = 2000;
	char *uri = calloc(uri_bytes + 1, 1), *inner = calloc(users * 8 + 1, 1), *open, *text;

	memset(uri, 'u', uri_bytes);
	for (size_t i = 0; i < users; i++)
		memcpy(inner + i * 7, "<l:a/>\n", 7);
	open = replaced(parts.open, "http://xml.kishou.go.jp/jmaxml1/\">", uri);
	free(parts.open);
	parts.open = replaced(open, "xmlns:jmx", "xmlns:l");
	text = filled("{open}\">", &parts);
	free(open);
	open = filled("{inner}{sig}{close}",
		&(struct parts){ .inner = inner, .sig = parts.sig, .close = parts.close });
	free(inner);
	inner = spliced(text, strlen(text), 0, open);
	assert_ends(&settings, "growth", inner, HS_FINDING_BODY_TOO_LARGE);
	free(inner);
	free(open);
	free(text);
	free(uri);
	parts_end(&parts);
	settings_end(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_order),
		cmocka_unit_test(test_lines_are_kept),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_unverified_is_taken_out),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_certificates_that_are_refused),
		cmocka_unit_test(test_key_info_is_never_read),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_growth_is_bounded),
		cmocka_unit_test(test_each_byte_flipped),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, make_all, end_all);
}
