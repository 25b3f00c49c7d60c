#include "shrike_shims.h"
