#include "hub/core/finding.h"

#include "hub/base/check.h"

#define PB_FINDING (&hansho__v1__finding__descriptor)

struct finding_row {
	const char *code, *severity, *path, *expected, *ja, *en;
	bool detail; /* the text goes on with what was found */
};

static const struct finding_row rows[HS_FINDING_COUNT] = {
	[HS_FINDING_INCOMPLETE] = { "incomplete", "error", "notice.document",
		"source without '|', id, revision >= 1, content hash of 32 bytes",
		"文書の識別（発信元・文書ID・版数）が足りません。",
		"The document's identity (source, id, revision, content hash) is incomplete.",
		false },
	[HS_FINDING_LANE] = { "lane", "error", "notice.mode",
		"live on a live hub; drill, test or system on a drill hub",
		"運用種別がこの系統（本番・訓練）と合いません。送信先を確かめてください。",
		"The mode does not belong to this lane (live or drill). Check where you send it.",
		false },
	[HS_FINDING_TOO_LARGE] = { "too_large", "error", "notice", "at most 2 MiB",
		"大きすぎます。文書を分けて送ってください。",
		"It is too large. Split the document.", false },
	[HS_FINDING_ORIGINAL_HASH] = { "original_hash", "error", "notice.original.sha256",
		"SHA-256 of the original bytes",
		"原文とそのハッシュ値が一致しません。もう一度送ってください。",
		"The original bytes and their hash differ. Send it again.", false },
	[HS_FINDING_CANCEL_UNKNOWN] = { "cancel_unknown", "error", "notice.document.id",
		"the id of a document that was sent before",
		"取消の対象となる文書を受け取っていません。文書IDを確かめてください。",
		"There is no such document to cancel. Check the document id.", false },
	[HS_FINDING_DOCUMENT_CANCELLED] = { "document_cancelled", "error", "notice.document.id",
		"a new document id with revision 1",
		"この文書は取消済みです。新しい文書IDで第1版から送ってください。",
		"This document was cancelled. Begin a new document id with revision 1.", false },
	[HS_FINDING_STALE] = { "stale", "warning", "notice.document.revision",
		"a revision above the newest one",
		"より新しい版を受け取り済みです。記録だけして、配信しません。",
		"A newer revision is known. It is recorded and not delivered.", false },
	[HS_FINDING_CONFLICT] = { "conflict", "error", "notice.document.revision",
		"the next revision for changed content",
		"同じ版数で内容が異なります。版数を上げて送り直してください。",
		"The same revision was sent with other content. Raise the revision and send again.",
		false },
	[HS_FINDING_CANCEL_REVISION] = { "cancel_revision", "warning", "notice.document.revision",
		"a revision above the one that is cancelled",
		"取消の版数が上がっていませんが、取消は有効です。",
		"The cancel did not raise the revision; it is applied all the same.", false },
	[HS_FINDING_REVISION_GAP] = { "revision_gap", "warning", "notice.document.revision",
		"the revision after the newest one",
		"途中の版を受け取っていません。この版は有効です。",
		"Revisions before this one were never received; this one is applied.", false },
	[HS_FINDING_SAME_MOMENT] = { "same_moment", "warning", "notice.document.revision",
		"one message for each moment",
		"同じ時刻の電文で内容が異なるものがあります。後に届いたものを表示します。",
		"Another message of the same moment says something else; the later arrival counts.",
		false },
	[HS_FINDING_BORN_SUPERSEDED] = { "born_superseded", "warning", "notice.document.id",
		"a document that nothing has replaced yet",
		"この文書を置き換える（または終了させる）文書を先に受け取っています。有効にはなりま"
		"せん。",
		"A document that replaces or ends this one came before it. It is not in force.",
		false },
	[HS_FINDING_BORN_CANCELLED] = { "born_cancelled", "warning", "notice.document.revision",
		"a message that is newer than its cancel",
		"この文書の取消を先に受け取っています。有効にはなりません。",
		"Its cancel came before it. It is not in force.", false },
	[HS_FINDING_SUPERSEDES_FOREIGN] = { "supersedes_foreign", "warning",
		"notice.document.supersedes", "documents of the same source",
		"他の発信元の文書は置き換えられません。その参照は記録だけします。",
		"A document of another source cannot be replaced; that reference is only recorded.",
		false },
	[HS_FINDING_REFERENCES_INCOMPLETE] = { "references_incomplete", "warning",
		"notice.document.supersedes", "all related documents that are in force",
		"参照した文書は既に別の文書に置き換えられていますが、その有効な文書が参照にありませ"
		"ん。"
		"両方が有効なままです。有効な関連文書をすべて参照した更新または取消を送ってください"
		"。",
		"A document that is referred to was replaced by another one that is still in force "
		"and not referred to: both stay in force. Send an update or cancel that refers to "
		"all related documents in force.",
		false },
	[HS_FINDING_LEVEL_JUMP] = { "level_jump", "warning", "notice.evacuation",
		"one step at a time: 3, 4, 5",
		"警戒レベルが一度に2段階以上上がる地区があります。間違いであれば、直ちに取消を送っ"
		"てください。",
		"An area goes up by two steps or more at once. If that is wrong, send a cancel at "
		"once.",
		false },
	[HS_FINDING_NEAR_DUPLICATE] = { "near_duplicate", "warning", "notice.document.id",
		"the document that says it already, with its next revision",
		"同じ地区・同じ内容の発令が別の文書で有効です。二重の発信でないか確認してください"
		"。",
		"Another document that is in force says the same of the same areas. Check that it "
		"is not sent "
		"twice.",
		false },
	[HS_FINDING_CHECK_BROKEN] = { "check_broken", "warning", "", "",
		"妥当性の検査ができませんでした。文書はそのまま受け付けました。",
		"A check of likelihood failed itself. The document goes on unchecked.", false },
	[HS_FINDING_SAME_EVENT] = { HS_FLAG_SAME_EVENT, "warning", "notice.document.event",
		"the first message about it, or more areas, or a stronger one",
		"同じ事象を別の経路で発表済みです。記録と表示だけして、放送などは繰り返しません。",
		"Another source told the same event already; it is kept and shown, and nothing "
		"sounds again.",
		false },
	[HS_FINDING_SILENT_CHANGES] = { "silent_changes", "error", "notice.silent",
		"the same areas, levels, and open or closed places",
		"対象地区・警戒レベル・開設状況などが変わるため、通知なしの訂正はできません。silent"
		" を付けずに送ってください。",
		"It would change an area, a level or what is open: it cannot be a silent "
		"correction. Send it without "
		"silent.",
		false },
	[HS_FINDING_ENDED_SINCE] = { "ended_since", "warning", "notice.document.revision",
		"a new revision or document, if it is to be in force",
		"同じものを以前に受け付けていますが、その後に取消、置き換え、または新しい版があった"
		"ため、現在は有効ではありま"
		"せん。今回は配信していません。改めて発信するときは、次の版数で（取消の後は新しい文"
		"書番号で）送ってくだ"
		"さい。",
		"This was taken before, and has been cancelled, replaced or followed by a newer "
		"revision since: it is not in force, and was not sent out again. To put it in "
		"force "
		"again, send it with the next revision or, after a cancel, as a new document.",
		false },
	[HS_FINDING_VANISHED] = { "vanished", "warning", "notice.evacuation",
		"an entry of 解除 for each area that ends",
		"解除の記載がないまま、次の地区が発令から消えました: ",
		"These areas ended without a lift: ", true },
	[HS_FINDING_BUSY] = { "hub_busy", "error", "", "",
		"処理が混み合っています。同じものをもう一度送ってください。",
		"The hub has too much to do. Send the same again.", false },
	[HS_FINDING_STOPPING] = { "hub_stopping", "error", "", "",
		"ハブが停止中です。少し待って、同じものをもう一度送ってください。",
		"The hub is stopping. Wait a little and send the same again.", false },
	[HS_FINDING_DISK_FULL] = { "disk_full", "error", "", "",
		"ハブの保存領域に書けません。受け付けていません。同じものをもう一度送ってください:"
		" ",
		"The hub cannot write to its disk; nothing was accepted. Send the same again: ",
		true },
	[HS_FINDING_DISK_RESERVED] = { "disk_full", "error", "", "",
		"ハブの保存領域の残りが少ないため、取消、警戒レベル4・5の避難情報、緊急の警報だけを"
		"受け付けています。"
		"この情報は受け付けていません。後でもう一度同じものを送ってください。"
		"急ぐときは、運用担当者に連絡してください。",
		"The hub's disk is nearly full. It takes cancels, level 4 and 5 and urgent "
		"warnings "
		"only, and has not taken this. Send the same again later; if it cannot wait, call "
		"the "
		"hub's operator.",
		false },
	[HS_FINDING_JOURNAL_FAILED] = { "journal_failed", "error", "", "",
		"保存できたか確認できません。ハブは再起動します。同じものをもう一度送ってください"
		"。",
		"It is not known whether it was stored. The hub restarts; send the same again.",
		false },
	[HS_FINDING_JOURNAL_FULL] = { "journal_full", "error", "", "",
		"記録簿が上限に達しました。運用担当者に連絡してください。",
		"The journal has reached its limit. Tell the hub's operator.", false },
};

