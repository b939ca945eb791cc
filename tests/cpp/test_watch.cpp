// Searches that are watched: ended early with what they have, or by an exception.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Certifier;
using polynet::Network;

namespace {

// Ends the search at a check of that number; or throws there.
class Countdown : public polynet::Watch {
public:
  explicit Countdown(long checks, bool throws = false) : left_(checks), throws_(throws) {}
  long asked = 0;

private:
  bool is_over() override {
    ++asked;
    if (left_-- > 0)
      return false;
    if (throws_)
      throw 42;
    return true;
  }

  long left_;
  bool throws_;
};

const SamplePolynomial wide{
    {{0.1, {1, 1, 1}}, {0.3, {3, 0, 0}}, {0.7, {0, 2, 1}}, {1.0, {2, 2, 0}}, {0.2, {1, 0, 3}}}};
const std::vector<Interval> box(3, Interval(-1.0, 1.0));

polynet::CompileOptions watched(polynet::Watch *watch) {
  polynet::CompileOptions o;
  o.activation = polynet::activation("logistic");
  o.watch = watch;
  return o;
}

Network compiled(polynet::CompileOptions o) { return compile({wide.exact()}, box, o); }

} // namespace

TEST_CASE("a watch that is never over changes nothing and hears of every network") {
  Countdown watch(1'000'000'000);
  const Network net = compiled(watched(&watch)), alone = compiled(watched(nullptr));
  CHECK(net.neurons() == alone.neurons());
  CHECK(layers(net).front().weight == layers(alone).front().weight);
  CHECK(watch.networks() > 20);
  CHECK(watch.fewest_neurons() <= net.neurons());
  CHECK(watch.asked > 1000);
  CHECK_FALSE(watch.over());
}

TEST_CASE("a search that is ended anywhere gives a network that certifies, or a named error") {
  Countdown all(1'000'000'000);
  compiled(watched(&all));
  int networks = 0, errors = 0;
  Random random(7);
  for (int trial = 0; trial < 60; ++trial) {
    const long checks = trial < 20 ? trial : random.integer(0, static_cast<int>(all.asked));
    Countdown watch(checks);
    polynet::CompileOptions o = watched(&watch);
    if (trial % 3 == 1)
      o.hidden_layers = 2;
    if (trial % 3 == 2)
      o.tolerance = 1e-4;
    CAPTURE(checks);
    try {
      const Network net = compiled(o);
      ++networks;
      const auto certificate = certify(net, {wide.exact()}, {});
      CHECK(certificate.outputs.front().upper < 1e-3);
      if (o.tolerance) {
        polynet::CertifyOptions by_neurons;
        by_neurons.way = polynet::Way::neurons;
        CHECK(certify(net, {wide.exact()}, by_neurons).outputs.front().upper <= *o.tolerance);
      }
    } catch (const polynet::Error &error) {
      ++errors;
      CHECK(error.code() == ErrorCode::time_limit);
      CHECK(watch.over());
    }
  }
  CHECK(networks > 10);
  CHECK(errors > 10);
}

TEST_CASE("what a watch throws comes out as itself, from everywhere") {
  for (const long checks : {0L, 1L, 5L, 40L, 300L, 1000L}) {
    Countdown watch(checks, true);
    CHECK_THROWS_AS(compiled(watched(&watch)), int);
  }
  const Network net = compiled(watched(nullptr));
  int thrown = 0;
  for (long checks = 0; checks < 12; ++checks) {
    Countdown watch(checks, true);
    try {
      Certifier certifier(net, {wide.exact()}, {}, &watch);
      for (polynet::Task task; !(task = certifier.next()).parts.empty();)
        certifier.accept(certifier.bounds(task, &watch));
      certifier.certificate(&watch);
    } catch (int) {
      ++thrown;
    }
  }
  CHECK(thrown >= 6);
}

TEST_CASE("a certification whose time is up says so, and goes on when it has more") {
  const Network net = compiled(watched(nullptr));
  Countdown none(0);
  CHECK(code_of([&] { Certifier(net, {wide.exact()}, {}, &none); }) == ErrorCode::time_limit);
  Certifier certifier(net, {wide.exact()}, {});
  for (polynet::Task task; !(task = certifier.next()).parts.empty();) {
    CHECK(code_of([&] { certifier.bounds(task, &none); }) == ErrorCode::time_limit);
    certifier.accept(certifier.bounds(task));
  }
  CHECK(code_of([&] { certifier.certificate(&none); }) == ErrorCode::time_limit);
  const auto expected = certify(net, {wide.exact()}, {}).outputs.front();
  CHECK(certifier.certificate().outputs.front().upper == expected.upper);
}

TEST_CASE("a certifier takes the bounds that it asked for and no others") {
  const Network net = compiled(watched(nullptr));
  Certifier certifier(net, {wide.exact()}, {});
  const auto refused = [&](std::vector<polynet::PartBound> bounds) {
    return code_of([&] { certifier.accept(bounds); }) == ErrorCode::invalid_input;
  };
  CHECK(refused({}));
  CHECK(refused({{1.0, {0.0, 0.0, 0.0}, 0}}));
  const polynet::Task task = certifier.next();
  REQUIRE(task.parts.size() == 1);
  CHECK(refused({}));
  CHECK(refused({{1.0, {0.0, 0.0}, 0}}));
  CHECK(refused({{1.0, {0.0, 0.0, 0.0}, 3}}));
  CHECK(code_of([&] { certifier.bounds({1, {}}); }) == ErrorCode::invalid_input);
  CHECK(code_of([&] { certifier.bounds({0, {{{0.0, 1.0}}}}); }) == ErrorCode::invalid_input);
  CHECK(code_of([&] { certifier.so_far(1); }) == ErrorCode::invalid_input);
  certifier.accept(certifier.bounds(task));
}
