#include "scales.hpp"

#include "polynet/error.hpp"

#include <algorithm>
#include <map>

namespace polynet {

namespace {

constexpr int smallest_exponent = -40;
constexpr int largest_exponent = 0;

// Where the descent starts: near the best scales of one gate (docs/theory.md, section 5).
int first_exponent(const Network &net, int order) {
  return -float_format(net.dtype).precision / (order + 5);
}
// A copy of one neuron is the better the smaller its scale where s(0) = 0: its error is O(l^2) if
// s''(0) = 0, O(l) if not, until rounding is all. Else the rounding of s(b) is balanced against it.
int first_copy_exponent(const Network &net, const Gate &copy) {
  const bool single = net.dtype == Dtype::float32;
  if (copy.stencil->neurons.size() > 1)
    return single ? -5 : -10;
  const std::vector<Interval> c = net.activation->taylor(copy.bias, 2);
  if (copy.bias != 0.0 || !c[0].contains(0.0))
    return single ? -8 : -16;
  if (!c[2].contains(0.0))
    return single ? -24 : smallest_exponent;
  return single ? -14 : -28;
}

WholeBoxError whole_box_error(const Network &net, const IdealNetwork &ideal) {
  WholeBoxError worst{0.0, 0.0};
  try {
    const Truncation truncation(net, ideal);
    const std::vector<Interval> errors = truncation(net.box);
    const std::vector<double> rounding =
        rounding_by_neurons(net, truncation, default_activation_ulp(net.dtype));
    for (std::size_t k = 0; k < errors.size(); ++k) {
      worst.truncation = std::max(worst.truncation, errors[k].mag());
      worst.total = std::max(worst.total, up(errors[k].mag() + rounding[k]));
    }
  } catch (const Error &) {
    return {};
  }
  return worst;
}

class Descent {
public:
  explicit Descent(Network &net) : net_(net), ideal_(ideal_network(net)) {
    for (std::size_t t = 0; t < net.hidden.size(); ++t) {
      std::map<bool, std::vector<Gate *>> kinds;
      const std::vector<bool> rides = riding_copies(net.hidden[t]);
      for (std::size_t g = 0; g < rides.size(); ++g) {
        Gate &gate = net.hidden[t].gates[g];
        if (gate.stencil->bits == 0) // theirs are set
          kinds[gate.stencil->order() == 1 && !rides[g]].push_back(&gate);
      }
      for (auto &[is_copy, gates] : kinds) {
        groups_.push_back(gates);
        int order = 0;
        for (const Gate *gate : gates)
          order = std::max(order, gate->stencil->order());
        exponents_.push_back(is_copy ? first_copy_exponent(net, *gates.front())
                                     : first_exponent(net, order));
      }
    }
    for (std::size_t g = 0; g < groups_.size(); ++g)
      set(g, exponents_[g]);
    best_ = bound();
  }

  void run() {
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t g = 0; g < groups_.size(); ++g)
        for (const int step : {-1, 1})
          while (try_exponent(g, exponents_[g] + step))
            improved = true;
    }
  }

  const IdealNetwork &ideal() const { return ideal_; }

private:
  void set(std::size_t g, int exponent) {
    for (Gate *gate : groups_[g])
      gate->scale = std::ldexp(1.0, exponent);
  }

  bool try_exponent(std::size_t g, int exponent) {
    if (exponent < smallest_exponent || exponent > largest_exponent)
      return false;
    set(g, exponent);
    const double candidate = bound();
    // A gain below a thousandth is not worth another round.
    if (candidate < best_ * 0.999) {
      best_ = candidate;
      exponents_[g] = exponent;
      return true;
    }
    set(g, exponents_[g]);
    return false;
  }

  double bound() const { return whole_box_error(net_, ideal_).total; }

  Network &net_;
  IdealNetwork ideal_;
  std::vector<std::vector<Gate *>> groups_;
  std::vector<int> exponents_;
  double best_;
};

} // namespace

std::vector<bool> riding_copies(const HiddenLayer &layer) {
  HiddenLayer alike = layer;
  for (Gate &gate : alike.gates)
    gate.scale = 1.0;
  const Neurons neurons = neurons_of(alike);
  std::vector<bool> used(neurons.distinct.size(), false), rides;
  for (std::size_t g = 0; g < layer.gates.size(); ++g)
    if (layer.gates[g].stencil->order() > 1)
      for (const int neuron : neurons.of_gate[g])
        used[static_cast<std::size_t>(neuron)] = true;
  for (std::size_t g = 0; g < layer.gates.size(); ++g) {
    const std::vector<int> &own = neurons.of_gate[g];
    rides.push_back(layer.gates[g].stencil->order() == 1 &&
                    std::any_of(own.begin(), own.end(), [&](int neuron) {
                      return used[static_cast<std::size_t>(neuron)];
                    }));
  }
  return rides;
}

WholeBoxError settle_scales(Network &net, const std::optional<double> &scale) {
  if (!scale) {
    Descent descent(net);
    descent.run();
    return whole_box_error(net, descent.ideal());
  }
  for (HiddenLayer &layer : net.hidden)
    for (Gate &gate : layer.gates)
      if (gate.stencil->bits == 0)
        gate.scale = round_to(net.dtype, *scale);
  return whole_box_error(net, ideal_network(net));
}

} // namespace polynet
