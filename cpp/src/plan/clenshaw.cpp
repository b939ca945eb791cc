#include "clenshaw.hpp"

namespace polynet {

Clenshaw::Clenshaw(Emitter &emitter, const PlannedSeries &series, const std::int32_t *operands)
    : emitter_(emitter), target_(series.stencil->target), operands_(series.stencil->operands) {
  for (int i = 0; i < operands_; ++i) {
    stride_[i] = states_;
    states_ *= target_[i] + 1;
    const Weighted y{operands[i], series.unit[i]};
    const std::int32_t square = emitter.acquire();
    emitter.combine(square, 0.0, &y, 1);
    emitter.multiply(square, square, square);
    for (int k = 1; k <= target_[i]; ++k) {
      const Weighted multiple{square, 2.0 * k};
      squares_[i].push_back(emitter.acquire());
      emitter.combine(squares_[i].back(), 0.0, &multiple, 1);
    }
    emitter.release(square);
  }
}

void Clenshaw::release() {
  for (const std::vector<std::int32_t> &slots : squares_)
    for (const std::int32_t slot : slots)
      emitter_.release(slot);
}

std::int32_t Clenshaw::operator()(const Powers &state, const std::vector<double> &c) {
  int start = 0;
  for (int i = 0; i < operands_; ++i)
    start += state[i] * stride_[i];
  slots_.assign(static_cast<std::size_t>(states_), -1);
  const auto order = [&](int s) {
    int sum = 0;
    for (int i = 0; i < operands_; ++i)
      sum += digit(s, i);
    return sum;
  };
  for (int p = static_cast<int>(c.size()) - 1; p > 0; --p)
    for (int s = 0; s < states_; ++s)
      if (order(s) <= p && (p - order(s)) % 2 == 0)
        step(s, s == start ? c[static_cast<std::size_t>(p)] : 0.0);
  // p = 0: without the factor 2.
  std::vector<Weighted> terms;
  if (slots_[0] >= 0)
    terms.push_back({slots_[0], -1.0});
  for (int i = 0; i < operands_; ++i)
    if (const std::int32_t slot = slots_[static_cast<std::size_t>(stride_[i])]; slot >= 0)
      terms.push_back({slot, 1.0});
  const std::int32_t value = emitter_.acquire();
  emitter_.sum(value, start == 0 ? c[0] : 0.0, terms);
  for (const std::int32_t slot : slots_)
    if (slot >= 0)
      emitter_.release(slot);
  return value;
}

// b_p in place of b_(p+2), from its neighbours' b_(p+1).
void Clenshaw::step(int s, double constant) {
  std::int32_t &slot = slots_[static_cast<std::size_t>(s)];
  std::vector<Weighted> terms;
  std::vector<std::pair<std::int32_t, std::int32_t>> products;
  if (slot >= 0)
    terms.push_back({slot, -1.0});
  for (int i = 0; i < operands_; ++i) {
    const int k = digit(s, i);
    const auto neighbour = [&](int step) {
      return slots_[static_cast<std::size_t>(s + step * stride_[i])];
    };
    if (k < target_[i] && neighbour(1) >= 0)
      terms.push_back({neighbour(1), 2.0 * (k + 1)});
    if (k > 0 && neighbour(-1) >= 0)
      products.emplace_back(squares_[i][static_cast<std::size_t>(target_[i] - k)], neighbour(-1));
  }
  if (terms.empty() && products.empty() && constant == 0.0)
    return;
  if (slot < 0)
    slot = emitter_.acquire();
  emitter_.sum(slot, constant, terms);
  for (const auto &[square, before] : products)
    emitter_.multiply_add(slot, square, before, slot);
}

} // namespace polynet
