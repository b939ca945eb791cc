// A gate by Clenshaw's recurrence.
#pragma once

#include "emitter.hpp"

namespace polynet {

/// The differences of a polynomial sum_n c_n T_n, divided by what they are taken over: c of a gate
/// and of its derivatives are PlannedSeries::chebyshev and slope_chebyshev.
///
/// For an operand z_i of the order t_i there are n_i = max(t_i, 1) signs e; at w = sum e y, with
/// y_i = unit_i z_i, let D be f -> (f(+y) - f(-y))/(2 y) for one sign and A the mean of both. A
/// state says for how many signs of each operand D is taken, A for the others. Multiplication of f
/// by w turns one D into A or one A into y^2 D: a matrix W of the states, which Chebyshev's and
/// Clenshaw's recurrences take in place of a number: b_p = c_p + 2 W' b_(p+1) - b_(p+2), from the
/// state's own entry down to that of A alone. Nothing cancels however small the operands are.
class Clenshaw {
public:
  Clenshaw(Emitter &emitter, const PlannedSeries &series, const std::int32_t *operands);

  /// Into a new slot; state[i] is the number of D for operand i.
  std::int32_t operator()(const Powers &state, const std::vector<double> &c);
  /// The slot of y_i.
  std::int32_t operand(int i) const { return operands_[i]; }
  void release();

private:
  void step(int state, double constant);

  Emitter &emitter_;
  const PlannedSeries &series_;
  int states_ = 1;
  std::array<int, max_operands> signs_{}, stride_{};
  std::array<std::int32_t, max_operands> operands_{};
  // By operand and k, the slot of 2 k y^2.
  std::array<std::vector<std::int32_t>, max_operands> squares_;
  std::vector<std::int32_t> slots_; // b by state; -1: 0
};

} // namespace polynet
