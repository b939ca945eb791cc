#include "choice.hpp"

#include "polynet/error.hpp"
#include "scales.hpp"

#include <algorithm>

namespace polynet {

namespace {

// How many times the paper's error a network may have; by the factor more by which it has fewer
// neurons than the smallest network within that.
constexpr double tolerated = 2.0;
// Estimates within this factor of what is tolerated are worth a closer look.
constexpr double doubt = 2.0;
// Networks up to this size are judged by certified errors, larger ones by estimates.
constexpr int most_certified = 1500;
// Candidates looked at per number of neurons, and in all.
constexpr int most_equals = 3;
constexpr std::size_t most_looks = 16;
// A copy's error as a part of a product's (docs/theory.md, section 5).
constexpr double copy_error = 1.0 / 64;
// The moves of centres that are tried, in radii.
constexpr double shifts[] = {0.0, 0.5, 4.0};

struct Candidate {
  Network net;
  int neurons;
  double error;
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
      if (gate.stencil->bits > 0)
        continue; // as good as exact
      error += gates[g] * (gate.stencil->order() == 1 ? copy_error : 1.0);
      for (int i = 0; i < gate.stencil->operands; ++i)
        operands[static_cast<std::size_t>(gate.operands[i])] += gates[g] * gate.stencil->target[i];
    }
    above = &layer.operands;
    gain = std::move(operands);
  }
  return error;
}

// Its scales, and the error they make; infinite if it cannot be worked out.
WholeBoxError settle(Network &net, const CompileOptions &options) {
  try {
    return settle_scales(net, options);
  } catch (const Error &) {
    return {};
  }
}

// How many times the paper's error this one is; no demand is made where the paper has no bound.
double ratio(double error, double paper) {
  return paper <= detail::largest && paper > 0.0 ? error / paper : 1.0;
}

std::vector<Candidate> candidates(const Candidate &paper, const Circuit &paper_circuit,
                                  const std::vector<Polynomial> &polynomials,
                                  const std::vector<Interval> &box, const CompileOptions &options) {
  std::vector<Candidate> found;
  std::vector<Circuit> circuits = compact_circuits(polynomials, box, options);
  circuits.push_back(polarised(paper_circuit));
  for (const Circuit &circuit : circuits)
    for (const double shift : shifts) {
      try {
        Network net = schedule(circuit, box, options, shift);
        const int neurons = net.neurons();
        const double error = estimated_error(net);
        const double saved = double(paper.neurons) / std::max(neurons, 1);
        if (neurons <= paper.neurons && error <= doubt * std::max(tolerated, saved) * paper.error)
          found.push_back({std::move(net), neurons, error});
      } catch (const Error &) {
        continue; // its numbers overflow the dtype
      }
    }
  std::stable_sort(found.begin(), found.end(), [](const Candidate &a, const Candidate &b) {
    return a.neurons != b.neurons ? a.neurons < b.neurons : a.error < b.error;
  });
  return found;
}

} // namespace

Network compile_compact(const Circuit &circuit, const std::vector<Polynomial> &polynomials,
                        const std::vector<Interval> &box, const CompileOptions &options) {
  Candidate paper{schedule(circuit, box, options), 0, 0.0};
  paper.neurons = paper.net.neurons();
  paper.error = estimated_error(paper.net);
  const bool certified = paper.neurons <= most_certified;
  WholeBoxError paper_error;
  if (certified || paper.neurons == 0)
    paper_error = settle(paper.net, options);
  if (paper.neurons == 0)
    return std::move(paper.net);

  std::vector<Candidate> found = candidates(paper, circuit, polynomials, box, options);
  // From few neurons to many, up to the first whose error is tolerated.
  std::vector<std::pair<Candidate *, double>> looked_at;
  Candidate *accurate = nullptr;
  int equals = 0;
  for (Candidate &c : found) {
    equals = !looked_at.empty() && looked_at.back().first->neurons == c.neurons ? equals + 1 : 0;
    if (equals >= most_equals || looked_at.size() >= most_looks)
      continue;
    double times = c.error / paper.error;
    if (certified) {
      const WholeBoxError error = settle(c.net, options);
      times = std::max(ratio(error.total, paper_error.total),
                       ratio(error.truncation, paper_error.truncation));
    }
    looked_at.emplace_back(&c, times);
    if (times <= tolerated) {
      accurate = &c;
      break;
    }
  }
  if (!accurate)
    accurate = &paper;
  Candidate *best = accurate;
  for (const auto &[c, times] : looked_at)
    if (times * c->neurons <= tolerated * accurate->neurons && c->neurons < best->neurons)
      best = c;
  if (!certified)
    settle_scales(best->net, options);
  return std::move(best->net);
}

} // namespace polynet
