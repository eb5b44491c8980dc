/* SOAP publish: tokens, the inner document on its own, answers. */
#include "hub/gate/soap.h"
#include "tests/unit/hub/gate/samples.h"

struct soap {
	struct hs_arena *arena;
	struct hs_findings findings;
	struct hs_soap_request request;
	enum hs_err err;
};

static void
soap_run(struct soap *soap, const char *text)
{
	soap->arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	assert_non_null(soap->arena);
	hs_findings_init(&soap->findings, soap->arena, 100);
	soap->err = hs_soap_parse(soap->arena, (const uint8_t *)text, strlen(text),
		&hs_gate_limits_default, &soap->findings, &soap->request);
}

static void
soap_end(struct soap *soap)
{
	hs_arena_destroy(soap->arena);
}

/* The order in an envelope that declares the namespaces outside, as the sample of the other
 * category does. */
static char *
order_in_soap(void)
{
	const char *document = strstr(sample_headquarters, "<edxlde:EDXLDistribution");
	const char *end = strstr(sample_headquarters, "</pcsoap:message>");
	const char *order = strstr(sample_order, "<edxlde:EDXLDistribution");
	char *body = replaced(order,
		" xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" "
		"xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\"",
		"");
	char *whole = spliced(sample_headquarters, (size_t)(document - sample_headquarters),
		(size_t)(end - document), body);
	char *declared = replaced(whole, "<pcsoap:message>",
		"<pcsoap:message xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" "
		"xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\" "
		"xmlns=\"http://soap.publiccommons.ne.jp/\">");

	free(body);
	free(whole);
	return declared;
}

static void
test_digest_vector(void **state)
{
	char digest[HS_SOAP_DIGEST_SIZE];

	(void)state;
	assert_int_equal(hs_soap_digest("EBESExQVFhcYGRobHB0eHw==", "2026-07-01T09:57:05Z",
				 "example-Passw0rd", digest),
		HS_OK);
	assert_string_equal(digest, "eKYV9Its9Oi+JkBW4gLV830ND5Q=");
	assert_int_equal(hs_soap_digest("***", "x", "y", digest), HS_ERR_INVALID);
	assert_int_equal(hs_soap_digest("", "x", "y", digest), HS_ERR_INVALID);
	assert_int_equal(hs_soap_digest("====", "x", "y", digest), HS_ERR_INVALID);
	/* Same bytes, other spelling: would pass the replay check under another name. */
	assert_int_equal(hs_soap_digest("EBESExQVFhcYGRobHB0eHx==", "2026-07-01T09:57:05Z",
				 "example-Passw0rd", digest),
		HS_ERR_INVALID);
}

static void
test_token(void **state)
{
	struct soap soap;

	(void)state;
	soap_run(&soap, sample_headquarters);
	assert_int_equal(soap.err, HS_OK);
	assert_string_equal(soap.request.token.username, "sendtest01");
	assert_int_equal(soap.request.token.kind, HS_SOAP_PASSWORD_DIGEST);
	assert_true(hs_soap_token_fits(&soap.request.token, "example-Passw0rd"));
	assert_false(hs_soap_token_fits(&soap.request.token, "example-Passw0rd2"));
	soap.request.token.created = "2026-07-01T09:57:06Z";
	assert_false(hs_soap_token_fits(&soap.request.token, "example-Passw0rd"));
	soap.request.token.created = "";
	assert_false(hs_soap_token_fits(&soap.request.token, "example-Passw0rd"));
	soap_end(&soap);
}

static void
test_text_password(void **state)
{
	char *digest =
		replaced(sample_headquarters, "#PasswordDigest\">eKYV9Its9Oi+JkBW4gLV830ND5Q=",
			"#PasswordText\">example-Passw0rd");
	struct soap soap;

	(void)state;
	soap_run(&soap, digest);
	assert_int_equal(soap.request.token.kind, HS_SOAP_PASSWORD_TEXT);
	assert_true(hs_soap_token_fits(&soap.request.token, "example-Passw0rd"));
	assert_false(hs_soap_token_fits(&soap.request.token, ""));
	soap_end(&soap);
	free(digest);
}

static void
test_order_through_soap(void **state)
{
	char *text = order_in_soap();
	struct soap soap;
	struct run run;
	uint8_t direct[32];
	char *wrong;

	(void)state;
	run_text(&run, sample_order);
	memcpy(direct, run.submission.content_sha256, 32);
	run_end(&run);

	soap_run(&soap, text);
	assert_int_equal(soap.err, HS_OK);
	assert_null(memmem(soap.request.document, soap.request.document_len_bytes, "wsse", 4));
	run_init(&run);
	run_bytes(&run, soap.request.document, soap.request.document_len_bytes);
	assert_accepted(&run);
	/* The same content by both ways is the same submission. */
	assert_memory_equal(run.submission.content_sha256, direct, 32);
	run_end(&run);
	soap_end(&soap);

	/* Lines count from the envelope's first line. */
	wrong = replaced(text, "<ev:IssueOrLift>解除", "<ev:IssueOrLift>終了");
	soap_run(&soap, wrong);
	assert_int_equal(soap.err, HS_OK);
	run_init(&run);
	run_bytes(&run, soap.request.document, soap.request.document_len_bytes);
	assert_int_equal(found(&run, HS_FINDING_ISSUE_OR_LIFT_UNKNOWN)->place.line +
				 soap.request.document_line - 1,
		29);
	run_end(&run);
	soap_end(&soap);
	free(wrong);
	free(text);
}

