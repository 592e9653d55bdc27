/* The generated closure of health by itself, where a model is compiled as two texts side by side (MODEL_PART 2); ensemble.c has the rest. */
#include "vector.h"

#include MODEL_INC
