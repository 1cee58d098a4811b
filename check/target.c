#include "check/target.h"

const char *const mode_names[] = {
	[MODE_EFI_MTLS] = "efi-mtls", [MODE_EFI_SKIP] = "efi-skip-mtls", [MODE_BS2] = "bs2", [MODE_BS2_INDIRECT] = "bs2-indirect",
	[MODE_BACEN] = "bacen", NULL
};
