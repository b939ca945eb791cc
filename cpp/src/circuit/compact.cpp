// The compact circuits: each way of factoring, about the origin and about the box's centre.
#include "bits.hpp"
#include "builder.hpp"

namespace polynet {

namespace {

// Beyond this many terms only the ways that pay on sparse polynomials are tried.
constexpr std::size_t many_terms = 200;
constexpr std::size_t max_expanded = 2000;
constexpr std::uint32_t max_seeds = 12;

using Method = Factoring::Method;

// The polynomials about the origin and, where that pays, about the centre of the box.
class Targets {
public:
  Targets(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
          Watch *watch)
      : box_(box), watch_(watch), origin_(box.size(), 0.0) {
    for (const Polynomial &p : polynomials) {
      plain_.push_back(middle(p));
      terms_ += plain_.back().size();
      for (const auto &[m, c] : plain_.back())
        has_high_ = has_high_ || degree(m) > 2;
    }
    for (const Interval &x : box)
      middles_.push_back(x.mid());
    if (has_high_ && terms_ <= many_terms && middles_ != origin_)
      for (const WirePolynomial &p : plain_) {
        auto moved = expanded(p, middles_, max_expanded);
        if (!moved) {
          centred_.clear();
          break;
        }
        centred_.push_back(std::move(*moved));
      }
  }

  bool has_high() const { return has_high_; }
  std::uint32_t seeds() const { return terms_ <= many_terms ? max_seeds : 1; }

  void add(std::vector<Circuit> &circuits, const Factoring &factoring) const {
    add(circuits, factoring, plain_, origin_);
    if (!centred_.empty())
      add(circuits, factoring, centred_, middles_);
  }

private:
  void add(std::vector<Circuit> &circuits, const Factoring &factoring,
           const std::vector<WirePolynomial> &targets, const std::vector<double> &centres) const {
    CompactBuilder builder(box_, centres, factoring, watch_);
    for (const WirePolynomial &p : targets)
      builder.add_output(p);
    circuits.push_back(builder.take());
  }

  const std::vector<Interval> &box_;
  Watch *watch_;
  std::vector<WirePolynomial> plain_, centred_;
  std::vector<double> origin_, middles_;
  std::size_t terms_ = 0;
  bool has_high_ = false;
};

} // namespace

std::vector<Circuit> compact_circuits(const std::vector<Polynomial> &given,
                                      const std::vector<Interval> &given_box,
                                      const std::vector<bool> &bits, Watch *watch) {
  const auto [polynomials, products] = bit_products(given, bits);
  std::vector<Interval> box = given_box;
  box.resize(box.size() + products.size(), Interval(0.0, 1.0));
  const Targets targets(polynomials, box, watch);
  std::vector<Circuit> circuits;
  if (!targets.has_high())
    targets.add(circuits, {Method::horner, false, 0});
  for (std::uint32_t seed = 0; seed < targets.seeds(); ++seed)
    for (const Method method : {Method::horner, Method::pairs})
      for (const bool squares : {false, true})
        targets.add(circuits, {method, squares, seed});
  return circuits;
}

std::vector<Circuit> triple_circuits(const std::vector<Polynomial> &polynomials,
                                     const std::vector<Interval> &box, Watch *watch) {
  const Targets targets(polynomials, box, watch);
  std::vector<Circuit> circuits;
  if (targets.has_high())
    for (std::uint32_t seed = 0; seed < targets.seeds(); ++seed)
      for (const bool squares : {false, true})
        targets.add(circuits, {Method::triples, squares, seed});
  return circuits;
}

} // namespace polynet
