/* Any text as a configuration: a hub's peers in a table of our own. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/config.h"
#include "hub/core/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	char *text = malloc(len_bytes + 1);
	void *settings = calloc(1, hs_hub_settings_record.size_bytes);
	HS_CHECK(text && settings);
	memcpy(text, bytes, len_bytes);
	text[len_bytes] = '\0';
	struct hs_config *config = NULL;
	char why[HS_CONFIG_WHY];
	if (hs_config_parse(text, &hs_hub_settings_record, settings, &config, why) == HS_OK)
		hs_config_free(config);
	else
		HS_CHECK(why[0] != '\0');
	free(settings);
	free(text);
	return 0;
}
