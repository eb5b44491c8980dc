#include "hub/gate/refusal.h"

#include <jansson.h>

#include "hub/base/check.h"
#include "hub/gate/finding.h"

/* clang-format off */
static const struct hs_refusal_row ROWS[HS_REFUSAL_COUNT] = {
	[HS_REFUSAL_NONE] = { "none", HS_ERR_OK, 202, "受け付けました。", "Accepted." },
	[HS_REFUSAL_AUTH] = { "not_signed_in", HS_ERR_AUTH, 401,
		"利用者名・パスワードまたはトークンが正しくありません。この接続先（本番・訓練）用の資格情報か確認してください。",
		"The username and password or the token are wrong. Check that the credential is the one for "
		"this address (live or drill)." },
	[HS_REFUSAL_BUSY] = { "busy", HS_ERR_FULL, 503,
		"混み合っているため受け付けませんでした。しばらく待って同じ文書を送り直してください。",
		"Too much is being done at once, so nothing was taken. Wait a little and send the same again." },
	[HS_REFUSAL_AWAY] = { "hub_away", HS_ERR_AWAY, 503,
		"配信ハブに接続できないため受け付けませんでした。同じ文書を送り直してください。急ぐ場合は別の手段も使ってください。",
		"The hub cannot be reached, so nothing was taken. Send the same again; if it is urgent, use "
		"another way as well." },
	[HS_REFUSAL_UNKNOWN] = { "outcome_unknown", HS_ERR_CLOSED, 503,
		"受け付けられたかどうか分かりません。まったく同じ文書をもう一度送ってください。二重には配信されません。",
		"It is not known whether this was taken. Send exactly the same document again; it will not go "
		"out twice." },
	[HS_REFUSAL_NOT_STORED] = { "not_stored", HS_ERR_IO, 503,
		"保存を確認できないため受け付けませんでした。まったく同じ文書をもう一度送ってください。",
		"It could not be stored for certain, so it was not taken. Send exactly the same document again." },
	[HS_REFUSAL_CONFLICT] = { "revision_conflict", HS_ERR_CONFLICT, 409,
		"同じ版数で内容の違う文書を既に受け付けています。配信していません。版数を1増やして送り直してください。",
		"Another content of the same revision was taken before. This one was not sent out: raise the "
		"revision by 1 and send it again." },
	[HS_REFUSAL_RULE] = { "refused_by_hub", HS_ERR_REFUSED, 422,
		"文書の順序に誤りがあるため受け付けませんでした。指摘に従って直してください。",
		"The document is out of order and was not taken. The findings say how to mend it." },
	[HS_REFUSAL_WITHDRAWN] = { "withdrawn", HS_ERR_CONFLICT, 409,
		"待機中に、発信者自身が取消または新しい版を送ったため、受け付けませんでした。この版は配信していません。"
		"正しい内容で発信するときは、次の版数か新しい文書番号で送ってください。",
		"While it waited, its sender cancelled or replaced it, so it was not accepted. Nothing of it went out. To send the "
		"right content, use the next revision or a new document." },
	[HS_REFUSAL_NOT_FOUND] = { "not_found", HS_ERR_NOT_FOUND, 404,
		"この番号の発信はありません。自分が発信したものだけを見ることができます。",
		"There is no such submission. Only one's own can be seen." },
	[HS_REFUSAL_REQUEST] = { "bad_request", HS_ERR_INVALID, 400,
		"要求の値が正しくありません。", "A value of the request is not right." },
	[HS_REFUSAL_STOPPING] = { "stopping", HS_ERR_AGAIN, 503,
		"停止作業中のため受け付けませんでした。同じ文書を送り直してください。",
		"This gate is being stopped, so nothing was taken. Send the same again." },
	[HS_REFUSAL_CERT_MISSING] = { "certificate_missing", HS_ERR_AUTH, 401,
		"この接続先にはクライアント証明書が必要です。発行された証明書と鍵を設定してください。",
		"This address needs a client certificate. Set up the certificate and key that were issued to you." },
	[HS_REFUSAL_CERT_AUTHORITY] = { "certificate_unknown_authority", HS_ERR_AUTH, 401,
		"クライアント証明書の発行元を、この接続先は認めていません。管理者から発行された証明書を使ってください。",
		"The client certificate was not signed by an authority of this address. Use the one that the administrator "
		"issued." },
	[HS_REFUSAL_CERT_EXPIRED] = { "certificate_expired", HS_ERR_AUTH, 401,
		"クライアント証明書が期限切れか、まだ有効になっていません。時計を確認し、管理者に新しい証明書を依頼してください。",
		"The client certificate has expired or is not valid yet. Check the clock, and ask the administrator for a new "
		"one." },
	[HS_REFUSAL_CERT_REVOKED] = { "certificate_revoked", HS_ERR_AUTH, 401,
		"クライアント証明書は失効しています。管理者に新しい証明書を依頼してください。",
		"The client certificate was revoked. Ask the administrator for a new one." },
	[HS_REFUSAL_CERT_UNFIT] = { "certificate_unfit", HS_ERR_AUTH, 401,
		"この証明書はクライアント認証には使えません。クライアント用に発行された証明書を使ってください。",
		"This certificate cannot be used by a client. Use one that was issued for clients." },
	[HS_REFUSAL_CERT_LANE] = { "certificate_other_lane", HS_ERR_AUTH, 401,
		"本番と訓練を取り違えています。このクライアント証明書はもう一方の接続先用です。接続先を確かめてください。",
		"Live and drill are mixed up: this client certificate is for the other address. Check the address." },
	[HS_REFUSAL_CERT_UNKNOWN] = { "certificate_unknown", HS_ERR_AUTH, 401,
		"クライアント証明書がどの発信者にも登録されていません。管理者に登録を依頼してください。",
		"The client certificate is registered for nobody here. Ask the administrator to register it." },
	[HS_REFUSAL_CERT_DIFFERS] = { "credentials_differ", HS_ERR_AUTH, 401,
		"クライアント証明書と、利用者名・パスワードまたはトークンが別の発信者のものです。同じ発信者のものを使ってください。",
		"The client certificate and the username and password or the token belong to two senders. Use those of one." },
	[HS_REFUSAL_REVOKED] = { "credential_revoked", HS_ERR_AUTH, 401,
		"この資格情報は失効しています。管理者に新しい資格情報を依頼してください。",
		"This credential was revoked. Ask the administrator for a new one." },
};
/* clang-format on */

