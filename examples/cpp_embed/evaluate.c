/* x y - z^2/2 from C: compile, evaluate one point, certify. */
#include <polynet/polynet.h>

#include <stdio.h>

int main(void) {
  const double lower[] = {-1, -1, 0}, upper[] = {1, 1, 2};
  const size_t terms[] = {2};
  const uint32_t exponents[] = {1, 1, 0, 0, 0, 2};
  const double coefficients[] = {1.0, -0.5}, point[] = {0.5, -0.25, 1.0};
  const polynet_problem problem = {3, lower, upper, 1, terms, exponents, coefficients};
  polynet_network *network = NULL;
  polynet_bounds bounds;
  double value, error;

  if (polynet_compile(&problem, NULL, 0.0, &network) != POLYNET_OK ||
      polynet_evaluate(network, POLYNET_BY_GATES, point, 1, &value) != POLYNET_OK ||
      polynet_certify(network, POLYNET_BY_GATES, &bounds) != POLYNET_OK) {
    fprintf(stderr, "%s\n", polynet_last_error());
    polynet_free(network);
    return 1;
  }
  error = value - (0.5 * -0.25 - 0.5);
  printf("%.17g is within %.4e of the polynomial\n", value, bounds.upper);
  polynet_free(network);
  return error <= bounds.upper && -error <= bounds.upper ? 0 : 1;
}
