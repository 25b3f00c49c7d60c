/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SwiftPM wants one source in a C target; the assertions of the header are checked here. */
#include "shrike_abi.h"
