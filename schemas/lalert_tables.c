/* lalert_tables.c: see lalert_tables.h. The tables are short: they are read from the top. */
#include "schemas/lalert_tables.h"

#include <string.h>
#include <strings.h>

#include "schemas/tables_data.h"

const struct hs_lalert_category *
hs_lalert_category_find(const char *category)
{
	for (size_t i = 0; i < hs_table_lalert_category_count; i++)
		if (strcasecmp(hs_table_lalert_categories[i].category, category) == 0)
			return &hs_table_lalert_categories[i];
	return NULL;
}

const struct hs_lalert_category *
hs_lalert_category_rows(size_t *count)
{
	*count = hs_table_lalert_category_count;
	return hs_table_lalert_categories;
}

bool
hs_lalert_value_known(const char *list, const char *value, const char *below)
{
	for (size_t i = 0; i < hs_table_lalert_value_count; i++) {
		const struct hs_lalert_value *row = &hs_table_lalert_values[i];
		if (strcmp(row->list, list) == 0 && strcmp(row->value, value) == 0 &&
			strcmp(row->below, below) == 0)
			return true;
	}
	return false;
}

const struct hs_lalert_value *
hs_lalert_value_rows(size_t *count)
{
	*count = hs_table_lalert_value_count;
	return hs_table_lalert_values;
}

const char *
hs_lalert_damage_group(const char *element)
{
	for (size_t i = 0; i < hs_table_lalert_damage_count; i++)
		if (strcmp(hs_table_lalert_damages[i].element, element) == 0)
			return hs_table_lalert_damages[i].group;
	return NULL;
}
