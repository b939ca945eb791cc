// The scales of a network's gates: coordinate descent on the certified error.
#include "scales.hpp"

#include "bounds/rounding.hpp"
#include "polynet/float_environment.hpp"
#include "refused.hpp"

#include <algorithm>
#include <map>

namespace polynet {

namespace {

// Scales are (1 + j/4) 2^k, counted by 4 k + j.
constexpr int steps_per_octave = 4;
constexpr int smallest_exponent = -40;
constexpr int smallest_step = steps_per_octave * smallest_exponent, largest_step = 0;

double scale_of(int step) {
  const int octave = (step - (steps_per_octave - 1)) / steps_per_octave; // floor, for step <= 0
  return std::ldexp(1.0 + double(step - octave * steps_per_octave) / steps_per_octave, octave);
}

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

WholeBoxError whole_box_error(const Network &net, const std::optional<IdealNetwork> &ideal) {
  if (!ideal)
    return {};
  const auto proved = unless_refused([&] {
    WholeBoxError worst{0.0, 0.0};
    const Truncation truncation(net, *ideal);
    const std::vector<Interval> &errors = truncation.errors();
    const std::vector<double> rounding =
        rounding_by_neurons(net, truncation, default_activation_ulp(net));
    for (std::size_t k = 0; k < errors.size(); ++k) {
      worst.truncation = std::max(worst.truncation, errors[k].mag());
      worst.total = std::max(worst.total, up(errors[k].mag() + rounding[k]));
    }
    return worst;
  });
  return proved.value_or(WholeBoxError{});
}

std::optional<IdealNetwork> ideal_of(const Network &net) {
  return unless_refused([&] { return ideal_network(net); });
}

class Descent {
public:
  Descent(Network &net, Watch *watch) : net_(net), watch_(watch), ideal_(ideal_of(net)) {
    for (std::size_t t = 0; t < net.hidden.size(); ++t) {
      std::map<int, std::vector<Gate *>> kinds;
      const std::vector<int> group = scale_groups(net.hidden[t]);
      for (std::size_t g = 0; g < group.size(); ++g)
        if (Gate &gate = net.hidden[t].gates[g]; gate.stencil->bits == 0) // theirs are set
          kinds[group[g]].push_back(&gate);
      for (auto &[kind, gates] : kinds) {
        groups_.push_back(gates);
        int order = 0;
        for (const Gate *gate : gates)
          order = std::max(order, gate->stencil->order());
        steps_.push_back(steps_per_octave * (kind == 1 ? first_copy_exponent(net, *gates.front())
                                                       : first_exponent(net, order)));
      }
    }
    for (std::size_t g = 0; g < groups_.size(); ++g)
      set(g, steps_[g]);
  }

  // By powers of two first.
  void run() {
    best_ = bound();
    for (const int length : {steps_per_octave, 1})
      for (bool improved = true; improved;) {
        improved = false;
        for (std::size_t g = 0; g < groups_.size(); ++g)
          for (const int step : {-length, length})
            while (try_step(g, steps_[g] + step))
              improved = true;
      }
  }

  const std::optional<IdealNetwork> &ideal() const { return ideal_; }

private:
  void set(std::size_t g, int step) {
    for (Gate *gate : groups_[g])
      gate->scale = scale_of(step);
  }

  bool try_step(std::size_t g, int step) {
    if (step < smallest_step || step > largest_step)
      return false;
    check(watch_);
    set(g, step);
    const double candidate = bound();
    // A gain below a thousandth is not worth another round.
    if (candidate < best_ * 0.999) {
      best_ = candidate;
      steps_[g] = step;
      return true;
    }
    set(g, steps_[g]);
    return false;
  }

  double bound() const { return whole_box_error(net_, ideal_).total; }

  Network &net_;
  Watch *watch_;
  std::optional<IdealNetwork> ideal_;
  std::vector<std::vector<Gate *>> groups_;
  std::vector<int> steps_;
  double best_ = detail::infinity;
};

} // namespace

std::vector<int> scale_groups(const HiddenLayer &layer) {
  HiddenLayer alike = layer;
  std::vector<int> group;
  for (Gate &gate : alike.gates) {
    if (gate.stencil->bits == 0)
      gate.scale = 1.0;
    group.push_back(std::min(gate.stencil->order(), 3));
  }
  const Neurons neurons = neurons_of(alike);
  if (!neurons.shared)
    return group;
  for (bool changed = true; changed;) {
    changed = false;
    std::vector<int> highest(neurons.distinct.size(), 0);
    bool mixed = false; // a neuron of groups 2 and 3
    for (std::size_t g = 0; g < group.size(); ++g)
      for (const int neuron : neurons.of_gate[g]) {
        int &h = highest[static_cast<std::size_t>(neuron)];
        mixed = mixed || (h > 1 && group[g] > 1 && h != group[g]);
        h = std::max(h, group[g]);
      }
    for (std::size_t g = 0; g < group.size(); ++g) {
      int wanted = mixed && group[g] == 2 ? 3 : group[g];
      for (const int neuron : neurons.of_gate[g])
        wanted = std::max(wanted, highest[static_cast<std::size_t>(neuron)]);
      changed = changed || wanted != group[g];
      group[g] = wanted;
    }
  }
  return group;
}

WholeBoxError settle_scales(Network &net, const std::optional<double> &scale, Watch *watch) {
  const SoundFloats floats;
  if (!scale) {
    Descent descent(net, watch);
    try {
      check(watch);
      descent.run();
    } catch (const SearchOver &) {
      return {}; // with the best scales so far
    }
    return whole_box_error(net, descent.ideal());
  }
  for (HiddenLayer &layer : net.hidden)
    for (Gate &gate : layer.gates)
      if (gate.stencil->bits == 0)
        gate.scale = round_to(net.dtype, *scale);
  return whole_box_error(net, ideal_of(net));
}

Network with_form(Network net, Form form, Watch *watch) {
  net.form = form;
  settle_scales(net, {}, watch);
  return net;
}

} // namespace polynet
