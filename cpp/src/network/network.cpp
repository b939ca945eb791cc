#include "polynet/network.hpp"

#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace polynet {

namespace {

// Above what is compiled (degree 512): what a network from elsewhere may have.
constexpr int max_degree = 1024;

[[noreturn]] void unknown(std::string_view what, std::string_view name, const char *known) {
  throw Error(ErrorCode::invalid_input,
              "unknown " + std::string(what) + " '" + std::string(name) + "'; known: " + known);
}

} // namespace

double round_to(Dtype d, double x) {
  return d == Dtype::float32 ? static_cast<double>(static_cast<float>(x)) : x;
}

Dtype dtype_from_name(std::string_view name) {
  if (name == "float64")
    return Dtype::float64;
  if (name == "float32")
    return Dtype::float32;
  unknown("dtype", name, "float32, float64");
}
std::string_view name_of(Dtype d) { return d == Dtype::float32 ? "float32" : "float64"; }

Form form_from_name(std::string_view name) {
  if (name == "factored")
    return Form::factored;
  if (name == "merged")
    return Form::merged;
  unknown("form", name, "factored, merged");
}
std::string_view name_of(Form f) { return f == Form::factored ? "factored" : "merged"; }

int HiddenLayer::neurons() const { return static_cast<int>(neurons_of(*this).distinct.size()); }

int Network::neurons() const {
  int sum = 0;
  for (const HiddenLayer &layer : hidden)
    sum += layer.neurons();
  return sum;
}

double Network::nearest_input(std::size_t input, double x) const {
  const double value = is_bit(input) ? (x < 0.5 ? 0.0 : 1.0) : round_to(dtype, x);
  return std::clamp(value, box[input].lo(), box[input].hi());
}

void validate(const Network &net) {
  const SoundFloats floats;
  const auto require = [](bool condition, const std::string &message) {
    if (!condition)
      throw Error(ErrorCode::invalid_input, "not a valid network: " + message);
  };
  const auto representable = [&](double x) {
    return std::fabs(x) <= float_format(net.dtype).largest && round_to(net.dtype, x) == x;
  };
  const auto check_forms = [&](const std::vector<Affine> &forms, std::size_t sources) {
    for (const Affine &form : forms) {
      require(representable(form.constant), "a constant is not a finite number of the dtype");
      for (const auto &[source, weight] : form.terms) {
        require(source >= 0 && static_cast<std::size_t>(source) < sources,
                "a weight refers to gate " + std::to_string(source) + " of " +
                    std::to_string(sources));
        require(representable(weight), "a weight is not a finite number of the dtype");
      }
    }
  };
  require(net.activation != nullptr, "it has no activation");
  require(!net.box.empty(), "it has no inputs");
  require(!net.outputs.empty(), "it has no outputs");
  for (const Interval &x : net.box)
    require(representable(x.lo()) && representable(x.hi()),
            "an endpoint of the box is not a finite number of the dtype");
  require(net.bits.empty() || net.bits.size() == net.box.size(),
          "it marks " + std::to_string(net.bits.size()) + " inputs as bits or not, but has " +
              std::to_string(net.box.size()));
  require(net.origin.empty() || net.origin.size() == net.box.size(),
          "it has the origins of " + std::to_string(net.origin.size()) + " inputs, but " +
              std::to_string(net.box.size()) + " inputs");
  for (std::size_t i = 0; i < net.origin.size(); ++i) {
    require(representable(net.origin[i]), "an origin is not a finite number of the dtype");
    require(!net.is_bit(i) || net.origin[i] == 0.0, "the origin of a bit is not 0");
  }
  for (std::size_t i = 0; i < net.bits.size(); ++i)
    require(!net.bits[i] || (net.box[i].lo() == 0.0 && net.box[i].hi() == 1.0),
            "the range of a bit is not [0, 1]");
  // The operand of a gate of bits is the sum of so many bits less their number, plus 1/2.
  const auto is_sum_of_bits = [&](const Affine &form, int count) {
    std::set<int> summed;
    for (const auto &[source, weight] : form.terms)
      if (weight == 1.0 && net.is_bit(static_cast<std::size_t>(source)))
        summed.insert(source);
    return form.terms.size() == summed.size() && static_cast<int>(summed.size()) == count &&
           form.constant == 0.5 - count;
  };
  std::size_t sources = net.box.size();
  std::vector<int> degrees(sources, 1); // of the sources as polynomials in the inputs
  for (const HiddenLayer &layer : net.hidden) {
    require(!layer.gates.empty(), "a hidden layer is empty");
    check_forms(layer.operands, sources);
    std::vector<int> operand_degrees, gate_degrees;
    for (const Affine &form : layer.operands) {
      operand_degrees.push_back(0);
      for (const auto &[source, weight] : form.terms)
        operand_degrees.back() =
            std::max(operand_degrees.back(), degrees[static_cast<std::size_t>(source)]);
    }
    for (const Gate &gate : layer.gates) {
      require(gate.stencil != nullptr, "a gate has no stencil");
      require(representable(gate.bias), "a bias is not a finite number of the dtype");
      require(representable(gate.scale) && gate.scale > 0.0,
              "a scale is not a positive number of the dtype");
      for (int i = 0; i < gate.stencil->operands; ++i)
        require(gate.operands[i] >= 0 &&
                    static_cast<std::size_t>(gate.operands[i]) < layer.operands.size(),
                "a gate refers to operand " + std::to_string(gate.operands[i]) + " of " +
                    std::to_string(layer.operands.size()));
      const int bits = gate.stencil->bits;
      if (bits > 0)
        require(
            &layer == &net.hidden.front() &&
                is_sum_of_bits(layer.operands[static_cast<std::size_t>(gate.operands[0])], bits),
            "the operand of a " + gate.stencil->name + " gate is not a sum of bits");
      int degree = bits;
      for (int i = 0; i < gate.stencil->operands; ++i)
        degree +=
            gate.stencil->target[i] * operand_degrees[static_cast<std::size_t>(gate.operands[i])];
      require(degree <= max_degree, "its degree exceeds " + std::to_string(max_degree));
      gate_degrees.push_back(degree);
    }
    degrees = std::move(gate_degrees);
    sources = layer.gates.size();
  }
  check_forms(net.outputs, sources);
}

void validate(const std::vector<Interval> &box, Dtype dtype) {
  const auto representable = [&](double x) {
    return std::fabs(x) <= float_format(dtype).largest && round_to(dtype, x) == x;
  };
  for (std::size_t i = 0; i < box.size(); ++i)
    if (!representable(box[i].lo()) || !representable(box[i].hi()))
      throw Error(ErrorCode::invalid_input,
                  "the endpoints of the box must be finite, in ascending order and representable "
                  "in " +
                      std::string(name_of(dtype)) + "; those of input " + std::to_string(i) +
                      " are not");
}

} // namespace polynet