const char *
hs_hub_finding_code(enum hs_hub_finding finding)
{
	return rows[finding].code;
}

static void
add(struct hs_arena *arena, const struct finding_row *row, const char *detail,
	hs_submit_reply *reply)
{
	hs_pb_finding *finding = hs_message_new(arena, PB_FINDING);

	HS_CHECK(finding != NULL);
	if (!row->detail || detail == NULL)
		detail = "";
	finding->code = hs_arena_strdup(arena, row->code);
	finding->severity = hs_arena_strdup(arena, row->severity);
	finding->path = hs_arena_strdup(arena, row->path);
	finding->expected = hs_arena_strdup(arena, row->expected);
	finding->message_ja = hs_arena_printf(arena, "%s%s", row->ja, detail);
	finding->message_en = hs_arena_printf(arena, "%s%s", row->en, detail);
	HS_CHECK(finding->message_en != NULL);
	HS_CHECK(hs_repeat(arena, &reply->n_findings, &reply->findings, finding));
}

void
hs_hub_findings_add(
	struct hs_arena *arena, unsigned set, const char *detail, hs_submit_reply *reply)
{
	for (unsigned i = 0; i < HS_FINDING_COUNT; i++) {
		if (set >> i & 1)
			add(arena, &rows[i], detail, reply);
	}
}
