// A gate by Clenshaw's recurrence.
#pragma once

#include "emitter.hpp"

namespace polynet {

/// Iterated differences of a polynomial sum_n c_n T_n, over what they are taken.
///
/// For an operand z_i of the order t_i there are t_i signs; at w = sum sign y_i over all of them,
/// y_i = unit_i z_i, let D be f -> (f(+y) - f(-y))/(2 y) for one sign, and A the mean of both. A
/// state says for how many signs of each operand D is taken, and A for the others. Multiplication
/// of f by w turns one D into A or one A into y^2 D: a matrix W of the states, which takes a
/// number's place in Chebyshev's recurrence, and its transpose in Clenshaw's,
///
///     b_p = c_p e + 2 W' b_(p+1) - b_(p+2),    e = 1 in the state wanted,
///
/// down to the entry of A alone at p = 0. No step divides by an operand: however small they are,
/// nothing cancels.
class Clenshaw {
public:
  Clenshaw(Emitter &emitter, const PlannedSeries &series, const std::int32_t *operands);

  /// Into a new slot; state[i] is the number of D for operand i.
  std::int32_t operator()(const Powers &state, const std::vector<double> &c);
  void release();

private:
  void step(int state, double constant);
  int digit(int state, int i) const { return state / stride_[i] % (target_[i] + 1); }

  Emitter &emitter_;
  const Powers &target_;
  const int operands_;
  int states_ = 1;
  std::array<int, max_operands> stride_{};
  // By operand and k, the slot of 2 (k + 1) y^2.
  std::array<std::vector<std::int32_t>, max_operands> squares_;
  std::vector<std::int32_t> slots_; // b by state; -1: 0
};

} // namespace polynet
