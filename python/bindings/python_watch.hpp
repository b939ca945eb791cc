// What a search asks of Python now and then: signals, progress, the time.
#pragma once

#include "register.hpp"

#include <chrono>
#include <optional>

namespace polynet_python {

/// Lets Ctrl-C through, reports progress and keeps a time limit, twenty times a second. For use
/// without the interpreter's lock.
class PythonWatch final : public polynet::Watch {
public:
  /// Calls report(networks, neurons of the smallest) unless it is None; over after so many seconds.
  explicit PythonWatch(std::optional<double> seconds = {}, py::object report = py::none())
      : seconds_(seconds), report_(std::move(report)) {}

private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto interval = std::chrono::milliseconds(50);

  bool is_over() override {
    const Clock::time_point now = Clock::now();
    if (now < next_)
      return false;
    ask();
    next_ = Clock::now() + interval;
    return seconds_ && std::chrono::duration<double>(now - start_).count() >= *seconds_;
  }

  void ask() const {
    const py::gil_scoped_acquire lock;
    if (PyErr_CheckSignals() != 0)
      throw py::error_already_set();
    if (!report_.is_none())
      report_(networks(), fewest_neurons());
  }

  const Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_;
  const std::optional<double> seconds_;
  const py::object report_;
};

} // namespace polynet_python
