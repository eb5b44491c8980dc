#include <string.h>

#include "adapters/jalert/jalert.h"
#include "adapters/jalert/receiver.h"

/* `hansho-jalert --receive …`: the bridge of a receiver instead of the adapter. */
int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--receive") == 0) {
		argv[1] = argv[0];
		return hs_receiver_main(argc - 1, argv + 1);
	}
	return hs_adapter_main(argc, argv, &hs_jalert_ops);
}
