#include "emitter.hpp"

namespace polynet {

std::int32_t Emitter::acquire() {
  if (free_.empty())
    return static_cast<std::int32_t>(tape.slots++);
  const std::int32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void Emitter::append(Opcode opcode, int detail, std::int32_t target,
                     const std::vector<std::int32_t> &from, const std::vector<double> &constants) {
  tape.instructions.push_back({opcode, static_cast<std::uint8_t>(detail), target,
                               static_cast<std::int32_t>(tape.sources.size()),
                               static_cast<std::int32_t>(tape.constants.size())});
  tape.sources.insert(tape.sources.end(), from.begin(), from.end());
  tape.constants.insert(tape.constants.end(), constants.begin(), constants.end());
}

// Of no more terms than one instruction takes.
void Emitter::append_sum(Opcode opcode, std::int32_t target, std::vector<double> constants,
                         const Weighted *terms, std::size_t count) {
  std::vector<std::int32_t> from;
  for (std::size_t k = 0; k < count; ++k) {
    from.push_back(terms[k].slot);
    constants.push_back(terms[k].weight);
  }
  append(opcode, static_cast<int>(count), target, from, constants);
}

void Emitter::sum(std::int32_t target, double constant, const std::vector<Weighted> &terms) {
  const std::size_t first = std::min<std::size_t>(terms.size(), combine_limit);
  append_sum(Opcode::combine, target, {constant}, terms.data(), first);
  add(target, {terms.begin() + std::ptrdiff_t(first), terms.end()});
}

void Emitter::add(std::int32_t target, const std::vector<Weighted> &terms) {
  for (std::size_t k = 0; k < terms.size(); k += combine_limit)
    append_sum(Opcode::accumulate, target, {}, terms.data() + k,
               std::min<std::size_t>(terms.size() - k, combine_limit));
}

void Emitter::add(const std::vector<Sum> &sums, const Portion &portion,
                  const std::vector<std::int32_t> &sources,
                  const std::vector<std::int32_t *> &targets) {
  const bool is_new = *targets[0] < 0, is_group = targets.size() > 1;
  if (is_new)
    for (std::int32_t *target : targets)
      *target = acquire();
  std::vector<std::int32_t> slots = sources;
  std::vector<double> constants;
  for (std::size_t j = 0; j < (is_group ? group_size : 1); ++j) {
    const std::size_t i = std::min(j, targets.size() - 1); // the last stands in for more
    const Sum &sum = sums[portion.sums[i]];
    if (is_new)
      constants.push_back(sum.constant);
    const auto first = sum.weights.end() - std::ptrdiff_t(portion.left);
    constants.insert(constants.end(), first, first + std::ptrdiff_t(sources.size()));
    if (j > 0)
      slots.push_back(*targets[i]);
  }
  const Opcode opcode = is_group ? (is_new ? Opcode::combine_group : Opcode::accumulate_group)
                                 : (is_new ? Opcode::combine : Opcode::accumulate);
  append(opcode, static_cast<int>(sources.size()), *targets[0], slots, constants);
}

void Emitter::multiply(std::int32_t target, std::int32_t a, std::int32_t b) {
  append(Opcode::multiply, 0, target, {a, b}, {});
}

void Emitter::multiply_add(std::int32_t target, std::int32_t a, std::int32_t b, std::int32_t c) {
  append(Opcode::multiply_add, 0, target, {a, b, c}, {});
}

void Emitter::sign(std::int32_t target, std::int32_t source) {
  append(Opcode::sign, 0, target, {source}, {});
}

void Emitter::series(std::int32_t target, const PlannedGate &series, const std::int32_t *operands) {
  append(series.opcode, series.orders, target, {operands, operands + series.stencil->operands},
         series.constants);
}

void Emitter::neuron(std::int32_t target, double bias, const std::vector<Weighted> &terms,
                     const NearBias &near) {
  std::vector<std::int32_t> from;
  std::vector<double> constants{bias};
  for (const Weighted &term : terms) {
    from.push_back(term.slot);
    constants.push_back(term.weight);
  }
  constants.push_back(near.reach);
  constants.insert(constants.end(), near.coefficients.begin(), near.coefficients.end());
  append(terms.size() == 1 ? Opcode::neuron : Opcode::neuron_of_two,
         static_cast<int>(near.coefficients.size()) - 1, target, from, constants);
}

void Emitter::activate(std::int32_t target, int order) {
  append(Opcode::activate, order, target, {target}, {});
}

} // namespace polynet
