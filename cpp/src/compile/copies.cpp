#include "copies.hpp"

#include "algebra/dense.hpp"

namespace polynet {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Terms = std::map<int, double>;

// Beyond this size the span's dimension is not worked out: a guard of time. At 0, which also ends
// the riding of values, 102 networks take 1.3 % more neurons.
constexpr std::size_t max_rank = 150;
// A riding form that is nearer to the span of the others, relative to its size, is left alone:
// what it carries would come with its error times a thousand.
constexpr double well_conditioned = 1e-3;

// The terms whose wires vary on the box; the others are added to the constant.
Terms varying(const Linear &form, const FormRanges &ranges, double &constant) {
  Terms terms;
  constant = form.constant;
  for (const auto &[wire, weight] : form.terms) {
    if (ranges.of(wire).radius == 0.0)
      constant += weight * ranges.of(wire).centre;
    else
      terms.emplace(wire, weight);
  }
  return terms;
}

class Copies {
public:
  Copies(const std::vector<NeededForm> &needed, const FormRanges &ranges,
         const std::vector<Linear> &riding)
      : ranges_(ranges), riding_count_(riding.size()) {
    result_.weights.resize(needed.size());
    result_.constants.resize(needed.size());
    for (std::size_t f = 0; f < needed.size(); ++f) {
      rests_.push_back(varying(needed[f].rest, ranges, result_.constants[f]));
      if (rests_[f].empty())
        continue;
      add_rows(rests_[f]);
      if (directions_.emplace(direction(rests_[f]), distinct_.size()).second)
        distinct_.push_back(direction(rests_[f]));
    }
    wires_ = row_.size();
    riding_constants_.resize(riding.size());
    for (std::size_t i = 0; i < riding.size(); ++i) {
      riding_.push_back(varying(riding[i], ranges, riding_constants_[i]));
      add_rows(riding_[i]);
    }
  }

  CopiedForms run() {
    if (distinct_.empty())
      return std::move(result_);
    if (std::min(distinct_.size(), wires_) > max_rank) {
      if (wires_ <= distinct_.size())
        copy_wires();
      else
        combine({}, all());
      return std::move(result_);
    }
    MatrixXd basis(rows(), 0);
    const MatrixXd wanted = columns(distinct_);
    std::vector<Index> own = independent_columns(wanted, basis), riders;
    if (!riding_.empty() && std::max(riding_.size(), row_.size()) <= max_rank) {
      MatrixXd with_riders(rows(), 0);
      riders = independent_columns(columns(riding_), with_riders, well_conditioned);
      std::vector<Index> fewer = independent_columns(wanted, with_riders);
      if (fewer.size() < own.size())
        own = std::move(fewer);
      else
        riders.clear();
    }
    if (riders.empty() && own.size() == wires_)
      copy_wires();
    else
      combine(riders, own.size() == distinct_.size() ? all() : own);
    return std::move(result_);
  }

private:
  // The same for forms that differ by a factor.
  static Terms direction(Terms terms) {
    const double lead = terms.begin()->second;
    for (auto &[wire, weight] : terms)
      weight /= lead;
    return terms;
  }

  void add_rows(const Terms &terms) {
    for (const auto &[wire, weight] : terms)
      row_.emplace(wire, static_cast<Index>(row_.size()));
  }
  Index rows() const { return static_cast<Index>(row_.size()); }

  std::vector<Index> all() const {
    std::vector<Index> numbers;
    for (std::size_t k = 0; k < distinct_.size(); ++k)
      numbers.push_back(static_cast<Index>(k));
    return numbers;
  }

  double norm(const Terms &terms) const {
    Eigen::VectorXd v(static_cast<Index>(terms.size()));
    Index i = 0;
    for (const auto &[wire, weight] : terms)
      v[i++] = weight * ranges_.of(wire).radius;
    return std::max(v.stableNorm(), 1e-300);
  }

  // Normalised.
  MatrixXd columns(const std::vector<Terms> &forms) const {
    MatrixXd m = MatrixXd::Zero(rows(), static_cast<Index>(forms.size()));
    for (std::size_t k = 0; k < forms.size(); ++k)
      for (const auto &[wire, weight] : forms[k])
        m(row_.at(wire), static_cast<Index>(k)) = weight * ranges_.of(wire).radius / norm(forms[k]);
    return m;
  }

  void copy_wires() {
    std::map<int, std::size_t> number;
    for (std::size_t f = 0; f < rests_.size(); ++f)
      for (const auto &[wire, weight] : rests_[f]) {
        const auto [known, is_new] = number.emplace(wire, result_.forms.size());
        if (is_new)
          result_.forms.push_back({{{wire, 1.0}}, 0.0});
        result_.weights[f][riding_count_ + known->second] = weight;
      }
  }

  // Every needed form from these of the riding ones and these of the distinct ones, the copies.
  void combine(const std::vector<Index> &riders, const std::vector<Index> &own) {
    std::vector<Terms> chosen;
    std::vector<std::size_t> number; // among the riding forms and then the copies
    for (const Index k : riders) {
      chosen.push_back(riding_[static_cast<std::size_t>(k)]);
      number.push_back(static_cast<std::size_t>(k));
    }
    std::map<std::size_t, std::size_t> copy; // of a distinct form
    for (const Index k : own) {
      const auto d = static_cast<std::size_t>(k);
      copy.emplace(d, riding_count_ + result_.forms.size());
      chosen.push_back(distinct_[d]);
      number.push_back(copy.at(d));
      result_.forms.push_back({distinct_[d], 0.0});
    }
    const bool all_copied = copy.size() == distinct_.size();
    const MatrixXd weights = all_copied ? MatrixXd() : solve(columns(chosen), columns(distinct_));
    for (std::size_t f = 0; f < rests_.size(); ++f) {
      if (rests_[f].empty())
        continue;
      const double lead = rests_[f].begin()->second;
      const std::size_t d = directions_.at(direction(rests_[f]));
      if (const auto own_copy = copy.find(d); own_copy != copy.end()) {
        result_.weights[f][own_copy->second] = lead;
        continue;
      }
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        const double w = weights(static_cast<Index>(i), static_cast<Index>(d));
        if (std::fabs(w) <= rank_threshold)
          continue;
        const double weight = lead * w * norm(distinct_[d]) / norm(chosen[i]);
        result_.weights[f][number[i]] = weight;
        if (number[i] < riding_count_)
          result_.constants[f] -= weight * riding_constants_[number[i]];
      }
    }
  }

  const FormRanges &ranges_;
  std::size_t riding_count_, wires_ = 0; // wires of the rests
  std::vector<Terms> rests_, distinct_, riding_;
  std::map<Terms, std::size_t> directions_;
  std::map<int, Index> row_;
  std::vector<double> riding_constants_;
  CopiedForms result_;
};

} // namespace

CopiedForms copied_forms(const std::vector<NeededForm> &needed, const FormRanges &ranges,
                         const std::vector<Linear> &riding) {
  return Copies(needed, ranges, riding).run();
}

} // namespace polynet
