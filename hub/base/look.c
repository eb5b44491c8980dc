#include "hub/base/look.h"

#include <arpa/inet.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/proc.h"

#define DEADLINE_MIN_MS 1000

#define TLS	     "tls+tcp://"
#define ADDRESS_SIZE 64
#define PATH_SIZE    4200

enum hs_err
hs_look_refuse(char why[HS_CONFIG_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, HS_CONFIG_WHY, format, args);
	va_end(args);
	return HS_ERR_CONFIG;
}

/* ---- where is listened ---- */

static bool
is_ip(const char *address)
{
	struct in6_addr scratch;

	return inet_pton(AF_INET, address, &scratch) == 1 ||
	       inet_pton(AF_INET6, address, &scratch) == 1;
}

static bool
is_every_address(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* Two listeners of one process would share the port (SO_REUSEPORT), and each get half of the other's clients. */
static bool
collide(const char *a, const char *b)
{
	char address_a[ADDRESS_SIZE], address_b[ADDRESS_SIZE];
	int port_a = 0, port_b = 0;

	if (hs_listen_parse(a, address_a, sizeof(address_a), &port_a) != HS_OK ||
		hs_listen_parse(b, address_b, sizeof(address_b), &port_b) != HS_OK)
		return false;
	return port_a != 0 && port_a == port_b &&
	       (strcmp(address_a, address_b) == 0 || is_every_address(address_a) ||
		       is_every_address(address_b));
}

enum hs_err
hs_look_listens(const struct hs_look_listen *rows, size_t count, char why[HS_CONFIG_WHY])
{
	char address[ADDRESS_SIZE];
	int port = 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].optional && rows[i].listen[0] == '\0')
			continue;
		if (hs_listen_parse(rows[i].listen, address, sizeof(address), &port) != HS_OK ||
			!is_ip(address))
			return hs_look_refuse(why,
				"%s: \"%.100s\" is no address with a port; write it like "
				"127.0.0.1:8443 or [::1]:8443, with numbers and no names",
				rows[i].key, rows[i].listen);
		for (size_t j = 0; j < i; j++) {
			if (collide(rows[j].listen, rows[i].listen))
				return hs_look_refuse(why,
					"%s %.100s and %s %.100s are the same place; give each a "
					"port of its own",
					rows[j].key, rows[j].listen, rows[i].key, rows[i].listen);
		}
	}
	return HS_OK;
}

/* ---- files ---- */

static enum hs_err
look_folder(const char *key, const char *folder, char why[HS_CONFIG_WHY])
{
	struct stat found;

	if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
		return hs_look_refuse(
			why, "%s: the folder %.300s does not exist; make it", key, folder);
	if (access(folder, W_OK | X_OK) != 0)
		return hs_look_refuse(why,
			"%s: the folder %.300s cannot be written into; give it to the user of this "
			"process",
			key, folder);
	return HS_OK;
}

static enum hs_err
look_parent(const char *key, const char *path, char why[HS_CONFIG_WHY])
{
	char copy[PATH_SIZE];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	return look_folder(key, dirname(copy), why);
}

bool
hs_look_is_loopback(const char *listen)
{
	return strncmp(listen, "127.", 4) == 0 || strncmp(listen, "[::1]", 5) == 0;
}

enum hs_err
hs_look_deadline(const char *place, const char *name, const char *key, int64_t deadline_ms,
	char why[HS_CONFIG_WHY])
{
	if (deadline_ms == 0 || deadline_ms >= DEADLINE_MIN_MS)
		return HS_OK;
	return hs_look_refuse(why,
		"%s %.64s: %s: %lld ms is less than anybody needs to take something, so nothing "
		"would ever arrive; give 0 for none, or at least %d",
		place, name, key, (long long)deadline_ms, DEADLINE_MIN_MS);
}

enum hs_err
hs_look_made_file(const char *key, const char *path, char why[HS_CONFIG_WHY])
{
	struct stat found;

	if (stat(path, &found) != 0)
		return look_parent(key, path, why);
	if (!S_ISREG(found.st_mode) || access(path, R_OK | W_OK) != 0)
		return hs_look_refuse(why,
			"%s: %.300s is no file that can be read and written; name another one, or "
			"give it to the user of this process",
			key, path);
	return look_parent(key, path, why);
}

/* ---- links ---- */

static bool
has_host_and_port(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;

	return colon != NULL && colon != text && digits >= 1 && digits <= 5 &&
	       colon[1 + digits] == '\0';
}

/* Sockets with a path, for processes on one machine; which of the two makes no difference here (link.h). */
static const char *
path_of(const char *url)
{
	static const char *const schemes[] = { "unix://", "ipc://" };

	for (size_t i = 0; i < HS_COUNT(schemes); i++) {
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			return url + strlen(schemes[i]);
	}
	return NULL;
}

bool
hs_look_same_place(const char *url_a, const char *url_b)
{
	const char *path_a = path_of(url_a), *path_b = path_of(url_b);

	return path_a != NULL && path_b != NULL ? strcmp(path_a, path_b) == 0
						: strcmp(url_a, url_b) == 0;
}

static enum hs_err
look_path(const struct hs_look_link *link, const char *path, char why[HS_CONFIG_WHY])
{
	char key[160];

	if (path[0] != '/' || strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return hs_look_refuse(why,
			"%.80s%s: %.200s must name an absolute path of at most %zu bytes",
			link->place, link->key, link->url,
			sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
	if (!link->listens)
		return HS_OK; /* the hub makes folder and socket, perhaps later */
	(void)snprintf(key, sizeof(key), "%.80s%s", link->place, link->key);
	return look_parent(key, path, why);
}

enum hs_err
hs_look_link(const struct hs_look_link *link, char why[HS_CONFIG_WHY])
{
	const char *path = path_of(link->url);

	if (path != NULL)
		return look_path(link, path, why);
	if (link->local_only)
		return hs_look_refuse(why,
			"%.80s%s: %.200s begins with neither unix:// nor ipc://; this process must "
			"run "
			"on the machine of its hub",
			link->place, link->key, link->url);
	if (strncmp(link->url, TLS, strlen(TLS)) != 0)
		return hs_look_refuse(why,
			"%.80s%s: %.200s begins with neither unix:// or ipc:// (one machine) nor "
			"tls+tcp:// (two machines)",
			link->place, link->key, link->url);
	if (!has_host_and_port(link->url + strlen(TLS)))
		return hs_look_refuse(why,
			"%.80s%s: %.200s lacks host:port; write tls+tcp://host:port", link->place,
			link->key, link->url);
	return hs_look_link_tls(link, why);
}
