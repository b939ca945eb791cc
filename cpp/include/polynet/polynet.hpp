// Everything of polynet: polynomial -> circuit -> network -> evaluate | certify.
#pragma once

#include "polynet/certify.hpp"
#include "polynet/compile.hpp"
#include "polynet/error.hpp"
#include "polynet/error_model.hpp"
#include "polynet/evaluate.hpp"
#include "polynet/softmax.hpp"
