#include "hub/gate/alarms.h"

#include <jansson.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/api.h"
#include "hub/gate/ask.h"
#include "hub/gate/authority.h"
#include "hub/gate/reply.h"
#include "hub/gate/role.h"
#include "schemas/area_rules.h"
#include "schemas/tables.h"

#define JST_MIN	       540
#define TEXT_MAX_BYTES 4096

/* ---- words ---- */

/* The first row that fits; cause_kind 0: any. */
static const struct {
	int kind, cause_kind;
	struct hs_alarm_words words;
} WORDS[] = {
	{ HS_ALARM(NO_ORDER), HS_KIND(TSUNAMI),
		{ "津波警報または大津波警報が出ていますが、避難情報の発令がありません。",
			"A tsunami warning is in force, and there is no evacuation order.",
			"海岸や河口のある市町村は、いますぐ避難指示を発令してください。津波のおそれ"
			"がな"
			"い市町村は、何もする必要はありません。発令するか、津波警報が解除されると、"
			"この"
			"警告は消えます。",
			"With a coast or a river mouth: issue an evacuation order now. Where no "
			"tsunami "
			"can come, nothing needs to be done. This alarm ends with an order, or "
			"when the "
			"tsunami warning ends." } },
	{ HS_ALARM(NO_ORDER), HS_KIND(URGENT_MAIL),
		{ "緊急速報メールが送られましたが、避難情報の発令がありません。",
			"An urgent mail was sent, and there is no evacuation order.",
			"避難を呼びかけるメールであれば、同じ内容の避難情報をいますぐ発令してくださ"
			"い。"
			"発令しない限り、放送・サイネージ・防災行政無線には届きません。避難の呼びか"
			"けで"
			"なければ、何もする必要はありません。発令するか、しばらくすると、この警告は"
			"消え"
			"ます。",
			"If the mail asks people to leave, issue the same as an evacuation order "
			"now: "
			"without it broadcasters, screens and loudspeakers have nothing. If it "
			"does not, "
			"nothing needs to be done. This alarm ends with an order, or after some "
			"hours." } },
	{ HS_ALARM(NO_ORDER), 0,
		{ "警戒レベル4以上に相当する警報が出ていますが、避難情報の発令がありません。",
			"A warning equivalent to alert level 4 or above is in force, and there is "
			"no "
			"evacuation order.",
			"避難が必要な地区があれば、いますぐ発令してください。発令が要らないと判断し"
			"たと"
			"きは、何もする必要はありません。発令するか、警報が解除または引き下げられる"
			"と、"
			"この警告は消えます。",
			"If people have to leave, issue an order now. If you decide that no order "
			"is "
			"needed, nothing needs to be done. This alarm ends with an order, or when "
			"the "
			"warning ends or is lowered." } },
	{ HS_ALARM(NO_UPDATE), 0,
		{ "警報がなくなった後も、避難情報が長い間更新されていません。",
			"An evacuation order has long had no update, and its warning is gone.",
			"危険が去っていれば、解除してください。まだ避難が必要なら、続報を送ってくだ"
			"さい"
			"。どちらかを送ると、この警告は消えます。",
			"If the danger has passed, lift the order. If people still have to stay "
			"away, send "
			"an update. This reminder ends with either." } },
	{ 0, 0,
		{ "配信ハブが警告を出しています。", "The hub raises an alarm.",
			"運用担当者に内容を確かめてください。",
			"Ask the hub's operator what it is about." } },
};

const struct hs_alarm_words *
hs_alarm_words(const Hansho__V1__Alarm *alarm)
{
	size_t i = 0;

	while (i + 1 < HS_COUNT(WORDS) &&
		(WORDS[i].kind != (int)alarm->kind ||
			(WORDS[i].cause_kind != 0 &&
				WORDS[i].cause_kind != (int)alarm->cause_kind)))
		i++;
	return &WORDS[i].words;
}

/* ---- whose it is ---- */

static bool
is_ward_of(const struct hs_principal *principal, const char *city)
{
	for (size_t i = 0; i < principal->areas.count; i++) {
		const char *own = principal->areas.items[i];

		if (hs_area_place(own) == HS_PLACE_WARD &&
			hs_area_place(city) == HS_PLACE_MUNICIPALITY &&
			hs_area_relation(own, city) == HS_RELATION_AROUND)
			return true;
	}
	return false;
}

