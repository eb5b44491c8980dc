#include "schemas/lalert_result.h"

#include "hub/base/check.h"
#include "hub/base/clock.h"

#define JST_MIN	   540
#define MS_PER_S   1000
#define BODY_SPACE "urn:hansho:deliveryresult:1"
#define TITLE	   "配信結果情報"

static const struct {
	int state;
	const char *ja, *en;
} words[] = {
	{ HS_RECEIPT(UNSPECIFIED), "未送信（接続待ち）",
		"not sent yet, its adapter is not connected" },
	{ HS_RECEIPT(SENT), "送信済み（返事待ち）", "sent, no answer yet" },
	{ HS_RECEIPT(RECEIVED), "受信を確認", "received" },
	{ HS_RECEIPT(ACCEPTED), "相手のシステムが受け付けた", "accepted" },
	{ HS_RECEIPT(DISPLAYED), "表示・放送・放音を確認", "displayed, broadcast or played" },
	{ HS_RECEIPT(FAILED), "失敗", "failed" },
	{ HS_RECEIPT(EXPIRED), "期限切れ", "expired" },
	{ HS_RECEIPT(HELD), "担当者の確認待ち", "held for an operator" },
	{ HS_RECEIPT(FILTERED), "対象外", "not for this outlet" },
};

bool
hs_receipt_words(int state, const char **ja, const char **en)
{
	*ja = *en = "";
	for (size_t i = 0; i < HS_COUNT(words); i++) {
		if (words[i].state != state)
			continue;
		*ja = words[i].ja;
		*en = words[i].en;
		return true;
	}
	return false;
}

/* <name>text</name>; nothing for "". */
static void
put(struct hs_buf *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	hs_buf_printf(out, "<%s>", name);
	hs_buf_escape(out, text);
	hs_buf_printf(out, "</%s>\n", name);
}

static void
put_number(struct hs_buf *out, const char *name, unsigned long long number)
{
	hs_buf_printf(out, "<%s>%llu</%s>\n", name, number, name);
}

static void
put_time(struct hs_buf *out, const char *name, int64_t unix_us)
{
	char stamp[HS_RFC3339_SIZE];
	hs_rfc3339_format(unix_us - unix_us % 1000000, JST_MIN, stamp);
	put(out, name, stamp);
}

static void
put_area(struct hs_buf *out, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		put(out, "commons:areaName", notice->areas[i]->name);
		put(out, "commons:jisX0402", notice->areas[i]->code);
	}
}

static void
put_identity(struct hs_buf *out, const hs_status_reply *reply)
{
	hs_buf_puts(out, "<commons:documentID>");
	hs_buf_escape(out, reply->notice->document->id);
	hs_buf_puts(out, "-result</commons:documentID>\n");
	put_number(out, "commons:documentRevision", reply->version);
	put_number(
		out, "commons:previousDocumentRevision", reply->version ? reply->version - 1 : 0);
}

static void
put_result(struct hs_buf *out, const hs_receipt *receipt)
{
	char code[64];
	const char *ja, *en;
	const char *word =
		hs_enum_word(&hansho__v1__receipt_state__descriptor, (int)receipt->state, code);
	(void)hs_receipt_words((int)receipt->state, &ja, &en);
	hs_buf_puts(out, "<r:Result>\n");
	put(out, "r:Adapter", receipt->adapter);
	put(out, "r:Outlet", receipt->outlet);
	if (receipt->state == HS_RECEIPT(UNSPECIFIED))
		word = "waiting";
	hs_buf_printf(out, "<r:State code=\"%s\">%s</r:State>\n", word ? word : "unknown", ja);
	put_time(out, "r:DateTime", receipt->unix_us);
	put(out, "r:Detail", receipt->detail);
	if (receipt->silent_ms > 0)
		put_number(out, "r:SilentSeconds", receipt->silent_ms / MS_PER_S);
	hs_buf_puts(out, "</r:Result>\n");
}

static void
put_body(struct hs_buf *out, const hs_status_reply *reply)
{
	const hs_document *document = reply->notice->document;
	hs_buf_puts(out, "<r:DeliveryResult xmlns:r=\"" BODY_SPACE "\">\n<r:Subject>\n");
	put(out, "edxlde:senderID", document->source);
	put(out, "commons:documentID", document->id);
	put_number(out, "commons:documentRevision", document->revision);
	put(out, "r:Submission", reply->id);
	hs_buf_puts(out, "</r:Subject>\n");
	for (size_t i = 0; i < reply->n_receipts; i++)
		put_result(out, reply->receipts[i]);
	hs_buf_puts(out, "</r:DeliveryResult>\n");
}

static void
put_report(struct hs_buf *out, const hs_status_reply *reply, const char *status, int64_t unix_us)
{
	const char *mark = hs_mode_mark((int)reply->notice->mode, "ja");
	hs_buf_puts(out, "<p:Report xmlns:p=\"http://xml.publiccommons.ne.jp/pcxml1/4\" "
			 "xmlns:ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis4/\">\n"
			 "<p:Control>\n<p:Title>" TITLE "</p:Title>\n");
	put(out, "edxlde:distributionStatus", status);
	hs_buf_puts(out, "</p:Control>\n<ib:Head>\n");
	hs_buf_printf(out, "<ib:Title>%s" TITLE "%s</ib:Title>\n", mark, mark);
	put_time(out, "ib:CreateDateTime", unix_us);
	put_time(out, "ib:ReportDateTime", unix_us);
	put_identity(out, reply);
	hs_buf_printf(out,
		"<ib:Headline><ib:Text>%s%zu件の配信先の状態%s</ib:Text></ib:Headline>\n</"
		"ib:Head>\n",
		mark, reply->n_receipts, mark);
	put_body(out, reply);
	hs_buf_puts(out, "</p:Report>\n");
}

bool
hs_lalert_result_write(struct hs_buf *out, const hs_status_reply *reply, const char *sender_id,
	int64_t now_unix_us)
{
	const hs_notice *notice = reply->notice;
	if (!notice || !notice->document)
		return false;
	const char *status = hs_mode_status((int)notice->mode);
	hs_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<edxlde:EDXLDistribution "
			 "xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" "
			 "xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\">\n");
	hs_buf_printf(out, "<edxlde:distributionID>%s-%u</edxlde:distributionID>\n", reply->id,
		reply->version);
	put(out, "edxlde:senderID", sender_id);
	put_time(out, "edxlde:dateTimeSent", now_unix_us);
	put(out, "edxlde:distributionStatus", status);
	put(out, "edxlde:distributionType", reply->version > 1 ? "Update" : "Report");
	put(out, "edxlde:combinedConfidentiality", "UNCLASSIFIED AND NOT SENSITIVE");
	put(out, "edxlde:language", "ja-JP");
	hs_buf_puts(out, "<commons:targetArea>\n");
	put_area(out, notice);
	hs_buf_puts(out, "</commons:targetArea>\n<commons:contentObject>\n"
			 "<edxlde:contentDescription>" TITLE "</edxlde:contentDescription>\n"
			 "<edxlde:xmlContent><edxlde:embeddedXMLContent>\n");
	put_report(out, reply, status, now_unix_us);
	hs_buf_puts(out, "</edxlde:embeddedXMLContent></edxlde:xmlContent>\n");
	put_identity(out, reply);
	hs_buf_puts(out, "<commons:category>" TITLE "</commons:category>\n"
			 "</commons:contentObject>\n</edxlde:EDXLDistribution>\n");
	return true;
}
