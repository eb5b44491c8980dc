/* parse_damage.c: the DamageInformation body (被害情報): counters in groups.
 *
 * Rules:  every element with a text below the body is a counter, in the order of the document: what is not in the tables
 *         is kept and flagged, never dropped. Values stay texts as sent: blank is omitted, 0 was sent, hectares have
 *         decimals. The kind of a counter is its attribute …Type (namespaces of attributes differ), else its name.
 * Source: L-Alert wire format, DamageInformation; tables lalert_damage.csv and lalert_values.csv.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_lalert.h"

typedef Hansho__V1__Damage__Item hs_damage_item;

static const char *const type_attributes[] = { "humanDamageType", "houseDamageType",
	"buildingDamageType", "otherDamageType", "suffererDamageType", "fireDamageType",
	"lossesDamageType" };
static const char *const unit_attributes[] = { "counterUnit", "currencyUnit", "unit" };

static char *
first_attribute(struct hs_lalert *lalert, hs_xml_node *node, const char *const *names, size_t count)
{
	char *value = NULL;

	for (size_t i = 0; i < count && !value; i++)
		value = hs_xml_attribute(lalert->arena, node, names[i]);
	return value;
}

/* Digits with commas and one decimal point. */
static bool
is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789,");

	if (digits == 0 || text[0] == ',')
		return false;
	text += digits;
	return *text == '\0' ||
	       (*text == '.' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

/* group NULL: its element is not in the table. */
static void
check_item(
	struct hs_lalert *lalert, hs_xml_node *node, const char *group, const hs_damage_item *item)
{
	const char *list = group ? hs_arena_printf(lalert->arena, "damage_%s", group) : "";

	if (!list)
		return;
	if (!group || !hs_lalert_value_known(list, item->type, ""))
		hs_lalert_unknown_value(lalert, node, "", item->type);
	if (!is_number(item->value))
		hs_xml_finding(lalert->findings, HS_FINDING_COUNT_BAD, node, "120", item->value);
}

static void
read_item(struct hs_lalert *lalert, hs_xml_node *node, char *value)
{
	Hansho__V1__Damage *damage = lalert->notice->damage;
	hs_damage_item *item = hs_message_new(lalert->arena, &hansho__v1__damage__item__descriptor);
	const char *holder = hs_xml_name(hs_xml_parent(node));
	const char *group = hs_lalert_damage_group(holder);
	char *type = first_attribute(lalert, node, type_attributes, HS_COUNT(type_attributes));
	char *unit = first_attribute(lalert, node, unit_attributes, HS_COUNT(unit_attributes));

	if (!item)
		return;
	item->group = hs_arena_strdup(lalert->arena, group ? group : holder);
	item->type = type ? type : hs_arena_strdup(lalert->arena, hs_xml_name(node));
	item->value = value;
	if (unit)
		item->unit = unit;
	if (!item->group || !item->type)
		return;
	hs_trace_add(&lalert->submission->traces, lalert->arena, &item->value, node);
	check_item(lalert, node, group, item);
	hs_repeat(lalert->arena, &damage->n_items, &damage->items, item);
}

/* The guard bounds the depth of the tree. false: too many. */
static bool
read_counters(struct hs_lalert *lalert, hs_xml_node *parent)
{
	hs_xml_node *node = hs_xml_first(parent);

	for (; node; node = hs_xml_after(node)) {
		char *value = hs_xml_text(lalert->arena, node);

		if (parent == lalert->body &&
			(strcmp(hs_xml_name(node), "Disaster") == 0 ||
				strcmp(hs_xml_name(node), "ComplementaryInfo") == 0))
			continue;
		if (value)
			read_item(lalert, node, value);
		if (++lalert->places > lalert->submission->limits->areas) {
			hs_xml_finding(lalert->findings, HS_FINDING_TOO_MANY_AREAS, node, "", "");
			return false;
		}
		if (!read_counters(lalert, node))
			return false;
	}
	return true;
}

void
hs_damage_convert(struct hs_lalert *lalert)
{
	Hansho__V1__Damage *damage = hs_message_new(lalert->arena, &hansho__v1__damage__descriptor);

	if (!damage)
		return;
	lalert->notice->damage = damage;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_DAMAGE;
	hs_lalert_disaster(lalert, &damage->disaster_name);
	hs_lalert_set(lalert, &damage->complement,
		hs_xml_child(lalert->body, lalert->category->ns, "ComplementaryInfo"));
	(void)read_counters(lalert, lalert->body);
}