bool
hs_alarm_concerns(const struct hs_principal *principal, const char *area_code, int64_t now_unix_us)
{
	enum hs_verdict verdict =
		hs_authority_ask(principal, area_code, HS_KIND(EVACUATION), now_unix_us).verdict;

	return hs_authority_given(verdict) || verdict == HS_VERDICT_KIND ||
	       hs_role_row(principal->role)->sees_all || is_ward_of(principal, area_code);
}

/* ---- JSON ---- */

/* What is wrong and what to do, between the marks of a drill. */
static json_t *
text_json(const struct hs_gate *gate, const char *language, const char *what, const char *between,
	const char *next)
{
	const char *mark = hs_mode_mark(gate->mode, language);
	struct hs_buf text;
	json_t *json;

	hs_buf_init(&text, TEXT_MAX_BYTES);
	hs_buf_printf(&text, "%s%s%s%s%s", mark, what, between, next, mark);
	json = json_string(hs_buf_text(&text));
	hs_buf_free(&text);
	return json;
}

static json_t *
alarm_json(const struct hs_gate *gate, const Hansho__V1__Alarm *alarm)
{
	const struct hs_alarm_words *words = hs_alarm_words(alarm);
	const struct hs_area_row *area = hs_area_find(alarm->area_code);
	char kind[64], cause[64], since[HS_RFC3339_SIZE], counted[HS_RFC3339_SIZE];
	const char *kind_word =
		hs_enum_word(&hansho__v1__alarm_kind__descriptor, (int)alarm->kind, kind);
	const char *cause_word =
		hs_enum_word(&hansho__v1__kind__descriptor, (int)alarm->cause_kind, cause);

	hs_rfc3339_format(alarm->since_unix_us, JST_MIN, since);
	hs_rfc3339_format(alarm->cause_unix_us, JST_MIN, counted);
	return json_pack("{s:s,s:s,s:s,s:s,s:{s:I,s:s,s:I,s:s,s:s},s:{s:o,s:o}}", "kind",
		kind_word != NULL ? kind_word : "unknown", "area_code", alarm->area_code,
		"area_name", area != NULL ? area->name : "", "since", since, "cause", "seq",
		(json_int_t)alarm->cause_seq, "kind", cause_word != NULL ? cause_word : "unknown",
		"level", (json_int_t)alarm->cause_level, "term", alarm->cause_term, "time", counted,
		"message", "ja", text_json(gate, "ja", words->what_ja, "", words->next_ja), "en",
		text_json(gate, "en", words->what_en, " ", words->next_en));
}

static json_t *
reply_json(const struct hs_ask *ask, const hs_alarm_reply *reply)
{
	int64_t now_unix_us = hs_clock_unix_us();
	json_t *alarms = json_array(), *watched = json_array();
	char looked[HS_RFC3339_SIZE];

	for (size_t i = 0; i < reply->n_alarms; i++) {
		if (hs_alarm_concerns(ask->principal, reply->alarms[i]->area_code, now_unix_us))
			(void)json_array_append_new(
				alarms, alarm_json(ask->gate, reply->alarms[i]));
	}
	if (reply->no_order_watched)
		(void)json_array_append_new(watched, json_string("no_order"));
	if (reply->no_update_watched)
		(void)json_array_append_new(watched, json_string("no_update"));
	hs_rfc3339_format(reply->looked_unix_us, JST_MIN, looked);
	return json_pack("{s:I,s:s,s:o,s:o}", "seq", (json_int_t)reply->seq, "looked", looked,
		"watched", watched, "alarms", alarms);
}

static enum hs_err
send_alarms(struct hs_ask *ask, const void *what)
{
	(void)what;
	return hs_submit_port_alarms(ask->gate->port, &ask->port_call);
}

/* A hub that has only just begun has not looked yet: that is no answer. */
static enum hs_refusal
answer_alarms(const struct hs_ask *ask, const hs_link_frame *frame)
{
	if (frame->alarm_reply->looked_unix_us == 0)
		return HS_REFUSAL_AWAY;
	hs_gate_answer_json(ask->gate, ask->id, 200, reply_json(ask, frame->alarm_reply));
	return HS_REFUSAL_NONE;
}

void
hs_api_alarms(void *owner, const struct hs_http_request *request)
{
	static const struct hs_ask_kind kind = { HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY,
		send_alarms, answer_alarms };
	const struct hs_principal *principal = hs_api_authenticate(owner, request);

	if (principal != NULL)
		hs_ask_begin(owner, request, principal, &kind, NULL);
}
