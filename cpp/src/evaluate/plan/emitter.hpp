// Instructions and slots: a slot is handed out again once it is released.
#pragma once

#include "groups.hpp"
#include "near_bias.hpp"

namespace polynet {

/// A factor and the slot that it multiplies.
struct Weighted {
  std::int32_t slot;
  double weight;
};

/// Appends instructions to a tape. `acquire` finds a free slot; every other function writes to the
/// slot `target`, which may be one of its sources unless it says otherwise.
class Emitter {
public:
  std::int32_t acquire();
  void release(std::int32_t slot) { free_.push_back(slot); }

  /// constant + the terms, from the left; the target may be the first of them.
  void sum(std::int32_t target, double constant, const std::vector<Weighted> &terms);
  /// target += the terms, of which none is the target.
  void add(std::int32_t target, const std::vector<Weighted> &terms);
  /// A portion of a group of sums, given its sources' slots and its sums': those that have none yet
  /// get one and their constants.
  void add(const std::vector<Sum> &sums, const Portion &portion,
           const std::vector<std::int32_t> &sources, const std::vector<std::int32_t *> &targets);
  void multiply(std::int32_t target, std::int32_t a, std::int32_t b);
  void multiply_add(std::int32_t target, std::int32_t a, std::int32_t b, std::int32_t c);
  void sign(std::int32_t target, std::int32_t source);
  void series(std::int32_t target, const PlannedGate &series, const std::int32_t *operands);
  /// The activation at bias + its one or two terms, of which none is the target.
  void neuron(std::int32_t target, double bias, const std::vector<Weighted> &terms,
              const NearBias &near);
  /// The activation at target, or its derivative (order 1), in place.
  void activate(std::int32_t target, int order);

  Tape tape;

private:
  void append(Opcode opcode, int detail, std::int32_t target, const std::vector<std::int32_t> &from,
              const std::vector<double> &constants);
  void append_sum(Opcode opcode, std::int32_t target, std::vector<double> constants,
                  const Weighted *terms, std::size_t count);

  std::vector<std::int32_t> free_;
};

} // namespace polynet
