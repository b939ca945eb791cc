#include "choice.hpp"

#include "polynet/error.hpp"

namespace polynet {

namespace {

// How many times the estimated error of the paper's construction a candidate may have; more only
// if it saves neurons by the same factor beyond the best candidate within it.
constexpr double tolerated_error = 2.0;
// A copy's error as a part of a product's (docs/theory.md, section 5).
constexpr double copy_error = 1.0 / 64;
// The moves of centres that are tried, in radii.
constexpr double shifts[] = {0.0, 0.5, 4.0};

int neurons_of(const Network &net) {
  int sum = 0;
  for (const HiddenLayer &layer : net.hidden)
    sum += layer.neurons();
  return sum;
}

struct Candidate {
  Network net;
  int neurons;
  double error;

  bool better_than(const Candidate &other) const {
    return neurons < other.neurons || (neurons == other.neurons && error < 0.999 * other.error);
  }
};

// The outputs' error if every gate had the same, a copy a small part of it: each gate's weight on
// the outputs to first order, operands in [-1, 1].
double estimated_error(const Network &net) {
  double error = 0.0;
  const std::vector<Affine> *above = &net.outputs;
  std::vector<double> gain(above->size(), 1.0);
  for (std::size_t t = net.hidden.size(); t > 0; --t) {
    const HiddenLayer &layer = net.hidden[t - 1];
    std::vector<double> gates(layer.gates.size(), 0.0), operands(layer.operands.size(), 0.0);
    for (std::size_t k = 0; k < above->size(); ++k)
      for (const auto &[gate, weight] : (*above)[k].terms)
        gates[static_cast<std::size_t>(gate)] += gain[k] * std::fabs(weight);
    for (std::size_t g = 0; g < gates.size(); ++g) {
      const Gate &gate = layer.gates[g];
      error += gates[g] * (gate.stencil->order() == 1 ? copy_error : 1.0);
      for (int i = 0; i < gate.stencil->operands; ++i)
        operands[static_cast<std::size_t>(gate.operands[i])] += gates[g] * gate.stencil->target[i];
    }
    above = &layer.operands;
    gain = std::move(operands);
  }
  return error;
}

} // namespace

Network schedule_compact(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                         const std::vector<Interval> &box, const CompileOptions &options) {
  std::vector<Candidate> candidates;
  const auto add = [&](const Circuit &circuit, double shift) {
    Network net = schedule(circuit, box, options, shift);
    const int neurons = neurons_of(net);
    const double error = estimated_error(net);
    candidates.push_back({std::move(net), neurons, error});
  };
  add(paper, 0.0);
  for (const Circuit &circuit : compact_circuits(polynomials, box))
    for (const double shift : shifts) {
      try {
        add(circuit, shift);
      } catch (const Error &) {
        continue; // its numbers overflow the dtype
      }
    }
  Candidate *best = &candidates.front();
  const double paper_error = best->error, tolerated = tolerated_error * paper_error;
  for (Candidate &c : candidates)
    if (c.error <= tolerated && c.better_than(*best))
      best = &c;
  const Candidate *accurate = best;
  for (Candidate &c : candidates)
    if (c.error * c.neurons <= accurate->neurons * paper_error && c.better_than(*best))
      best = &c;
  return std::move(best->net);
}

} // namespace polynet
