/* config_yaml.h: YAML text → tree of jansson objects, arrays and strings (libyaml). Internal to config.c. */
#ifndef HS_CONFIG_YAML_H
#define HS_CONFIG_YAML_H

#include "hub/base/config.h"

struct json_t;

/* Scalars stay strings; anchors, aliases, tags and a key given twice are refused; depth ≤ 8. An empty
 * file is an empty object. The caller ends the tree with json_decref. */
enum hs_err hs_config_yaml(
	const char *text, struct json_t **out, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
