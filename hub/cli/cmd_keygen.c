/* hansho keygen: certificates of servers and clients, and the list of those that are revoked. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/base/check.h"
#include "hub/cli/cli.h"
#include "hub/cli/keys.h"

#define NAMES_MAX    16
#define DAYS_DEFAULT 30
#define DAYS_MAX     3650

static const char help[] =
	"usage: hansho keygen --out DIR [--host NAME]… [--days N]\n"
	"       hansho keygen --out DIR --client ID… --mode live|drill [--days N]\n"
	"       hansho keygen --out DIR --revoke CERTIFICATE… [--days N]\n\n"
	"  --out DIR      where ca.pem and ca.key are, or are made when they are missing\n"
	"  --host NAME    server.pem and server.key for these names and IPv4 addresses;\n"
	"                 without any: localhost and 127.0.0.1\n"
	"  --client ID    ID.pem and ID.key: the client certificate of the principal ID, with\n"
	"                 CN=ID and the name URI:urn:hansho:MODE:ID; write that name into\n"
	"                 `certificates` of the principal, and ca.pem into client_ca of the gate\n"
	"  --mode MODE    the lane of the clients; who sends in both has one certificate for each\n"
	"  --revoke FILE  puts the certificate on the list crl.pem (client_crl of the gate)\n"
	"  --days N       valid for N days, 1 to 3650, default 30; with --revoke: until the next "
	"list\n\n"
	"Keys (*.key) are readable by the owner only. Keep ca.key away from the gate.\n";

struct names {
	const char *items[NAMES_MAX];
	size_t count;
};

struct request {
	const char *out, *mode;
	struct names hosts, clients, revoked;
	long days;
	bool help, wrong;
};

enum { OPT_OUT = 1, OPT_HOST, OPT_DAYS, OPT_CLIENT, OPT_MODE, OPT_REVOKE, OPT_HELP };

static const struct option options[] = {
	{ "out", required_argument, NULL, OPT_OUT },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "client", required_argument, NULL, OPT_CLIENT },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "revoke", required_argument, NULL, OPT_REVOKE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static void
add_name(struct request *request, struct names *names)
{
	if (names->count == NAMES_MAX)
		request->wrong = true;
	else
		names->items[names->count++] = optarg;
}

static void
read_options(struct request *request, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPT_OUT)
			request->out = optarg;
		else if (option == OPT_HOST)
			add_name(request, &request->hosts);
		else if (option == OPT_CLIENT)
			add_name(request, &request->clients);
		else if (option == OPT_REVOKE)
			add_name(request, &request->revoked);
		else if (option == OPT_MODE)
			request->mode = optarg;
		else if (option == OPT_DAYS)
			request->days = strtol(optarg, NULL, 10);
		else if (option == OPT_HELP)
			request->help = true;
		else
			request->wrong = true;
	}
	request->wrong = request->wrong || optind != argc;
}

static int
check(const struct request *request)
{
	int jobs = (request->hosts.count > 0) + (request->clients.count > 0) +
		   (request->revoked.count > 0);
	if (request->wrong)
		return hs_cli_usage("wrong option for keygen");
	if (!request->out || request->days < 1 || request->days > DAYS_MAX)
		return hs_cli_usage("keygen needs --out DIR; --days is 1 to %d", DAYS_MAX);
	if (jobs > 1)
		return hs_cli_usage("keygen takes one of --host, --client and --revoke at a time");
	if ((request->clients.count > 0) != (request->mode != NULL) ||
		(request->mode && strcmp(request->mode, "live") != 0 &&
			strcmp(request->mode, "drill") != 0))
		return hs_cli_usage(
			"--client needs --mode live or --mode drill, and nothing else has it");
	for (size_t i = 0; i < request->clients.count; i++)
		if (!hs_keys_id_right(request->clients.items[i]))
			return hs_cli_usage(
				"--client \"%s\": letters, digits and ._- only, at most 63",
				request->clients.items[i]);
	return HS_EXIT_OK;
}

static int
cannot(const struct request *request, const char *what, enum hs_err err)
{
	fprintf(stderr, "hansho: %s in %s: %s\n", what, request->out,
		err == HS_ERR_INVALID ? "not a certificate that the authority there has signed"
				      : strerror(errno));
	return HS_EXIT_INPUT;
}

static int
make_server(const struct hs_cli *cli, const struct request *request)
{
	static const char *const usual[] = { "localhost", "127.0.0.1" };
	bool given = request->hosts.count > 0;
	enum hs_err err = hs_keys_make(request->out, given ? request->hosts.items : usual,
		given ? request->hosts.count : HS_COUNT(usual), request->days);
	if (err != HS_OK)
		return cannot(request, "cannot write keys", err);
	printf(cli->json ? "{\"directory\":\"%s\",\"days\":%ld}\n"
			 : "%s: ca.pem ca.key server.pem server.key, valid for %ld days\n",
		request->out, request->days);
	return HS_EXIT_OK;
}

static int
make_clients(const struct hs_cli *cli, const struct request *request)
{
	for (size_t i = 0; i < request->clients.count; i++) {
		const char *id = request->clients.items[i];
		enum hs_err err =
			hs_keys_make_client(request->out, id, request->mode, request->days);
		if (err != HS_OK)
			return cannot(request, "cannot write keys", err);
		if (cli->json)
			printf("{\"directory\":\"%s\",\"client\":\"%s\",\"certificate\":"
			       "\"URI:urn:hansho:%s:%s\",\"days\":%ld}\n",
				request->out, id, request->mode, id, request->days);
		else
			printf("%s: %s.pem %s.key, valid for %ld days; in `certificates` of the "
			       "principal: \"URI:urn:hansho:%s:%s\"\n",
				request->out, id, id, request->days, request->mode, id);
	}
	return HS_EXIT_OK;
}

static int
revoke(const struct hs_cli *cli, const struct request *request)
{
	for (size_t i = 0; i < request->revoked.count; i++) {
		enum hs_err err =
			hs_keys_revoke(request->out, request->revoked.items[i], request->days);
		if (err != HS_OK)
			return cannot(request, request->revoked.items[i], err);
		printf(cli->json ? "{\"directory\":\"%s\",\"revoked\":\"%s\"}\n"
				 : "%s: crl.pem names %s\n",
			request->out, request->revoked.items[i]);
	}
	return HS_EXIT_OK;
}

int
hs_cmd_keygen(struct hs_cli *cli, int argc, char **argv)
{
	struct request request = { .days = DAYS_DEFAULT };
	read_options(&request, argc, argv);
	if (request.help) {
		fputs(help, stdout);
		return HS_EXIT_OK;
	}
	int status = check(&request);
	if (status != HS_EXIT_OK)
		return status;
	HS_CHECK(request.out != NULL);
	if (mkdir(request.out, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "hansho: %s: %s\n", request.out, strerror(errno));
		return HS_EXIT_INPUT;
	}
	if (request.clients.count > 0)
		return make_clients(cli, &request);
	return request.revoked.count > 0 ? revoke(cli, &request) : make_server(cli, &request);
}
