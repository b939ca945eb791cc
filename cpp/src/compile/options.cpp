// What may be asked of the compiler; refused by name what may not.
#include "options.hpp"

#include "polynet/error.hpp"

namespace polynet {

namespace {

// Guards of time: nine levels are enough for a term of the highest degree.
constexpr int max_hidden_layers = 64;
constexpr std::uint64_t max_degree = 512;

void check_parameter(const char *name, const std::optional<double> &value, Dtype dtype) {
  if (!value)
    return;
  const double rounded = round_to(dtype, *value);
  const bool positive = std::string(name) == "bias" || rounded > 0.0;
  if (!(std::fabs(rounded) <= float_format(dtype).largest) || !positive)
    throw Error(ErrorCode::invalid_input,
                std::string(name) + " must be finite" + (positive ? "" : " and positive") + " in " +
                    std::string(name_of(dtype)) + ", not " + text(*value));
}

void check_bits(const std::vector<Interval> &box, const std::vector<bool> &bits) {
  if (!bits.empty() && bits.size() != box.size())
    throw Error(ErrorCode::invalid_input, "bits marks " + std::to_string(bits.size()) +
                                              " inputs, but the box has " +
                                              std::to_string(box.size()));
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] && (box[i].lo() != 0.0 || box[i].hi() != 1.0))
      throw Error(ErrorCode::invalid_input,
                  "input " + std::to_string(i) + " is a bit, so that its range must be [0, 1]");
}

void check_degree(const ExactPolynomial &p) {
  if (const std::uint64_t degree = p.degree(); degree > max_degree)
    throw Error(ErrorCode::size_limit, "a term of degree " + std::to_string(degree) + "; at most " +
                                           std::to_string(max_degree) + " is compiled");
}

void check_tolerance(const CompileOptions &options) {
  if (!(*options.tolerance > 0.0))
    throw Error(ErrorCode::invalid_input,
                "tolerance must be positive, not " + text(*options.tolerance));
  if (options.bias || options.scale || options.hidden_layers ||
      options.construction != Construction::compact)
    throw Error(ErrorCode::invalid_input,
                "a tolerance chooses bias, scale, construction and hidden_layers itself; leave "
                "them out, or the tolerance");
}

void check_hidden_layers(int layers) {
  if (layers < 1 || layers > max_hidden_layers)
    throw Error(ErrorCode::invalid_input,
                "hidden_layers must lie between 1 and 64, not " + std::to_string(layers));
}

} // namespace

Construction construction_from_name(std::string_view name) {
  if (name == "compact")
    return Construction::compact;
  if (name == "paper")
    return Construction::paper;
  if (name == "shallow")
    return Construction::shallow;
  throw Error(ErrorCode::invalid_input,
              "unknown construction '" + std::string(name) + "'; known: compact, paper, shallow");
}

std::vector<std::string> construction_names() { return {"compact", "paper", "shallow"}; }

void check_request(const std::vector<ExactPolynomial> &polynomials,
                   const std::vector<Interval> &box, const CompileOptions &options) {
  check_parameter("bias", options.bias, options.dtype);
  check_parameter("scale", options.scale, options.dtype);
  check_parameter("sharpness", options.sharpness, options.dtype);
  if (!options.activation)
    throw Error(ErrorCode::invalid_input, "options.activation must not be null");
  if (polynomials.empty() || box.empty())
    throw Error(ErrorCode::invalid_input, "a network needs at least one input and one polynomial");
  validate(box, options.dtype);
  check_bits(box, options.bits);
  for (const ExactPolynomial &p : polynomials) {
    p.require_variables(box.size());
    check_degree(p);
  }
  if (options.tolerance)
    check_tolerance(options);
  if (options.hidden_layers)
    check_hidden_layers(*options.hidden_layers);
}

} // namespace polynet
