#include "adapters/telecom/telecom.h"

int
main(int argc, char **argv)
{
	return hs_adapter_main(argc, argv, &hs_telecom_ops);
}
