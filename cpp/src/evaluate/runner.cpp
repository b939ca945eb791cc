#include "runner.hpp"

#include "elements.hpp"
#include "threads.hpp"

namespace polynet {

namespace {

// A block's slots: the first few fit the first-level cache whatever the second holds. Measured on
// polynomials of 9 to 159 slots with 32 + 512 KiB of cache; twice or half cost up to 10 %.
constexpr std::size_t block_bytes = 64 << 10, most_slot_bytes = 2 << 10;
// With many slots, no fewer points than these unless the second-level cache would overflow.
constexpr std::size_t second_level = 192 << 10, enough_points = 128;
// Work that pays for a thread (threads.hpp), in instructions times points: half a nanosecond to
// three each.
constexpr std::size_t work_per_thread = 200000;
// A block's instructions are run in so many parts, between which the next points are asked for.
constexpr std::size_t parts = 8;
// Slots of one point that fit on the stack.
constexpr std::size_t stack_slots = 512;

// Slots begin with a cache line, so that no vector lies across two.
template <typename T> struct alignas(64) Line {
  T values[64 / sizeof(T)];
};
static_assert(lanes * sizeof(float) == sizeof(Line<float>));

std::size_t padded(std::size_t count) { return (count + lanes - 1) / lanes * lanes; }

std::size_t block_size(std::size_t slots, std::size_t size) {
  const std::size_t wide = std::min(block_bytes / (slots + 1), most_slot_bytes) / size;
  const std::size_t narrow = std::min(second_level / (slots + 1) / size, enough_points);
  return std::max(lanes, std::max(wide, narrow) / lanes * lanes);
}

} // namespace

template <typename T>
Runner<T>::Runner(const Plan &plan, const Tape &tape, const Kernels &kernels, bool trusted)
    : plan_(plan), tape_(tape), operations_(kernels.of<T>()), trusted_(trusted),
      activation_(*plan.activation, operations_),
      constants_(tape.constants.begin(), tape.constants.end()),
      block_(block_size(tape.slots, sizeof(T))) {
  for (const Interval &x : plan.box) {
    lower_.push_back(static_cast<T>(x.lo()));
    upper_.push_back(static_cast<T>(x.hi()));
  }
}

template <typename T> TapeView<T> Runner<T>::view() const {
  return {tape_.instructions.data(), tape_.sources.data(), constants_.data(),
          &ActivationLoop<T>::run, &activation_};
}

template <typename T>
void Runner<T>::operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                           int threads) const {
  if (count == 1) {
    T on_stack[stack_slots];
    std::vector<T> on_heap(tape_.slots > stack_slots ? tape_.slots : 0);
    one(x, y, on_heap.empty() ? on_stack : on_heap.data());
    return;
  }
  const std::size_t per_point = tape_.instructions.size() + tape_.inputs.size() + 1;
  const std::size_t most = count / (work_per_thread / per_point + 1) + 1;
  const auto task = [&](std::size_t first, std::size_t last) {
    const std::size_t lines = padded(std::min(block_, last - first)) * sizeof(T) / sizeof(Line<T>);
    const std::unique_ptr<Line<T>[]> slots(new Line<T>[tape_.slots * lines]); // not set to 0
    for (; first < last; first += block_) {
      const std::size_t here = std::min(block_, last - first);
      block(x.row(first), here, std::min(block_, last - first - here), y.row(first),
            slots[0].values);
    }
  };
  const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(threads), most);
  if (wanted <= 1)
    return task(0, count);
  const std::size_t blocks = (count + block_ - 1) / block_;
  parallel_for(count, block_ * std::max<std::size_t>(1, blocks / (8 * wanted)),
               static_cast<int>(wanted), task);
}

