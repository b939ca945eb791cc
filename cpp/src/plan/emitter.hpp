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

  /// constant + the first terms, as many as one instruction takes.
  void combine(std::int32_t target, double constant, const Weighted *terms, std::size_t count);
  /// target += the terms, of which none is the target.
  void accumulate(std::int32_t target, const Weighted *terms, std::size_t count);
  /// A portion of a group of sums, given its sources' slots and its sums': those that have none yet
  /// get one and their constants.
  void add(const std::vector<Sum> &sums, const Portion &portion,
           const std::vector<std::int32_t> &sources, const std::vector<std::int32_t *> &targets);
  /// constant + all terms; the target may be the first.
  void sum(std::int32_t target, double constant, const std::vector<Weighted> &terms);
  void multiply(std::int32_t target, std::int32_t a, std::int32_t b);
  void multiply_add(std::int32_t target, std::int32_t a, std::int32_t b, std::int32_t c);
  void sign(std::int32_t target, std::int32_t source);
  void series(std::int32_t target, const PlannedSeries &series, const std::int32_t *operands);
  /// The activation at bias + its one or two terms, of which none is the target.
  void neuron(std::int32_t target, double bias, const std::vector<Weighted> &terms,
              const NearBias &near);
  /// The activation at target, or its derivative (order 1), in place.
  void activate(std::int32_t target, int order);

  Tape tape;

private:
  void append(Opcode opcode, int detail, std::int32_t target, const std::vector<std::int32_t> &from,
              const std::vector<double> &constants);

  std::vector<std::int32_t> free_;
};

} // namespace polynet
