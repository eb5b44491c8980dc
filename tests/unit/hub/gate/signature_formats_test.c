/* Signed documents of each format through the whole pipeline: what is read is what the unsigned document says. */
#include "tests/unit/hub/gate/cap_samples.h"
#include "tests/unit/hub/gate/jma_samples.h"
#include "tests/unit/hub/gate/signing.h"

static const struct format {
	const char *name, *text, *close;
	const struct hs_principal *principal;
} formats[] = {
	{ "L-Alert", sample_order, "</edxlde:EDXLDistribution>", &sample_principal },
	{ "CAP", sample_alert, "</alert>", &sample_relayer },
	{ "JMA", jma_rain, "</Report>", &jma_relayer },
};

static void
run_format(struct run *run, const struct format *format,
	const struct hs_signature_settings *settings, const char *text)
{
	run_init(run);
	run->principal = *format->principal;
	if (settings)
		run->principal.signature = *settings;
	run_bytes(run, text, strlen(text));
}

/* The format's sample with a signature as the last child of its root; other: of other content. */
static char *
signed_sample(const struct format *format, const struct signer *signer)
{
	char *sig = template_text(&(struct template){ 0 });
	char *with = replaced(format->text, format->close, "{sig}{close}");
	char *full = filled(with, &(struct parts){ .sig = sig, .close = format->close });
	char *out = signed_text(full, signing_key(signer));

	assert_non_null(out);
	free(full);
	free(with);
	free(sig);
	return out;
}

static size_t
pack(const struct run *run, struct hs_buf *out)
{
	hs_notice *notice = run->submission.notice;

	/* Only these two may differ: the bytes as received, and what is said of the signature. */
	notice->original = NULL;
	for (size_t i = 0; i < notice->n_flags; i++) {
		if (strncmp(notice->flags[i], "signature_", strlen("signature_")) == 0)
			notice->flags[i] = notice->flags[--notice->n_flags];
	}
	hs_buf_init(out, HS_NOTICE_MAX_BYTES);
	hs_message_pack(notice, out);
	return out->len_bytes;
}

static void
assert_same_notice(const struct run *a, const struct run *b)
{
	struct hs_buf left, right;

	assert_int_equal(pack(a, &left), pack(b, &right));
	assert_memory_equal(left.bytes, right.bytes, left.len_bytes);
	hs_buf_free(&left);
	hs_buf_free(&right);
}

static void
test_each_format(void **state)
{
	struct signer own = signer_of(EVP_RSA_gen(2048)), other = signer_of(EVP_RSA_gen(2048));
	struct hs_signature_settings settings = settings_of(HS_SIGNATURE_REQUIRED, own.path, NULL);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(formats); i++) {
		char *text = signed_sample(&formats[i], &own);
		char *foreign = signed_sample(&formats[i], &other);
		uint8_t signed_sha256[HS_SHA256_BYTES];
		struct run plain, run;

		run_format(&plain, &formats[i], NULL, formats[i].text);
		assert_accepted(&plain);
		run_format(&run, &formats[i], &settings, text);
		assert_accepted(&run);
		assert_true(hs_notice_has_flag(run.submission.notice, "signature_valid"));
		assert_same_notice(&plain, &run);
		memcpy(signed_sha256, run.submission.content_sha256, HS_SHA256_BYTES);
		run_end(&run);
		/* nobody has a key for it: taken as if it were not signed, and flagged */
		run_format(&run, &formats[i], NULL, foreign);
		assert_accepted(&run);
		assert_true(hs_notice_has_flag(run.submission.notice, "signature_unverified"));
		assert_non_null(found(&run, HS_FINDING_SIGNATURE_UNVERIFIED));
		assert_same_notice(&plain, &run);
		/* signed by another it is the same content; a telegram of JMA without a signature is
		 * known by its bytes */
		assert_memory_equal(run.submission.content_sha256, signed_sha256, HS_SHA256_BYTES);
		if (formats[i].principal != &jma_relayer)
			assert_memory_equal(
				plain.submission.content_sha256, signed_sha256, HS_SHA256_BYTES);
		run_end(&run);
		run_format(&run, &formats[i], &settings, foreign);
		assert_int_equal(run.err, HS_ERR_FORBIDDEN);
		assert_non_null(found(&run, HS_FINDING_SIGNATURE_INVALID));
		run_end(&run);
		run_end(&plain);
		free(foreign);
		free(text);
	}
	settings_end(&settings);
	signer_end(&own);
	signer_end(&other);
}

/* A code that is no character: a sender is to mend it, what others said is passed on and the relayer told. */
static void
test_no_character(void **state)
{
	static const char *const from[] = { "<commons:areaName>北町一丁目", "<headline>大雨に",
		"<Text>訓練の" };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(formats); i++) {
		char *to = replaced_all(from[i], ">", ">&#xFDD0;");
		char *text = replaced(formats[i].text, from[i], to);
		struct run run;

		run_format(&run, &formats[i], NULL, text);
		assert_int_equal(run.err == HS_OK, i > 0);
		assert_int_equal(!!found(&run, HS_FINDING_NO_CHARACTER), i == 0);
		assert_int_equal(!!found(&run, HS_FINDING_PRIVATE_USE), i > 0);
		run_end(&run);
		free(text);
		free(to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_format),
		cmocka_unit_test(test_no_character),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
