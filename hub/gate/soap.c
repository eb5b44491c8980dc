/* soap.c: passwords of a UsernameToken, and the answers. */
#include "hub/gate/soap.h"

#include <openssl/evp.h>
#include <string.h>

#include "hub/base/hash.h"

#define NONCE_BYTES 128
#define SHA1_BYTES  20

#define TOKEN_WRONG_JA \
	"利用者名・パスワード・時刻のどれかが正しくないか、同じ認証情報が再び使われました。"
#define TOKEN_WRONG_EN "User name, password or clock is wrong, or the same token was used again."

/* Decoded length, or 0 when it is no Base64 of 1…NONCE_BYTES bytes. Only the one canonical
 * spelling counts: another one of the same bytes would give the same digest and pass for a new
 * nonce. */
static size_t
decode_nonce(const char *nonce, unsigned char out[NONCE_BYTES + 8])
{
	unsigned char again[(NONCE_BYTES + 8) / 3 * 4 + 5];
	size_t len = strlen(nonce);
	size_t padding;
	int decoded;

	if (len == 0 || len % 4 != 0 || len / 4 * 3 > NONCE_BYTES + 2)
		return 0;
	padding = nonce[len - 1] != '=' ? 0 : nonce[len - 2] != '=' ? 1 : 2;
	decoded = EVP_DecodeBlock(out, (const unsigned char *)nonce, (int)len);
	if (decoded <= (int)padding)
		return 0;
	decoded -= (int)padding;
	EVP_EncodeBlock(again, out, decoded);
	return strcmp((const char *)again, nonce) == 0 ? (size_t)decoded : 0;
}

enum hs_err
hs_soap_digest(
	const char *nonce, const char *created, const char *password, char out[HS_SOAP_DIGEST_SIZE])
{
	unsigned char raw[NONCE_BYTES + 8];
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len = decode_nonce(nonce, raw);
	EVP_MD_CTX *context;
	bool good;

	if (len == 0)
		return HS_ERR_INVALID;
	context = EVP_MD_CTX_new();
	if (!context)
		return HS_ERR_NOMEM;
	good = EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
	       EVP_DigestUpdate(context, raw, len) == 1 &&
	       EVP_DigestUpdate(context, created, strlen(created)) == 1 &&
	       EVP_DigestUpdate(context, password, strlen(password)) == 1 &&
	       EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!good)
		return HS_ERR_NOMEM;
	EVP_EncodeBlock((unsigned char *)out, digest, SHA1_BYTES);
	return HS_OK;
}

bool
hs_soap_token_fits(const struct hs_soap_token *token, const char *password)
{
	char digest[HS_SOAP_DIGEST_SIZE];

	if (token->kind == HS_SOAP_PASSWORD_TEXT)
		return hs_equal_secret(token->password, password) == 1;
	if (token->kind != HS_SOAP_PASSWORD_DIGEST || token->created[0] == '\0')
		return false;
	if (hs_soap_digest(token->nonce, token->created, password, digest) != HS_OK)
		return false;
	return hs_equal_secret(token->password, digest) == 1;
}

static void
open_envelope(struct hs_buf *out)
{
	hs_buf_puts(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>");
}

static void
close_envelope(struct hs_buf *out)
{
	hs_buf_puts(out, "</S:Body></S:Envelope>\n");
}

void
hs_soap_reply(struct hs_buf *out, int code, hs_pb_finding *const *findings, size_t count)
{
	open_envelope(out);
	hs_buf_printf(out,
		"<t:publishResponse xmlns:t=\"http://soap.publiccommons.ne.jp/\">"
		"<t:processResponse><t:code>%d</t:code>",
		code);
	if (count) {
		hs_buf_puts(out, "<t:result>");
		hs_pb_findings_to_soap(findings, count, out);
		hs_buf_puts(out, "</t:result>");
	}
	hs_buf_puts(out, "</t:processResponse></t:publishResponse>");
	close_envelope(out);
}

void
hs_soap_fault(struct hs_buf *out, const char *text_ja, const char *text_en)
{
	open_envelope(out);
	hs_buf_puts(out,
		"<S:Fault xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/"
		"oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
		"<faultcode>wsse:FailedAuthentication</faultcode><faultstring xml:lang=\"ja\">");
	hs_buf_escape(out, text_ja != NULL ? text_ja : TOKEN_WRONG_JA);
	hs_buf_puts(out, " / ");
	hs_buf_escape(out, text_en != NULL ? text_en : TOKEN_WRONG_EN);
	hs_buf_puts(out, "</faultstring></S:Fault>");
	close_envelope(out);
}
