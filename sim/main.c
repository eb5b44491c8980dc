/* hansho-sim run --config FILE SCENARIO   plays a drill and judges it
 * hansho-sim fakes --config FILE          plays the carriers and the auto-starter until it is stopped */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "sim/fakes.h"
#include "sim/run.h"

static int
usage(void)
{
	fprintf(stderr, "usage: hansho-sim run --config FILE SCENARIO\n"
			"       hansho-sim fakes --config FILE\n"
			"       hansho-sim config-help | scenario-help\n");
	return 2;
}

static int
run(const char *settings_path, const char *scenario_path)
{
	struct hs_sim_settings settings;
	struct hs_sim_scenario scenario;
	struct hs_config *config = NULL, *scenario_config = NULL;
	char why[HS_CONFIG_WHY];
	int exit_status = 2;
	if (hs_config_load(settings_path, &hs_sim_settings_record, &settings, &config, why) !=
			HS_OK ||
		hs_sim_scenario_load(scenario_path, &scenario, &scenario_config, why) != HS_OK) {
		fprintf(stderr, "hansho-sim: %s\n", why);
	} else {
		curl_global_init(CURL_GLOBAL_DEFAULT);
		exit_status = hs_sim_run(&settings, &scenario);
		curl_global_cleanup();
	}
	hs_config_free(scenario_config);
	hs_config_free(config);
	return exit_status;
}

int
main(int argc, char **argv)
{
	setlinebuf(stdout);
	if (argc >= 2 && strcmp(argv[1], "fakes") == 0)
		return hs_sim_fakes_main(argc - 1, argv + 1);
	if (argc == 5 && strcmp(argv[1], "run") == 0 && strcmp(argv[2], "--config") == 0)
		return run(argv[3], argv[4]);
	if (argc == 2 && strcmp(argv[1], "config-help") == 0)
		hs_config_help(&hs_sim_settings_record);
	else if (argc == 2 && strcmp(argv[1], "scenario-help") == 0)
		hs_config_help(&hs_sim_scenario_record);
	else
		return usage();
	return 0;
}
