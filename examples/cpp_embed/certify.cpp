// x y - z^2/2 on [-1, 1] x [-1, 1] x [0, 2] as a network, and how far it is from the polynomial.
#include <polynet/polynet.hpp>

#include <cstdio>

int main() {
  polynet::ExactPolynomial p;
  p.add(polynet::Monomial{{0, 1}, {1, 1}}, 1.0); // x y: variables and powers
  p.add(polynet::Monomial{{2, 2}}, "-1/2");      // exact; a double is too
  polynet::CompileOptions options;
  options.activation = polynet::activation("logistic");
  const polynet::Network net = polynet::compile({p}, {{-1, 1}, {-1, 1}, {0, 2}}, options);
  const polynet::Certificate proved = polynet::certify(net, {p}, {});
  const polynet::OutputBounds &bounds = proved.outputs.front();
  std::printf("%d neurons, %.4e <= error <= %.4e\n", net.neurons(), bounds.lower, bounds.upper);
  return bounds.lower <= bounds.upper && bounds.upper < 1e-6 ? 0 : 1;
}
