/* hansho keygen: certificates for drills and tests. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/cli/cli.h"
#include "hub/cli/keys.h"

#define HOSTS_MAX    16
#define DAYS_DEFAULT 30
#define DAYS_MAX     3650

static const struct option options[] = {
	{ "out", required_argument, NULL, 'o' },
	{ "host", required_argument, NULL, 'h' },
	{ "days", required_argument, NULL, 'd' },
	{ NULL, 0, NULL, 0 },
};

int
hs_cmd_keygen(struct hs_cli *cli, int argc, char **argv)
{
	const char *out = NULL, *hosts[HOSTS_MAX] = { "localhost", "127.0.0.1" };
	size_t host_count = 0;
	long days = DAYS_DEFAULT;
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'o')
			out = optarg;
		else if (option == 'h' && host_count < HOSTS_MAX)
			hosts[host_count++] = optarg;
		else if (option == 'd')
			days = strtol(optarg, NULL, 10);
		else
			return hs_cli_usage("wrong option for keygen");
	}
	if (!out || optind != argc || days < 1 || days > DAYS_MAX)
		return hs_cli_usage("keygen needs --out DIR; --days is 1 to %d", DAYS_MAX);
	if (mkdir(out, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "hansho: %s: %s\n", out, strerror(errno));
		return HS_EXIT_INPUT;
	}
	if (hs_keys_make(out, hosts, host_count ? host_count : 2, days) != HS_OK) {
		fprintf(stderr, "hansho: cannot write keys into %s: %s\n", out, strerror(errno));
		return HS_EXIT_INPUT;
	}
	printf(cli->json ? "{\"directory\":\"%s\",\"days\":%ld}\n"
			 : "%s: ca.pem ca.key server.pem server.key, valid for %ld days\n",
		out, days);
	return HS_EXIT_OK;
}