static void
test_headquarters_by_soap(void **state)
{
	static const char *areas[] = { "990060" };
	struct soap soap;
	struct run run;

	(void)state;
	soap_run(&soap, sample_headquarters);
	assert_int_equal(soap.err, HS_OK);
	run_init(&run);
	run.principal.source = "bosai.miki.example";
	run.principal.code = "990060";
	run.principal.areas = (struct hs_config_texts){ areas, 1 };
	run_bytes(&run, soap.request.document, soap.request.document_len_bytes);
	assert_accepted(&run);
	assert_int_equal(run.submission.findings.count, 0);
	assert_int_equal(run.submission.notice->kind, HS_KIND(HEADQUARTERS));
	assert_string_equal(run.submission.notice->headquarters->name, "未記町災害対策本部");
	assert_string_equal(run.submission.notice->headquarters->status, "設置");
	assert_string_equal(run.submission.notice->areas[0]->code, "990060");
	run_end(&run);
	soap_end(&soap);
}

static void
test_wrong_shapes(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "http://schemas.xmlsoap.org/soap/envelope/",
			"http://www.w3.org/2003/05/soap-envelope" },
		{ "pcsoap:publish xmlns", "pcsoap:unpublish xmlns" },
		{ "<pcsoap:message>", "<pcsoap:message/><pcsoap:message>" },
		{ "<pcsoap:message>", "<pcsoap:message><a/>" },
		{ "http://soap.publiccommons.ne.jp/", "http://soap.example/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *half = replaced(sample_headquarters, rows[i].from, rows[i].to);
		char *text = i == 1 ? replaced(half, "</pcsoap:publish>", "</pcsoap:unpublish>")
				    : strdup(half);
		struct soap soap;

		soap_run(&soap, text);
		assert_int_equal(soap.err, HS_ERR_PARSE);
		assert_int_equal(
			hs_findings_first_error(&soap.findings)->code, HS_FINDING_SOAP_SHAPE);
		assert_int_equal(hs_findings_soap(&soap.findings), 401);
		soap_end(&soap);
		free(half);
		free(text);
	}
}

/* Two tokens, or none: nobody is signed in. */
static void
test_doubtful_tokens(void **state)
{
	char *two = replaced(sample_headquarters, "</wsse:Security>",
		"<wsse:UsernameToken><wsse:Username>x</wsse:Username></wsse:UsernameToken></"
		"wsse:Security>");
	char *none = replaced(sample_headquarters, "<wsse:Username>sendtest01</wsse:Username>", "");
	struct soap soap;

	(void)state;
	soap_run(&soap, two);
	assert_int_equal(soap.err, HS_OK);
	assert_string_equal(soap.request.token.username, "");
	assert_false(hs_soap_token_fits(&soap.request.token, "example-Passw0rd"));
	soap_end(&soap);
	soap_run(&soap, none);
	assert_string_equal(soap.request.token.username, "");
	soap_end(&soap);
	free(two);
	free(none);
}

static void
test_cut_envelopes_never_crash(void **state)
{
	size_t len = strlen(sample_headquarters);
	char *copy = strdup(sample_headquarters);

	(void)state;
	for (size_t cut = len - 2; cut > 0; cut -= cut > 7 ? 7 : cut) {
		struct soap soap;

		copy[cut - 1] = '\0';
		soap_run(&soap, copy);
		assert_int_not_equal(soap.err, HS_OK);
		assert_true(soap.findings.errors > 0);
		soap_end(&soap);
	}
	free(copy);
}

static void
test_replies(void **state)
{
	char *wrong = replaced(sample_order, ">発令<", "><![CDATA[<&>]]><");
	struct hs_xml_text text;
	struct run run;
	struct hs_buf out;
	size_t count;
	hs_pb_finding **list;

	(void)state;
	hs_buf_init(&out, 1 << 20);
	hs_soap_reply(&out, 0, NULL, 0);
	assert_non_null(strstr(hs_buf_text(&out), "<t:code>0</t:code></t:processResponse>"));
	hs_buf_free(&out);

	run_text(&run, wrong);
	list = hs_findings_to_pb(&run.submission.findings, run.arena, &count);
	assert_true(count > 0);
	hs_buf_init(&out, 1 << 20);
	hs_soap_reply(&out, hs_findings_soap(&run.submission.findings), list, count);
	assert_non_null(strstr(hs_buf_text(&out), "<t:code>402</t:code><t:result>"));
	assert_non_null(strstr(hs_buf_text(&out), "<h:code>issue_or_lift_unknown</h:code>"));
	assert_non_null(strstr(hs_buf_text(&out), "（&lt;&amp;&gt;）"));
	text = (struct hs_xml_text){ 0 };
	assert_int_equal(hs_xml_guard(run.arena, (const uint8_t *)out.bytes, out.len_bytes,
				 &hs_gate_limits_default, &run.submission.findings, &text),
		HS_OK);
	hs_buf_free(&out);
	hs_buf_init(&out, 1 << 20);
	hs_soap_fault(&out, NULL, NULL);
	assert_non_null(
		strstr(hs_buf_text(&out), "<faultcode>wsse:FailedAuthentication</faultcode>"));
	hs_buf_free(&out);
	run_end(&run);
	free(wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest_vector),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_text_password),
		cmocka_unit_test(test_order_through_soap),
		cmocka_unit_test(test_headquarters_by_soap),
		cmocka_unit_test(test_wrong_shapes),
		cmocka_unit_test(test_doubtful_tokens),
		cmocka_unit_test(test_cut_envelopes_never_crash),
		cmocka_unit_test(test_replies),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