template <typename T>
bool Runner<T>::inside(const T *slots, std::size_t stride, std::size_t point) const {
  for (std::size_t j = 0; j < lower_.size(); ++j) {
    if (tape_.inputs[j] < 0)
      continue;
    const T value = slots[static_cast<std::size_t>(tape_.inputs[j]) * stride + point];
    if (!(value >= lower_[j] && value <= upper_[j]))
      return false;
  }
  return true;
}

template <typename T>
void Runner<T>::block(const Matrix<const T> &x, std::size_t count, std::size_t ahead,
                      const Matrix<T> &y, T *slots) const {
  const std::size_t end = padded(count);
  bool all_inside = trusted_;
  operations_.load_columns(x.data, x.row_step, x.column_step, count, tape_.inputs.data(),
                           tape_.inputs.size(), slots, end);
  for (std::size_t j = 0; j < lower_.size(); ++j) {
    if (tape_.inputs[j] < 0)
      continue;
    T *slot = slots + static_cast<std::size_t>(tape_.inputs[j]) * end;
    for (std::size_t n = count; n < end; ++n)
      slot[n] = slot[count - 1];
    all_inside = all_inside && operations_.all_within(slot, end, lower_[j], upper_[j]);
  }
  std::vector<std::size_t> outside;
  if (!all_inside) {
    for (std::size_t n = 0; n < end; ++n) {
      if (trusted_ && inside(slots, end, n))
        continue;
      if (n < count)
        outside.push_back(n);
      for (std::size_t j = 0; j < lower_.size(); ++j) // any point of the box, not to be looked at
        if (tape_.inputs[j] >= 0)
          slots[static_cast<std::size_t>(tape_.inputs[j]) * end + n] = lower_[j];
    }
  }
  if (outside.size() < count) {
    const std::size_t instructions = tape_.instructions.size();
    for (std::size_t k = 0; k < parts; ++k) {
      const std::size_t first = ahead * k / parts;
      prefetch(x.row(count + first), ahead * (k + 1) / parts - first, plan_.box.size());
      operations_.run(view(), instructions * k / parts, instructions * (k + 1) / parts, slots, end,
                      end);
    }
    for (std::size_t k = 0; k < tape_.outputs.size(); ++k) {
      const T *slot = slots + static_cast<std::size_t>(tape_.outputs[k]) * end;
      if (y.row_step == sizeof(T))
        store(y, 0, k, slot, count);
      else
        for (std::size_t n = 0; n < count; ++n)
          store(y, n, k, slot + n);
    }
  }
  for (const std::size_t n : outside)
    one(x.row(n), y.row(n), slots);
}

template <typename T>
void Runner<T>::one(const Matrix<const T> &x, const Matrix<T> &y, T *slots) const {
  for (std::size_t j = 0; j < lower_.size(); ++j)
    if (tape_.inputs[j] >= 0)
      slots[tape_.inputs[j]] = load(x, 0, j);
  if (trusted_ && inside(slots, 1, 0))
    operations_.run_one(view(), 0, tape_.instructions.size(), slots);
  else
    guarded(slots);
  for (std::size_t k = 0; k < tape_.outputs.size(); ++k)
    store(y, 0, k, slots + tape_.outputs[k]);
}

template <typename T> void Runner<T>::guarded(T *slots) const {
  const TapeView<T> p = view();
  std::size_t next = 0;
  for (const TapeGate &gate : tape_.gates) {
    const PlannedGate &series = plan_.planned[gate.planned];
    operations_.run_one(p, next, gate.first, slots);
    next = gate.first;
    bool usable = true;
    for (int i = 0; i < series.stencil->operands; ++i) {
      const double z = std::fabs(static_cast<double>(slots[gate.operands[i]]));
      // A NaN, too, is left to the neurons.
      usable = usable && z <= (series.contract ? series.range[i] : detail::largest);
    }
    if (usable)
      continue;
    gate_by_neurons(activation_, series, gate, slots);
    next = gate.last;
  }
  operations_.run_one(p, next, tape_.instructions.size(), slots);
}

template class Runner<double>;
template class Runner<float>;

} // namespace polynet
