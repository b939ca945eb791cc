#include "carriers.hpp"

#include "../linear_algebra/dense.hpp"

#include <set>

namespace polynet {

namespace {

// Beyond this size the span's dimension is not worked out.
constexpr std::size_t max_rank = 150;
// A riding form that is nearer to the span of the others, relative to its size, is left alone.
constexpr double well_conditioned = 1e-3;

std::map<int, double> direction(const Linear &form) {
  std::map<int, double> terms = form.terms;
  const double lead = terms.begin()->second;
  for (auto &[wire, weight] : terms)
    weight /= lead;
  return terms;
}

// Each form as a combination of the pivots among the columns of `directions`.
struct Basis {
  std::vector<Eigen::Index> pivots;
  Eigen::MatrixXd weights; // per pivot, per direction
};

Basis basis_of(const std::vector<std::map<int, double>> &directions, const std::set<int> &wires,
               const FormRanges &ranges) {
  std::map<int, Eigen::Index> row;
  for (const int wire : wires)
    row.emplace(wire, static_cast<Eigen::Index>(row.size()));
  Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(wires.size()),
                                                  static_cast<Eigen::Index>(directions.size()));
  Eigen::VectorXd norms(columns.cols());
  for (Eigen::Index k = 0; k < columns.cols(); ++k) {
    for (const auto &[wire, weight] : directions[static_cast<std::size_t>(k)])
      columns(row.at(wire), k) = weight * ranges.of(wire).radius;
    norms[k] = columns.col(k).stableNorm();
    columns.col(k) /= norms[k];
  }
  const std::vector<Eigen::Index> pivots = independent_columns(columns).pivots;
  Eigen::MatrixXd chosen(columns.rows(), pivots.size());
  for (std::size_t i = 0; i < pivots.size(); ++i)
    chosen.col(static_cast<Eigen::Index>(i)) = columns.col(pivots[i]);
  Basis basis{pivots, solve(chosen, columns)};
  for (std::size_t i = 0; i < pivots.size(); ++i)
    for (Eigen::Index k = 0; k < columns.cols(); ++k) {
      double &w = basis.weights(static_cast<Eigen::Index>(i), k);
      w = std::fabs(w) < rank_threshold ? 0.0 : w * norms[k] / norms[pivots[i]];
    }
  return basis;
}

// The distinct forms up to a factor and a constant; wires that are constant on the box are not
// carried.
struct Distinct {
  std::map<std::map<int, double>, std::size_t> index;
  std::vector<std::map<int, double>> directions;
  std::set<int> wires;
  std::vector<Linear> varying; // the needed forms without their constants
};

Linear without_constants(const Linear &form, const FormRanges &ranges, double &constant) {
  Linear rest;
  constant = form.constant;
  for (const auto &[wire, weight] : form.terms) {
    if (ranges.of(wire).radius == 0.0)
      constant += weight * ranges.of(wire).centre;
    else
      rest.terms.emplace(wire, weight);
  }
  return rest;
}

// Carries all that is needed; the carriers' numbers start after those of the riding forms.
void carry(Carriers &carriers, const Distinct &needed, const FormRanges &ranges,
           std::size_t riding) {
  Basis basis;
  if (std::min(needed.directions.size(), needed.wires.size()) <= max_rank)
    basis = basis_of(needed.directions, needed.wires, ranges);
  const std::size_t rank = basis.pivots.empty()
                               ? std::min(needed.directions.size(), needed.wires.size())
                               : basis.pivots.size();

  if (rank == needed.wires.size()) {
    std::map<int, std::size_t> index;
    for (const int wire : needed.wires) {
      index.emplace(wire, carriers.forms.size());
      carriers.forms.push_back({{{wire, 1.0}}, 0.0});
    }
    for (std::size_t f = 0; f < needed.varying.size(); ++f)
      for (const auto &[wire, weight] : needed.varying[f].terms)
        carriers.weights[f][riding + index.at(wire)] = weight;
    return;
  }
  std::vector<std::map<std::size_t, double>> weights_of(needed.directions.size());
  if (rank == needed.directions.size()) {
    for (std::size_t k = 0; k < needed.directions.size(); ++k) {
      carriers.forms.push_back({needed.directions[k], 0.0});
      weights_of[k][k] = 1.0;
    }
  } else {
    for (std::size_t i = 0; i < rank; ++i) {
      carriers.forms.push_back({needed.directions[static_cast<std::size_t>(basis.pivots[i])], 0.0});
      for (std::size_t k = 0; k < needed.directions.size(); ++k)
        if (const double w =
                basis.weights(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
            w != 0.0)
          weights_of[k][i] = w;
    }
  }
  for (std::size_t f = 0; f < needed.varying.size(); ++f)
    if (!needed.varying[f].terms.empty()) {
      const double lead = needed.varying[f].terms.begin()->second;
      for (const auto &[carrier, weight] :
           weights_of[needed.index.at(direction(needed.varying[f]))])
        carriers.weights[f][riding + carrier] = lead * weight;
    }
}

// Greedy choice of columns that are independent of each other and of `basis`, which grows.
std::vector<Eigen::Index> independent(Eigen::MatrixXd columns, Eigen::MatrixXd &basis,
                                      double threshold) {
  std::vector<Eigen::Index> chosen;
  columns = without_span(std::move(columns), basis);
  while (columns.cols() > 0) {
    Eigen::Index k = 0;
    const double largest = std::sqrt(columns.colwise().squaredNorm().maxCoeff(&k));
    if (!(largest > threshold))
      break;
    const Eigen::VectorXd direction = without_span(columns.col(k) / largest, basis).normalized();
    basis.conservativeResize(Eigen::NoChange, basis.cols() + 1);
    basis.col(basis.cols() - 1) = direction;
    columns = without_span(std::move(columns), direction);
    columns.col(k).setZero();
    chosen.push_back(k);
  }
  return chosen;
}

// Carries what the riding forms do not span. Does nothing unless that saves carriers.
void ride(Carriers &carriers, const Distinct &needed, const FormRanges &ranges,
          const std::vector<Linear> &riding) {
  std::vector<Linear> varying;
  std::vector<double> constants(riding.size());
  std::map<int, Eigen::Index> row;
  for (const int wire : needed.wires)
    row.emplace(wire, static_cast<Eigen::Index>(row.size()));
  for (std::size_t i = 0; i < riding.size(); ++i) {
    varying.push_back(without_constants(riding[i], ranges, constants[i]));
    for (const auto &[wire, weight] : varying.back().terms)
      row.emplace(wire, static_cast<Eigen::Index>(row.size()));
  }
  const std::size_t size = std::max({row.size(), riding.size(), needed.directions.size()});
  if (size > max_rank)
    return;
  const auto column = [&](const std::map<int, double> &terms) {
    Eigen::VectorXd v = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(row.size()));
    for (const auto &[wire, weight] : terms)
      v[row.at(wire)] = weight * ranges.of(wire).radius;
    return v;
  };
  const auto columns_of = [&](const auto &forms, const auto &terms) {
    Eigen::MatrixXd m(row.size(), forms.size());
    for (std::size_t k = 0; k < forms.size(); ++k)
      m.col(static_cast<Eigen::Index>(k)) = column(terms(forms[k]));
    return m;
  };
  const Eigen::MatrixXd free = columns_of(varying, [](const Linear &f) { return f.terms; });
  const Eigen::MatrixXd wanted =
      columns_of(needed.directions, [](const std::map<int, double> &d) { return d; });
  const auto normalised = [](const Eigen::MatrixXd &m) -> Eigen::MatrixXd {
    return m * m.colwise().stableNorm().cwiseMax(1e-300).cwiseInverse().asDiagonal();
  };
  Eigen::MatrixXd basis(row.size(), 0);
  const std::vector<Eigen::Index> riders = independent(normalised(free), basis, well_conditioned);
  const std::vector<Eigen::Index> own = independent(normalised(wanted), basis, rank_threshold);
  if (own.size() >= carriers.forms.size())
    return;

  Eigen::MatrixXd chosen(row.size(), riders.size() + own.size());
  std::vector<std::size_t> index; // among the riding forms and then the carriers
  carriers.forms.clear();
  for (const Eigen::Index k : riders) {
    chosen.col(static_cast<Eigen::Index>(index.size())) = free.col(k);
    index.push_back(static_cast<std::size_t>(k));
  }
  for (const Eigen::Index k : own) {
    chosen.col(static_cast<Eigen::Index>(index.size())) = wanted.col(k);
    index.push_back(riding.size() + carriers.forms.size());
    carriers.forms.push_back({needed.directions[static_cast<std::size_t>(k)], 0.0});
  }
  const Eigen::MatrixXd weights = solve(chosen, wanted);
  for (std::size_t f = 0; f < carriers.weights.size(); ++f) {
    carriers.weights[f].clear();
    if (needed.varying[f].terms.empty())
      continue;
    const auto direction_of = needed.index.at(direction(needed.varying[f]));
    const double lead = needed.varying[f].terms.begin()->second;
    for (std::size_t i = 0; i < index.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      const auto d = static_cast<Eigen::Index>(direction_of);
      const double w = weights(k, d);
      if (std::fabs(w) * chosen.col(k).norm() <= rank_threshold * wanted.col(d).norm())
        continue;
      carriers.weights[f][index[i]] = lead * w;
      if (index[i] < riding.size())
        carriers.constants[f] -= lead * w * constants[index[i]];
    }
  }
}

} // namespace

Carriers carriers_for(const std::vector<Linear> &forms, const FormRanges &ranges,
                      const std::vector<Linear> &riding) {
  Distinct needed;
  Carriers carriers;
  for (const Linear &form : forms) {
    carriers.constants.push_back(0.0);
    needed.varying.push_back(without_constants(form, ranges, carriers.constants.back()));
    const Linear &rest = needed.varying.back();
    if (rest.terms.empty())
      continue;
    for (const auto &[wire, weight] : rest.terms)
      needed.wires.insert(wire);
    const auto [known, is_new] = needed.index.emplace(direction(rest), needed.directions.size());
    if (is_new)
      needed.directions.push_back(known->first);
  }
  carriers.weights.resize(forms.size());
  if (needed.directions.empty())
    return carriers;
  carry(carriers, needed, ranges, riding.size());
  if (!riding.empty())
    ride(carriers, needed, ranges, riding);
  return carriers;
}

} // namespace polynet
