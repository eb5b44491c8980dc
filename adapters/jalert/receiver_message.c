#include "adapters/jalert/receiver_message.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

struct message {
	const char *kind, *phase, *action, *event, *id, *sent, *status, *text,
		*at; /* "" = not told */
	json_t *areas, *replaces;
	char sent_cap[HS_RFC3339_SIZE], at_cap[HS_RFC3339_SIZE]; /* "" = not told */
};

static enum hs_err __attribute__((format(printf, 2, 3)))
refuse(char why[HS_MESSAGE_WHY], const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, HS_MESSAGE_WHY, format, arguments);
	va_end(arguments);
	return HS_ERR_INVALID;
}

static const struct {
	const char *kind, *event_ja, *text;
} kinds[] = {
	{ "missile", "弾道ミサイル情報", "ミサイルに関する情報が発表されました。" },
	{ "air_attack", "航空攻撃情報", "航空攻撃に関する情報が発表されました。" },
	{ "guerrilla", "ゲリラ・特殊部隊攻撃情報", "ゲリラ攻撃に関する情報が発表されました。" },
	{ "terror", "大規模テロ情報", "大規模テロに関する情報が発表されました。" },
	{ "other", "国民保護情報", "国民保護に関する情報が発表されました。" },
};
static const char *const phases[] = { "", "launch", "take_cover", "passed", "sea", "fell",
	"intercepted", "none" };
static const char *const statuses[] = { "Actual", "Exercise", "Test" };
static const struct {
	const char *action, *msg_type;
} actions[] = { { "alert", "Alert" }, { "update", "Update" }, { "cancel", "Cancel" } };

static size_t
kind_row(const char *kind)
{
	size_t i = 0;
	while (i < HS_COUNT(kinds) && strcmp(kinds[i].kind, kind) != 0)
		i++;
	return i;
}

static const char *
msg_type(const char *action)
{
	for (size_t i = 0; i < HS_COUNT(actions); i++)
		if (strcmp(actions[i].action, action) == 0)
			return actions[i].msg_type;
	return NULL;
}

static bool
is_among(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* ---- reading ---- */

static enum hs_err
read_members(json_t *json, struct message *out, char why[HS_MESSAGE_WHY])
{
	const struct {
		const char *name;
		const char **text;
		bool must;
	} texts[] = { { "kind", &out->kind, true }, { "phase", &out->phase, false },
		{ "action", &out->action, true }, { "event", &out->event, true },
		{ "id", &out->id, true }, { "sent", &out->sent, true },
		{ "status", &out->status, true }, { "text", &out->text, false },
		{ "at", &out->at, false } };
	const char *name;
	json_t *value;
	json_object_foreach (json, name, value) {
		size_t i = 0;
		while (i < HS_COUNT(texts) && strcmp(texts[i].name, name) != 0)
			i++;
		if (i < HS_COUNT(texts) && json_is_string(value))
			*texts[i].text = json_string_value(value);
		else if (strcmp(name, "areas") == 0 && json_is_array(value))
			out->areas = value;
		else if (strcmp(name, "replaces") == 0 && json_is_array(value))
			out->replaces = value;
		else
			return refuse(why,
				"\"%.60s\" is no member of a message, or of another type", name);
	}
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		if (texts[i].must && (*texts[i].text)[0] == '\0')
			return refuse(why, "\"%.60s\" is missing", texts[i].name);
	}
	return HS_OK;
}

/* CAP knows one form of a moment, whole seconds with a numeric offset; senders write any of RFC 3339. */
static bool
moment(const char *text, char out[HS_RFC3339_SIZE])
{
	int64_t unix_us;
	int offset_min;

	if (hs_rfc3339_parse(text, &unix_us, &offset_min, NULL) != HS_OK)
		return false;
	hs_rfc3339_format(unix_us - unix_us % HS_US_PER_S, HS_JST_MINUTES, out);
	return true;
}

static enum hs_err
check_moments(struct message *message, char why[HS_MESSAGE_WHY])
{
	if (!moment(message->sent, message->sent_cap))
		return refuse(why, "sent: \"%.60s\" is no moment like 2026-07-01T07:29:00+09:00",
			message->sent);
	if (message->at[0] != '\0' && !moment(message->at, message->at_cap))
		return refuse(why, "at: \"%.60s\" is no moment like 2026-07-01T07:36:00+09:00",
			message->at);
	return HS_OK;
}

static enum hs_err
check(const struct message *message, char why[HS_MESSAGE_WHY])
{
	bool missile = strcmp(message->kind, "missile") == 0;
	if (kind_row(message->kind) == HS_COUNT(kinds))
		return refuse(why,
			"kind: \"%.60s\" is none of missile, air_attack, guerrilla, "
			"terror, other",
			message->kind);
	if (!is_among(phases, HS_COUNT(phases), message->phase) ||
		(!missile && message->phase[0] != '\0'))
		return refuse(why, "phase: \"%.60s\" is no phase of this kind", message->phase);
	if (!msg_type(message->action))
		return refuse(
			why, "action: \"%.60s\" is none of alert, update, cancel", message->action);
	if (!is_among(statuses, HS_COUNT(statuses), message->status))
		return refuse(why, "status: \"%.60s\" is none of Actual, Exercise, Test",
			message->status);
	if (json_array_size(message->areas) == 0)
		return refuse(why, "areas: codes are needed; they are never filled in");
	for (size_t i = 0; i < json_array_size(message->areas); i++) {
		const char *code = json_string_value(json_array_get(message->areas, i));
		if (!code || !hs_area_find(code))
			return refuse(why,
				"areas: \"%.60s\" is no code of a municipality or "
				"prefecture",
				code ? code : "");
	}
	if (strcmp(message->action, "alert") != 0 && json_array_size(message->replaces) == 0)
		return refuse(why, "replaces: what this %.60s is about is needed", message->action);
	return HS_OK;
}

