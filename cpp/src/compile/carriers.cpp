#include "carriers.hpp"

#include <Eigen/Dense>
#include <set>

namespace polynet {

namespace {

// Beyond this size the span's dimension is not worked out.
constexpr std::size_t max_rank = 150;
constexpr double rank_threshold = 1e-13;

std::map<int, double> direction(const Linear &form) {
  std::map<int, double> terms = form.terms;
  const double lead = terms.begin()->second;
  for (auto &[wire, weight] : terms)
    weight /= lead;
  return terms;
}

// Each form as a combination of the pivots among the columns of `directions`.
struct Basis {
  std::vector<std::size_t> pivots;
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
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;
  qr.setThreshold(rank_threshold);
  qr.compute(columns);
  Basis basis;
  const Eigen::Index rank = qr.rank();
  Eigen::MatrixXd chosen(columns.rows(), rank);
  for (Eigen::Index k = 0; k < rank; ++k) {
    const Eigen::Index pivot = qr.colsPermutation().indices()[k];
    basis.pivots.push_back(static_cast<std::size_t>(pivot));
    chosen.col(k) = columns.col(pivot);
  }
  const Eigen::HouseholderQR<Eigen::MatrixXd> solver(chosen);
  basis.weights = solver.solve(columns);
  basis.weights += solver.solve(columns - chosen * basis.weights);
  for (Eigen::Index i = 0; i < rank; ++i)
    for (Eigen::Index k = 0; k < columns.cols(); ++k) {
      double &w = basis.weights(i, k);
      w = std::fabs(w) < rank_threshold
              ? 0.0
              : w * norms[k] /
                    norms[static_cast<Eigen::Index>(basis.pivots[static_cast<std::size_t>(i)])];
    }
  return basis;
}

} // namespace

Carriers carriers_for(const std::vector<Linear> &needed, const FormRanges &ranges) {
  // The distinct forms up to a factor and a constant; wires that are constant on the box are not
  // carried.
  std::map<std::map<int, double>, std::size_t> distinct;
  std::vector<std::map<int, double>> directions;
  std::set<int> wires;
  Carriers carriers;
  std::vector<Linear> varying;
  for (const Linear &form : needed) {
    Linear rest;
    rest.constant = form.constant;
    for (const auto &[wire, weight] : form.terms) {
      if (ranges.of(wire).radius == 0.0)
        rest.constant += weight * ranges.of(wire).centre;
      else
        rest.terms.emplace(wire, weight);
    }
    if (!rest.terms.empty()) {
      for (const auto &[wire, weight] : rest.terms)
        wires.insert(wire);
      const auto [known, is_new] = distinct.emplace(direction(rest), directions.size());
      if (is_new)
        directions.push_back(known->first);
    }
    carriers.constants.push_back(rest.constant);
    varying.push_back(std::move(rest));
  }
  carriers.weights.resize(needed.size());
  if (directions.empty())
    return carriers;
  Basis basis;
  if (std::min(directions.size(), wires.size()) <= max_rank)
    basis = basis_of(directions, wires, ranges);
  const std::size_t rank =
      basis.pivots.empty() ? std::min(directions.size(), wires.size()) : basis.pivots.size();

  if (rank == wires.size()) {
    std::map<int, std::size_t> index;
    for (const int wire : wires) {
      index.emplace(wire, carriers.forms.size());
      carriers.forms.push_back({{{wire, 1.0}}, 0.0});
    }
    for (std::size_t f = 0; f < needed.size(); ++f)
      for (const auto &[wire, weight] : varying[f].terms)
        carriers.weights[f][index.at(wire)] = weight;
    return carriers;
  }
  std::vector<std::map<std::size_t, double>> weights_of(directions.size());
  if (rank == directions.size()) {
    for (std::size_t k = 0; k < directions.size(); ++k) {
      carriers.forms.push_back({directions[k], 0.0});
      weights_of[k][k] = 1.0;
    }
  } else {
    for (std::size_t i = 0; i < rank; ++i) {
      carriers.forms.push_back({directions[basis.pivots[i]], 0.0});
      for (std::size_t k = 0; k < directions.size(); ++k)
        if (const double w =
                basis.weights(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
            w != 0.0)
          weights_of[k][i] = w;
    }
  }
  for (std::size_t f = 0; f < needed.size(); ++f)
    if (!varying[f].terms.empty()) {
      const double lead = varying[f].terms.begin()->second;
      for (const auto &[carrier, weight] : weights_of[distinct.at(direction(varying[f]))])
        carriers.weights[f][carrier] = lead * weight;
    }
  return carriers;
}

} // namespace polynet
