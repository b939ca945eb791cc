// The certifier: network and polynomials -> certificate.
#pragma once

#include "polynet/certificate.hpp"
#include "polynet/evaluate.hpp"
#include "polynet/exact.hpp"
#include "polynet/watch.hpp"

#include <memory>
#include <vector>

namespace polynet {

struct CertifyOptions {
  Way way = Way::gates;
  /// Stop splitting the box when truncation_upper / truncation_lower is at most this, or
  /// truncation_upper at most 1 % of the rounding.
  double ratio = 1.01;
  /// Stop after this many boxes, whatever the ratio; after a quarter of them if these gained less
  /// than a twentieth of what the bounds are apart.
  std::size_t max_boxes = 4000;
  /// Assumed error of the activation in ulp; 0 for the dtype's default.
  double activation_ulp = 0.0;
};

/// A part of the box: an interval for every input.
using Part = std::vector<std::pair<double, double>>;

/// A bound of the truncation error on one part of the box, and what helps to go on from there.
struct PartBound {
  double upper;
  /// A point of the part where the error may be largest.
  std::vector<double> candidate;
  /// The variable along which a split promises most.
  std::size_t direction;
};

/// Parts of the box that await their bounds, all for one output.
struct Task {
  std::size_t output;
  std::vector<Part> parts;
};

/// Certifies in steps, so that a caller can look at the bounds in between, stop, or have the parts
/// of the box bounded elsewhere:
///
///     Certifier certifier(net, polynomials, options);
///     for (Task task; !(task = certifier.next()).parts.empty();)
///       certifier.accept(certifier.bounds(task));
///     certifier.certificate();
///
/// A bound is a function of the network, the options and the part alone, so that who computes it
/// makes no difference. The network must outlive the certifier.
class Certifier {
public:
  /// Error (invalid_input) if an option or the number of polynomials or variables does not fit;
  /// (not_certified) if no finite bound can be proved, with the reason; (time_limit), here and
  /// below, if a watch says that the time is up; (internal), likewise, if bounds contradict each
  /// other.
  Certifier(const Network &net, const std::vector<ExactPolynomial> &polynomials,
            const CertifyOptions &options, Watch *watch = nullptr);
  ~Certifier();

  /// The parts to bound next; none once every output has reached its ratio or its share of boxes.
  Task next();
  /// Takes the bounds of the parts that next() gave last, in the same order.
  void accept(const std::vector<PartBound> &bounds);

  /// Bounds parts of a task. May run in several threads at once, a watch of one thread alone.
  std::vector<PartBound> bounds(const Task &task, Watch *watch = nullptr) const;

  /// What is proved so far of an output, all but the evaluation's own `lower` and `witness`.
  OutputBounds so_far(std::size_t output) const;
  /// What is proved so far. Error (not_certified) as long as there is no finite bound.
  Certificate certificate(Watch *watch = nullptr) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Proves two-sided bounds on the distance between the network and the polynomials, one per
/// output, over the network's box: all steps of a Certifier.
Certificate certify(const Network &net, const std::vector<ExactPolynomial> &polynomials,
                    const CertifyOptions &options);

} // namespace polynet
