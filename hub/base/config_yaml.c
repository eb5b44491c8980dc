#include "hub/base/config_yaml.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 8

struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	char *why;
};

static enum hs_err
refuse(const struct reader *reader, const char *what)
{
	snprintf(reader->why, HS_CONFIG_WHY, "line %zu: %s", reader->event.start_mark.line + 1,
		what);
	return HS_ERR_CONFIG;
}

/* The next event; the one before is freed. */
static enum hs_err
next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return HS_OK;
	snprintf(reader->why, HS_CONFIG_WHY, "line %zu: not YAML: %s",
		reader->parser.problem_mark.line + 1,
		reader->parser.problem ? reader->parser.problem : "unreadable");
	memset(&reader->event, 0, sizeof(reader->event));
	return HS_ERR_CONFIG;
}

static enum hs_err read_value(struct reader *reader, int depth, json_t **out);

static enum hs_err
read_mapping(struct reader *reader, int depth, json_t *object)
{
	for (;;) {
		enum hs_err err = next(reader);
		if (err != HS_OK || reader->event.type == YAML_MAPPING_END_EVENT)
			return err;
		if (reader->event.type != YAML_SCALAR_EVENT)
			return refuse(reader, "a key must be a plain word");
		char key[128];
		if (snprintf(key, sizeof(key), "%s",
			    (const char *)reader->event.data.scalar.value) >= (int)sizeof(key))
			return refuse(reader, "a key is longer than 127 bytes");
		if (json_object_get(object, key))
			return refuse(reader, "a key is given twice");
		json_t *value = NULL;
		err = next(reader);
		if (err == HS_OK)
			err = read_value(reader, depth + 1, &value);
		if (err != HS_OK)
			return err;
		if (json_object_set_new(object, key, value) != 0)
			return refuse(reader, "a key is not UTF-8, or memory is short");
	}
}

static enum hs_err
read_sequence(struct reader *reader, int depth, json_t *array)
{
	for (;;) {
		enum hs_err err = next(reader);
		if (err != HS_OK || reader->event.type == YAML_SEQUENCE_END_EVENT)
			return err;
		json_t *value = NULL;
		err = read_value(reader, depth + 1, &value);
		if (err != HS_OK)
			return err;
		if (json_array_append_new(array, value) != 0)
			return HS_ERR_NOMEM;
	}
}

static enum hs_err
read_scalar(struct reader *reader, json_t **out)
{
	if (reader->event.data.scalar.anchor)
		return refuse(reader, "anchors are not supported");
	*out = json_stringn(
		(const char *)reader->event.data.scalar.value, reader->event.data.scalar.length);
	return *out ? HS_OK : refuse(reader, "a text is not UTF-8");
}

/* The value that begins with the present event. */
static enum hs_err
read_value(struct reader *reader, int depth, json_t **out)
{
	if (depth > DEPTH_MAX)
		return refuse(reader, "nested too deeply");
	if (reader->event.type == YAML_SCALAR_EVENT)
		return read_scalar(reader, out);
	bool mapping = reader->event.type == YAML_MAPPING_START_EVENT;
	if (!mapping && reader->event.type != YAML_SEQUENCE_START_EVENT)
		return refuse(reader, "aliases are not supported");
	*out = mapping ? json_object() : json_array();
	enum hs_err err = HS_ERR_NOMEM;
	if (*out)
		err = mapping ? read_mapping(reader, depth, *out)
			      : read_sequence(reader, depth, *out);
	if (err != HS_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return err;
}

static enum hs_err
read_document(struct reader *reader, json_t **out)
{
	enum hs_err err = next(reader); /* stream start */
	if (err == HS_OK)
		err = next(reader); /* document start, or the end of an empty file */
	if (err == HS_OK && reader->event.type == YAML_STREAM_END_EVENT)
		return (*out = json_object()) ? HS_OK : HS_ERR_NOMEM;
	if (err == HS_OK)
		err = next(reader);
	return err == HS_OK ? read_value(reader, 0, out) : err;
}

enum hs_err
hs_config_yaml(const char *text, json_t **out, char why[HS_CONFIG_WHY])
{
	struct reader reader = { .why = why };
	if (!yaml_parser_initialize(&reader.parser))
		return HS_ERR_NOMEM;
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, strlen(text));
	enum hs_err err = read_document(&reader, out);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	return err;
}