const struct hs_refusal_row *
hs_refusal_row(enum hs_refusal refusal)
{
	HS_CHECK((int)refusal >= 0 && refusal < HS_REFUSAL_COUNT);
	return &ROWS[refusal];
}

enum hs_refusal
hs_refusal_of(enum hs_err err)
{
	static const struct {
		enum hs_err err;
		enum hs_refusal refusal;
	} map[] = {
		{ HS_OK, HS_REFUSAL_NONE },
		{ HS_ERR_AWAY, HS_REFUSAL_AWAY },
		{ HS_ERR_CLOSED, HS_REFUSAL_UNKNOWN },
		{ HS_ERR_TIMEOUT, HS_REFUSAL_UNKNOWN },
	};

	for (size_t i = 0; i < HS_COUNT(map); i++) {
		if (map[i].err == err)
			return map[i].refusal;
	}
	return HS_REFUSAL_BUSY;
}

enum hs_refusal
hs_refusal_of_outcome(int outcome)
{
	static const struct {
		int outcome;
		enum hs_refusal refusal;
	} map[] = {
		{ HS_OUTCOME(ACCEPTED), HS_REFUSAL_NONE },
		{ HS_OUTCOME(DUPLICATE), HS_REFUSAL_NONE },
		{ HS_OUTCOME(STALE), HS_REFUSAL_NONE },
		{ HS_OUTCOME(WITHDRAWN), HS_REFUSAL_NONE },
		{ HS_OUTCOME(CONFLICT), HS_REFUSAL_CONFLICT },
		{ HS_OUTCOME(REFUSED), HS_REFUSAL_RULE },
	};

	for (size_t i = 0; i < HS_COUNT(map); i++) {
		if (map[i].outcome == outcome)
			return map[i].refusal;
	}
	return HS_REFUSAL_NOT_STORED; /* UNAVAILABLE, and whatever a newer hub may say */
}

struct json_t *
hs_refusal_json(enum hs_refusal refusal, hs_pb_finding *const *findings, size_t count)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);
	json_t *json = json_pack("{s:s,s:s,s:s,s:i,s:s,s:{s:s,s:s}}", "error",
		hs_err_name(row->err), "code", row->code, "path", "", "line", 0, "expected", "",
		"message", "ja", row->text_ja, "en", row->text_en);

	if (json != NULL && count > 0)
		(void)json_object_set_new(
			json, "findings", hs_pb_findings_to_json(findings, count));
	return json;
}

/* protobuf-c has no const in its strings; nobody writes into them. */
static char *
constant(const char *text)
{
	union {
		const char *in;
		char *out;
	} both = { text };

	return both.out;
}

void
hs_refusal_finding(enum hs_refusal refusal, hs_pb_finding *out)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);

	hansho__v1__finding__init(out);
	out->code = constant(row->code);
	out->severity = constant("error");
	out->message_ja = constant(row->text_ja);
	out->message_en = constant(row->text_en);
}