/* ---- writing ---- */

static void
put(struct hs_buf *out, const char *name, const char *text)
{
	hs_buf_printf(out, "<%s>", name);
	hs_buf_escape(out, text);
	hs_buf_printf(out, "</%s>", name);
}

/* "ID MOMENT" → sender,ID,MOMENT */
static enum hs_err
put_references(struct hs_buf *out, const struct message *message, const char *sender,
	char why[HS_MESSAGE_WHY])
{
	size_t count = json_array_size(message->replaces);
	if (count == 0)
		return HS_OK;
	hs_buf_puts(out, "<references>");
	for (size_t i = 0; i < count; i++) {
		const char *entry = json_string_value(json_array_get(message->replaces, i));
		const char *blank = entry ? strchr(entry, ' ') : NULL;
		char id[256], sent[HS_RFC3339_SIZE];
		if (!blank || blank == entry || (size_t)(blank - entry) >= sizeof(id) ||
			!moment(blank + 1, sent))
			return refuse(
				why, "replaces: \"%.60s\" is no id and moment", entry ? entry : "");
		memcpy(id, entry, (size_t)(blank - entry));
		id[blank - entry] = '\0';
		hs_buf_puts(out, i ? " " : "");
		hs_buf_escape(out, sender);
		hs_buf_puts(out, ",");
		hs_buf_escape(out, id);
		hs_buf_puts(out, ",");
		hs_buf_escape(out, sent);
	}
	hs_buf_puts(out, "</references>");
	return HS_OK;
}

/* What passed or will not come is no alert any more, and needs no response but to know it. */
static bool
is_over(const struct message *message)
{
	return strcmp(message->phase, "passed") == 0 || strcmp(message->phase, "none") == 0;
}

static void
put_info(struct hs_buf *out, const struct message *message)
{
	const size_t row = kind_row(message->kind);
	hs_buf_puts(out, "<info><language>ja</language><category>Security</category>");
	put(out, "event", kinds[row].event_ja);
	put(out, "responseType", is_over(message) ? "AllClear" : "Shelter");
	hs_buf_puts(out, "<urgency>Immediate</urgency><severity>Extreme</severity>"
			 "<certainty>Likely</certainty>");
	if (message->at_cap[0] != '\0')
		put(out, "onset", message->at_cap);
	put(out, "headline", kinds[row].event_ja);
	put(out, "description", message->text[0] != '\0' ? message->text : kinds[row].text);
	hs_buf_puts(out, "<parameter><valueName>civil_protection</valueName><value>");
	hs_buf_escape(out, message->kind);
	if (message->phase[0] != '\0') {
		hs_buf_puts(out, "/");
		hs_buf_escape(out, message->phase);
	}
	hs_buf_puts(out, "</value></parameter>");
	for (size_t i = 0; i < json_array_size(message->areas); i++) {
		const char *code = json_string_value(json_array_get(message->areas, i));
		hs_buf_puts(out, "<area>");
		const struct hs_area_row *row_of = hs_area_find(code);
		put(out, "areaDesc", row_of->name);
		hs_buf_puts(out, "<geocode><valueName>JISX0402-6</valueName>");
		put(out, "value", row_of->code); /* six digits, of a prefecture too */
		hs_buf_puts(out, "</geocode></area>");
	}
	hs_buf_puts(out, "</info>");
}

static enum hs_err
write_alert(const struct message *message, const char *sender, struct hs_buf *out,
	char why[HS_MESSAGE_WHY])
{
	hs_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">");
	put(out, "identifier", message->id);
	put(out, "sender", sender);
	put(out, "sent", message->sent_cap);
	put(out, "status", message->status);
	put(out, "msgType", msg_type(message->action));
	hs_buf_puts(out, "<source>J-Alert</source><scope>Public</scope>");
	if (strcmp(message->action, "cancel") == 0)
		put(out, "note", message->text[0] != '\0' ? message->text : "誤報");
	enum hs_err err = put_references(out, message, sender, why);
	put(out, "incidents", message->event);
	put_info(out, message);
	hs_buf_puts(out, "</alert>\n");
	return err == HS_OK && out->failed ? HS_ERR_NOMEM : err;
}

enum hs_err
hs_receiver_message(const char *json, size_t len_bytes, const char *sender, struct hs_buf *out,
	char why[HS_MESSAGE_WHY])
{
	json_error_t where;
	struct message message = { "", "", "", "", "", "", "", "", "", NULL, NULL, "", "" };
	json_t *root = json_loadb(json, len_bytes, JSON_REJECT_DUPLICATES, &where);
	enum hs_err err = HS_OK;
	why[0] = '\0';
	if (!json_is_object(root))
		err = refuse(why, "not a JSON object: %.120s", root ? "another value" : where.text);
	if (err == HS_OK)
		err = read_members(root, &message, why);
	if (err == HS_OK)
		err = check(&message, why);
	if (err == HS_OK)
		err = check_moments(&message, why);
	if (err == HS_OK)
		err = write_alert(&message, sender, out, why);
	json_decref(root);
	return err;
}
