// Polynomials as linear forms over wires: what is built is used again, quadratic parts are
// decomposed.
#include "builder.hpp"

#include "algebra/dense.hpp"
#include "quadratic.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Up to this many polynomials are tried as a basis for the next one: a guard of time only.
constexpr std::size_t max_combined = 24;
constexpr double combined_exactly = 16 * unit_roundoff;
// With larger weights on them (all are normalised) their errors would add up too much.
constexpr double max_weight = 100.0;

// Divides by the leading coefficient; returns it.
double normalise(WirePolynomial &p) {
  double lead = 0.0;
  for (const auto &[m, c] : p)
    if (std::fabs(c) > std::fabs(lead) && !m.empty())
      lead = c;
  for (auto &[m, c] : p)
    c /= lead;
  return lead;
}

} // namespace

CompactBuilder::CompactBuilder(const std::vector<Interval> &box, const std::vector<double> &centres,
                               const Factoring &factoring, Watch *watch)
    : centres_(centres), factoring_(factoring), watch_(watch) {
  circuit_.inputs = static_cast<int>(box.size());
  for (std::size_t i = 0; i < box.size(); ++i)
    ranges_.push_back(box[i] - centres[i]);
}

void CompactBuilder::add_output(const WirePolynomial &polynomial) {
  circuit_.outputs.push_back(combination(build(polynomial)));
}

Combination CompactBuilder::combination(const WirePolynomial &form) const {
  Combination result;
  double constant = 0.0;
  for (const auto &[m, c] : form) {
    if (m.empty()) {
      constant += c;
      continue;
    }
    const std::size_t wire = m[0].variable;
    if (wire < centres_.size())
      constant -= c * centres_[wire];
    result.terms.emplace_back(static_cast<int>(wire), c);
  }
  result.constant = constant;
  return result;
}

Interval CompactBuilder::range(const WirePolynomial &form) const {
  Interval sum = 0.0;
  for (const auto &[m, c] : form)
    sum += m.empty() ? Interval(c) : ranges_[m[0].variable] * c;
  return sum;
}

std::pair<CompactBuilder::Index, double>
CompactBuilder::product(std::vector<WirePolynomial> forms) {
  double factor = 1.0;
  for (WirePolynomial &form : forms)
    factor *= normalise(form);
  std::sort(forms.begin(), forms.end());
  const auto [known, is_new] = products_.emplace(forms, ranges_.size());
  if (!is_new)
    return {known->second, factor};
  Product p;
  Monomial monomial;
  Interval values = 1.0;
  bool of_wires = true;
  for (auto first = forms.begin(); first != forms.end();) {
    const auto last = std::upper_bound(first, forms.end(), *first);
    p.factors.push_back({combination(*first), static_cast<int>(last - first)});
    values *= pow(range(*first), p.factors.back().exponent);
    of_wires = of_wires && first->size() == 1 && !first->begin()->first.empty();
    for (; first != last; ++first)
      if (of_wires)
        monomial = monomial * first->begin()->first;
  }
  if (of_wires && forms.size() == 2)
    known_.emplace(monomial, known->second);
  circuit_.products.push_back(std::move(p));
  ranges_.push_back(values);
  return {known->second, factor};
}

CompactBuilder::Index CompactBuilder::monomial_wire(const Monomial &m) {
  if (const auto wire = known_.find(m); wire != known_.end())
    return wire->second;
  return product({{{wire_monomial(m.front().variable), 1.0}},
                  {{wire_monomial(m.back().variable), 1.0}}})
      .first;
}

// Returns a linear form in the wires that equals p.
WirePolynomial CompactBuilder::build(const WirePolynomial &p) {
  WirePolynomial result, rest;
  for (const auto &[m, c] : p) {
    if (degree(m) <= 1)
      add(result, m, c);
    else if (const auto wire = known_.find(m); wire != known_.end())
      add(result, wire_monomial(wire->second), c);
    else
      rest.emplace(m, c);
  }
  if (rest.empty())
    return result;
  const double lead = normalise(rest);
  auto known = built_.find(rest);
  if (known == built_.end()) {
    std::optional<WirePolynomial> form = combine_built(rest);
    if (!form)
      form = degree_of(rest) > 2 ? build_high(rest) : build_quadratic(rest);
    known = built_.emplace(rest, std::move(*form)).first;
  }
  add(result, known->second, lead);
  return result;
}

