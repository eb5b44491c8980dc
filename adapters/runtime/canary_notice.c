/* The order that a canary encodes. */
#include <jansson.h>

#include "adapters/runtime/canary.h"

static const char order[] =
	"{\"mode\":\"drill\",\"kind\":\"evacuation\",\"action\":\"issue\","
	"\"document\":{\"source\":\"canary.example\",\"id\":\"canary\",\"revision\":1},"
	"\"source\":{\"code\":\"990019\",\"name\":\"架空市\"},"
	"\"level\":{\"number\":4,\"term\":\"避難指示\",\"scheme\":\"2026\"},"
	"\"areas\":[{\"code\":\"990019\",\"name\":\"架空地区\"}],"
	"\"evacuation\":{\"hazard\":\"flood\",\"details\":[{\"state\":\"issued\",\"sort\":"
	"\"避難指示\","
	"\"level\":{\"number\":4,\"term\":\"避難指示\",\"scheme\":\"2026\"},"
	"\"areas\":[{\"area\":{\"code\":\"990019\",\"name\":\"架空地区\"}}]}]}}";

const hs_notice *
hs_canary_notice(struct hs_arena *arena)
{
	char why[160];
	json_t *json = json_loads(order, 0, NULL);
	hs_notice *notice = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	if (json)
		err = hs_message_from_json(
			arena, &hansho__v1__notice__descriptor, json, &notice, why, sizeof(why));
	json_decref(json);
	return err == HS_OK ? notice : NULL;
}
