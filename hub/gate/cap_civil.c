/* cap_civil.c: an alert of civil protection (国民保護): which type, and what is told of it by now.
 *
 * Type:   the parameter civil_protection (missile, air_attack, guerrilla, terror, other; "/phase" behind it), which the receiver
 *         bridge writes (adapters/jalert/receiver.h); without it the words of the event.
 * Text:   the description of the first info.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/cap_info.h"

#define PARAMETER "civil_protection"

static const struct {
	const char *word, *type;
} words[] = { { "ミサイル", "missile" }, { "missile", "missile" }, { "航空攻撃", "air_attack" },
	{ "空襲", "air_attack" }, { "air raid", "air_attack" }, { "air attack", "air_attack" },
	{ "ゲリラ", "guerrilla" }, { "特殊部隊", "guerrilla" }, { "guerrilla", "guerrilla" },
	{ "テロ", "terror" }, { "terror", "terror" } };

/* Words of the field; what is none of them is kept out, so that nothing else is said than what was meant. */
static const char *
known(const char *const *list, size_t count, const char *word, size_t len_bytes)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == len_bytes && memcmp(list[i], word, len_bytes) == 0)
			return list[i];
	}
	return "";
}

static void
read_parameter(Hansho__V1__CivilProtection *civil, const char *value)
{
	static const char *const types[] = { "missile", "air_attack", "guerrilla", "terror",
		"other" };
	static const char *const phases[] = { "launch", "take_cover", "passed", "sea", "fell",
		"intercepted", "none" };
	size_t len_bytes = strcspn(value, "/");

	civil->type = (char *)(uintptr_t)known(types, HS_COUNT(types), value, len_bytes);
	if (value[len_bytes] == '/')
		civil->phase = (char *)(uintptr_t)known(phases, HS_COUNT(phases),
			value + len_bytes + 1, strlen(value + len_bytes + 1));
}

static const char *
type_of_event(const char *event)
{
	for (size_t i = 0; i < HS_COUNT(words); i++) {
		if (strcasestr(event, words[i].word) != NULL)
			return words[i].type;
	}
	return "";
}

void
hs_cap_read_civil(struct hs_cap_reader *reader)
{
	hs_notice *notice = reader->notice;
	const hs_cap_info *info = reader->values->n_infos ? reader->values->infos[0] : NULL;
	Hansho__V1__CivilProtection *civil;
	const char *value;

	if (notice->kind != HS_KIND(CIVIL_PROTECTION) || !info)
		return;
	civil = hs_message_new(reader->cap->arena, &hansho__v1__civil_protection__descriptor);
	if (!civil)
		return;
	value = hs_cap_pair_value(info->parameters, info->n_parameters, PARAMETER);
	if (value)
		read_parameter(civil, value);
	if (civil->type[0] == '\0')
		civil->type = (char *)(uintptr_t)type_of_event(info->event);
	if (notice->n_texts && notice->texts[0]->body)
		civil->text = notice->texts[0]->body;
	notice->civil_protection = civil;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION;
}