// p as a combination of polynomials and monomials that are built already, if it is one.
std::optional<WirePolynomial> CompactBuilder::combine_built(const WirePolynomial &p) const {
  if (built_.empty() || built_.size() > max_combined)
    return std::nullopt;
  std::map<Monomial, Eigen::Index> row;
  const auto add_rows = [&](const WirePolynomial &q) {
    for (const auto &[m, c] : q)
      if (known_.count(m) == 0)
        row.emplace(m, static_cast<Eigen::Index>(row.size()));
  };
  add_rows(p);
  for (const auto &[q, form] : built_)
    add_rows(q);
  const auto column = [&](const WirePolynomial &q) {
    Eigen::VectorXd v = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(row.size()));
    for (const auto &[m, c] : q)
      if (const auto r = row.find(m); r != row.end())
        v[r->second] = c;
    return v;
  };
  Eigen::MatrixXd columns(row.size(), built_.size());
  Eigen::Index k = 0;
  for (const auto &[q, form] : built_)
    columns.col(k++) = column(q);
  const Eigen::VectorXd wanted = column(p);
  const Eigen::VectorXd weights = solve(columns, wanted);
  // Exact up to rounding in every coefficient, or not a combination.
  const Eigen::VectorXd numbers =
      columns.cwiseAbs().lazyProduct(weights.cwiseAbs()) + wanted.cwiseAbs();
  const Eigen::VectorXd misfit = (columns.lazyProduct(weights) - wanted).cwiseAbs();
  if (!(misfit.array() <= combined_exactly * numbers.array()).all() ||
      weights.cwiseAbs().maxCoeff() > max_weight)
    return std::nullopt;
  WirePolynomial result, rest = p;
  k = 0;
  for (const auto &[q, form] : built_) {
    add(result, form, weights[k]);
    add(rest, q, -weights[k++]);
  }
  for (const auto &[m, c] : rest)
    if (const auto wire = known_.find(m); wire != known_.end())
      add(result, wire_monomial(wire->second), c);
  return result;
}

WirePolynomial CompactBuilder::build_quadratic(const WirePolynomial &p) {
  // Parts without common wires are taken apart each on its own.
  std::map<Index, Index> parent;
  const auto root = [&parent](Index i) {
    while (parent.at(i) != i)
      i = parent.at(i);
    return i;
  };
  for (const auto &[m, c] : p)
    for (const Index wire : wires_of(m))
      parent.emplace(wire, wire);
  for (const auto &[m, c] : p)
    parent[root(m.front().variable)] = root(m.back().variable);
  std::map<Index, std::vector<Index>> components;
  for (const auto &[wire, above] : parent)
    components[root(wire)].push_back(wire);
  std::map<Index, WirePolynomial> parts;
  for (const auto &[m, c] : p)
    parts[root(m.front().variable)].emplace(m, c);
  WirePolynomial result;
  for (const auto &[top, wires] : components)
    decompose_component(wires, parts.at(top), result);
  return result;
}

void CompactBuilder::decompose_component(const std::vector<Index> &wires, const WirePolynomial &p,
                                         WirePolynomial &result) {
  const auto n = static_cast<Eigen::Index>(wires.size());
  std::map<Index, Eigen::Index> position;
  Eigen::VectorXd radius(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Index wire = wires[static_cast<std::size_t>(i)];
    position.emplace(wire, i);
    const double r = ranges_[wire].rad();
    // A power of two, so that scaling is exact.
    radius[i] = std::isfinite(r) && r > 0.0 ? std::exp2(std::ilogb(r)) : 1.0;
  }
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (const auto &[m, c] : p) {
    const Eigen::Index i = position.at(m.front().variable), j = position.at(m.back().variable);
    const double entry = c * radius[i] * radius[j];
    a(i, j) = a(j, i) = i == j ? entry : 0.5 * entry;
  }
  FreeEntries free = FreeEntries::Constant(n, n, false);
  for (const auto &[m, wire] : known_)
    if (const auto i = position.find(m.front().variable), j = position.find(m.back().variable);
        i != position.end() && j != position.end())
      free(i->second, j->second) = free(j->second, i->second) = true;

  const Decomposition d = decompose(a, free);
  const auto form = [&](const Eigen::VectorXd &weights) {
    WirePolynomial f;
    for (Eigen::Index i = 0; i < n; ++i)
      add(f, wire_monomial(wires[static_cast<std::size_t>(i)]), weights[i] / radius[i]);
    return f;
  };
  for (const FormProduct &term : d.products) {
    const auto [wire, weight] = product({form(term.left), form(term.right)});
    add(result, wire_monomial(wire), term.factor * weight);
  }
  for (const Decomposition::Free &term : d.free) {
    const Monomial m = wire_monomial(wires[static_cast<std::size_t>(term.i)]) *
                       wire_monomial(wires[static_cast<std::size_t>(term.j)]);
    add(result, wire_monomial(known_.at(m)), term.weight / (radius[term.i] * radius[term.j]));
  }
}

} // namespace polynet
