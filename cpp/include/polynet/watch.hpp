// How a long search is watched, and ended early.
#pragma once

namespace polynet {

/// What ends a search that is over; never leaves the library. No Error, so that it passes by those
/// who take an Error for one network less.
struct SearchOver {};

/// Watches a search, from the thread that searches. An exception that is_over() throws ends the
/// search and reaches its caller.
class Watch {
public:
  virtual ~Watch() = default;

  /// Throws SearchOver once the search is over. In every long loop.
  void check() {
    if (!over_)
      over_ = is_over();
    if (over_)
      throw SearchOver();
  }
  /// Whether a check has found that it is over.
  bool over() const { return over_; }

  /// The search tells of a network that it has laid out.
  void laid_out(int neurons) {
    fewest_ = networks_ == 0 || neurons < fewest_ ? neurons : fewest_;
    ++networks_;
  }
  /// How many networks were laid out so far, and the neurons of the smallest; 0 before the first.
  long networks() const { return networks_; }
  int fewest_neurons() const { return fewest_; }

private:
  /// Whether to end the search with what it has found. Asked every few milliseconds as a rule, but
  /// also a million times a second: it should cost little.
  virtual bool is_over() = 0;

  bool over_ = false;
  long networks_ = 0;
  int fewest_ = 0;
};

/// A check by a watch, if there is one.
inline void check(Watch *watch) {
  if (watch)
    watch->check();
}

} // namespace polynet
