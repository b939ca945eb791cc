# The C functions of polynet/polynet.h for Cython: `cimport polynet`.
from libc.stdint cimport uint32_t

cdef extern from "polynet/polynet.h" nogil:
    ctypedef enum polynet_status:
        POLYNET_OK
        POLYNET_INVALID_INPUT
        POLYNET_SIZE_LIMIT
        POLYNET_NOT_CERTIFIED
        POLYNET_FLOAT_ENVIRONMENT
        POLYNET_OUT_OF_MEMORY
        POLYNET_INTERNAL_ERROR

    ctypedef enum polynet_way:
        POLYNET_BY_GATES
        POLYNET_BY_NEURONS

    ctypedef enum polynet_dtype:
        POLYNET_FLOAT64
        POLYNET_FLOAT32

    ctypedef struct polynet_network:
        pass

    ctypedef struct polynet_problem:
        size_t variables
        const double *lower
        const double *upper
        size_t outputs
        const size_t *terms_per_output
        const uint32_t *exponents
        const double *coefficients
        int dtype
        const char *const *coefficient_texts

    ctypedef struct polynet_bounds:
        double lower
        double upper
        double truncation
        double rounding

    const char *polynet_version()
    const char *polynet_last_error()
    polynet_status polynet_compile(const polynet_problem *problem, const char *activation,
                                   double tolerance, polynet_network **network)
    void polynet_free(polynet_network *network)
    size_t polynet_variables(const polynet_network *network)
    size_t polynet_outputs(const polynet_network *network)
    size_t polynet_neurons(const polynet_network *network)
    int polynet_dtype_of(const polynet_network *network)
    polynet_status polynet_evaluate(const polynet_network *network, int way,
                                    const double *points, size_t count, double *values)
    polynet_status polynet_evaluate_float32(const polynet_network *network, int way,
                                            const float *points, size_t count, float *values)
    double polynet_value(int n, double *point, void *network)
    polynet_status polynet_certify(const polynet_network *network, int way,
                                   polynet_bounds *bounds)
