/* polynet for C and whatever calls C: build a network, evaluate it, certify it.
 *
 * No C++ exception crosses this border: functions that can fail return a status, and
 * polynet_last_error() says what was wrong; a null pointer is such a failure wherever it is not
 * said to mean something. A network is immutable: threads may share one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define POLYNET_API __declspec(dllexport)
#else
#define POLYNET_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The codes of polynet/error.hpp, and two that only this border has. */
typedef enum polynet_status {
  POLYNET_OK = 0,
  POLYNET_INVALID_INPUT = 1,     /* an argument breaks its documented requirement */
  POLYNET_SIZE_LIMIT = 2,        /* the request is larger than a documented limit */
  POLYNET_NOT_CERTIFIED = 3,     /* a bound could not be proved */
  POLYNET_FLOAT_ENVIRONMENT = 4, /* rounding to nearest with subnormals cannot be set */
  POLYNET_OUT_OF_MEMORY = 5,
  POLYNET_INTERNAL_ERROR = 6
} polynet_status;

/* How a network is evaluated, and what a certificate is about: the values of `way`. */
typedef enum polynet_way { POLYNET_BY_GATES = 0, POLYNET_BY_NEURONS = 1 } polynet_way;

/* The floating-point type of a network's numbers and of its evaluation. */
typedef enum polynet_dtype { POLYNET_FLOAT64 = 0, POLYNET_FLOAT32 = 1 } polynet_dtype;

/* A network with the polynomials that it approximates. */
typedef struct polynet_network polynet_network;

/* Polynomials on a box. Term t of all terms_per_output[0] + terms_per_output[1] + ... is
 * coefficients[t] times the product over the variables i of x_i to the power
 * exponents[t * variables + i]; the terms of the first output come first. */
typedef struct polynet_problem {
  size_t variables;
  const double *lower; /* `variables` endpoints each, finite numbers of the dtype */
  const double *upper;
  size_t outputs;
  const size_t *terms_per_output;
  const uint32_t *exponents;
  const double *coefficients; /* exact as they stand */
  int dtype;                  /* a polynet_dtype; 0, what an initializer leaves out, is float64 */
  /* In place of coefficients, unless it is NULL: decimals or quotients of them, exact as they
   * stand, "1/3", "-0.1", "1e-3". */
  const char *const *coefficient_texts;
} polynet_problem;

/* What is proved of one output: lower <= sup |evaluated network - polynomial| <= upper, and
 * upper = truncation + rounding (polynet/certificate.hpp). */
typedef struct polynet_bounds {
  double lower, upper, truncation, rounding;
} polynet_bounds;

/* "major.minor.patch". */
POLYNET_API const char *polynet_version(void);

/* The message of this thread's last failure; valid until its next one. */
POLYNET_API const char *polynet_last_error(void);

/* Compiles a network; activation may be NULL for "logistic", tolerance 0 for none
 * (otherwise the certified error by neurons that the smallest network is to keep). *network must be
 * given to polynet_free. */
POLYNET_API polynet_status polynet_compile(const polynet_problem *problem, const char *activation,
                                           double tolerance, polynet_network **network);

/* Does nothing with NULL. */
POLYNET_API void polynet_free(polynet_network *network);

/* 0 if the network is NULL. */
POLYNET_API size_t polynet_variables(const polynet_network *network);
POLYNET_API size_t polynet_outputs(const polynet_network *network);
POLYNET_API size_t polynet_neurons(const polynet_network *network);
/* A polynet_dtype; -1 if the network is NULL. */
POLYNET_API int polynet_dtype_of(const polynet_network *network);

/* Values at `count` points: points of shape (count, variables), values of shape (count, outputs),
 * contiguous, row by row, in the network's dtype. */
POLYNET_API polynet_status polynet_evaluate(const polynet_network *network, int way,
                                            const double *points, size_t count, double *values);
POLYNET_API polynet_status polynet_evaluate_float32(const polynet_network *network, int way,
                                                    const float *points, size_t count,
                                                    float *values);

/* The first output of a float64 network at one point of n coordinates, by gates; NaN if anything
 * does not fit. The signature is the one of integrands in scipy.LowLevelCallable and of many C
 * libraries. */
POLYNET_API double polynet_value(int n, double *point, void *network);

/* Bounds of every output on the network's box; `bounds` has room for all outputs. */
POLYNET_API polynet_status polynet_certify(const polynet_network *network, int way,
                                           polynet_bounds *bounds);

#ifdef __cplusplus
}
#endif
