// Where the rooms of the proofs refuse a network the search needs a value: that it has none.
#pragma once

#include "polynet/error.hpp"

#include <optional>

namespace polynet {

/// What `work` returns; none if it refuses with an Error. The only place of the compiler that takes
/// one for a decision.
template <typename Work> auto unless_refused(const Work &work) -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const Error &) {
    return std::nullopt;
  }
}

} // namespace polynet
