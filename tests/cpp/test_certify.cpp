// Certificates: never below an error that is observed, attained at their witness, or refused.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Certificate;
using polynet::certify;
using polynet::Dtype;
using polynet::Form;
using polynet::Network;
using polynet::Way;

namespace {

struct Case {
  const char *name;
  std::vector<SamplePolynomial> polynomials;
  std::vector<Interval> box; // endpoints that are float32 numbers

  std::vector<polynet::ExactPolynomial> exact() const {
    std::vector<polynet::ExactPolynomial> result;
    for (const SamplePolynomial &p : polynomials)
      result.push_back(p.exact());
    return result;
  }
};

const Case cases[] = {
    {"product", {product_of(2)}, cube(2)},
    {"product of 4", {product_of(4)}, cube(4)},
    {"cubic", {{{{1.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}, {0.25, {1}}}}}, {{-1, 1}, {0, 2}, {1, 3}}},
    {"two outputs",
     {{{{1.0, {2, 1}}}}, {{{-3.0, {1, 1}}, {2.0, {0, 0}}}}},
     {{4, 6.5}, {-0.5, 0.25}}},
    {"Chebyshev 6", {{{{32, {6}}, {-48, {4}}, {18, {2}}, {-1, {0}}}}}, cube(1)},
    {"affine", {{{{0.5, {1, 0}}, {-2.0, {0, 1}}}}}, {{-1, 1}, {3, 5}}},
};

// Corners, centre, random points, and neighbours of the endpoints, all inside the box.
template <typename T> std::vector<T> sample(Random &random, const std::vector<Interval> &box) {
  std::vector<T> x;
  for (int n = 0; n < 400; ++n)
    for (const Interval &range : box) {
      const double w = n < 64 ? double(random.integer(0, 2)) / 2 : random.unit();
      const double coordinate = range.lo() + (range.hi() - range.lo()) * w;
      x.push_back(std::clamp(static_cast<T>(coordinate), static_cast<T>(range.lo()),
                             static_cast<T>(range.hi())));
    }
  return x;
}

template <typename T>
std::vector<T> evaluate(const Network &net, const polynet::Evaluator &gates, Way way,
                        const std::vector<T> &x) {
  const std::size_t count = x.size() / net.box.size();
  std::vector<T> y(count * net.outputs.size());
  if (way == Way::gates)
    gates(x.data(), count, y.data());
  else
    polynet::Evaluator::by_neurons(net)(x.data(), count, y.data());
  return y;
}

// The distance of a value from the polynomial, and how far long double may be off in it.
struct Distance {
  double error, slack;
};
template <typename T> Distance distance(T value, const SamplePolynomial &p, const T *x) {
  long double magnitude = std::fabs(static_cast<long double>(value));
  for (const SamplePolynomial::Term &term : p.terms)
    magnitude += std::fabs(SamplePolynomial{{term}}(x));
  const long double error = std::fabs(static_cast<long double>(value) - p(x));
  return {static_cast<double>(error),
          static_cast<double>(32 * std::numeric_limits<long double>::epsilon() * magnitude)};
}

template <typename T>
void check_against_samples(const Case &c, const Network &net, Way way, Random &random) {
  polynet::CertifyOptions o;
  o.way = way;
  o.max_boxes = 30;
  const Certificate certificate = certify(net, c.exact(), o);
  const polynet::Evaluator gates = gates_of(net);
  const std::size_t outputs = c.polynomials.size(), inputs = c.box.size();
  REQUIRE(certificate.outputs.size() == outputs);
  CHECK(certificate.way == way);
  CHECK(certificate.boxes >= outputs);
  CHECK((certificate.activation_ulp > 0.0) == (way == Way::neurons));
  const std::vector<T> x = sample<T>(random, c.box), y = evaluate(net, gates, way, x);
  for (std::size_t k = 0; k < outputs; ++k) {
    const polynet::OutputBounds &bounds = certificate.outputs[k];
    CHECK(bounds.upper <= polynet::detail::largest);
    CHECK(bounds.lower >= 0.0);
    CHECK(bounds.lower <= bounds.upper);
    CHECK(bounds.truncation_lower <= bounds.truncation_upper);
    CHECK(bounds.upper >= bounds.truncation_upper + bounds.rounding);
    CHECK(bounds.upper <= (bounds.truncation_upper + bounds.rounding) * (1 + 0x1p-50));
    for (std::size_t n = 0; n < y.size() / outputs; ++n) {
      const Distance d = distance(y[n * outputs + k], c.polynomials[k], &x[n * inputs]);
      if (!(d.error <= bounds.upper + d.slack))
        FAIL_CHECK("error " << d.error << " above " << bounds.upper << " of output " << k);
    }
    for (const std::vector<double> &witness : {bounds.witness, bounds.truncation_witness}) {
      REQUIRE(witness.size() == inputs);
      for (std::size_t i = 0; i < inputs; ++i)
        CHECK(c.box[i].contains(witness[i]));
    }
    const std::vector<T> point(bounds.witness.begin(), bounds.witness.end());
    for (std::size_t i = 0; i < inputs; ++i)
      CHECK(static_cast<double>(point[i]) == bounds.witness[i]);
    const std::vector<T> value = evaluate(net, gates, way, point);
    // A batch of one may sum in another order than a large one; by gates it does not.
    const Distance d = distance(value[k], c.polynomials[k], point.data());
    CHECK(d.error + d.slack + (way == Way::neurons ? 2 * bounds.rounding : 0.0) >= bounds.lower);
  }
}

Network network(const Case &c, const char *activation, Dtype dtype, Form form) {
  polynet::CompileOptions o = options(activation);
  o.dtype = dtype;
  o.form = form;
  return polynet::compile(c.exact(), c.box, o);
}

} // namespace

TEST_CASE("no sampled error exceeds the certificate, whatever the way, dtype, form, activation") {
  Random random(71);
  for (const Case &c : cases)
    for (const char *activation : {"logistic", "tanh"})
      for (const Dtype dtype : {Dtype::float32, Dtype::float64})
        for (const Form form : {Form::factored, Form::merged})
          for (const Way way : {Way::gates, Way::neurons}) {
            CAPTURE(c.name);
            CAPTURE(activation);
            CAPTURE(polynet::name_of(dtype));
            CAPTURE(polynet::name_of(form));
            CAPTURE(static_cast<int>(way));
            const Network net = network(c, activation, dtype, form);
            if (dtype == Dtype::float32)
              check_against_samples<float>(c, net, way, random);
            else
              check_against_samples<double>(c, net, way, random);
          }
}

TEST_CASE("scales and biases far from the best are certified soundly or refused") {
  Random random(72);
  for (const char *activation : {"logistic", "tanh"})
    for (const double bias : {-1.0, 3.0})
      for (const double scale : {1e-9, 0.1, 0.5, 3.0})
        for (const Way way : {Way::gates, Way::neurons}) {
          CAPTURE(activation);
          CAPTURE(bias);
          CAPTURE(scale);
          CAPTURE(static_cast<int>(way));
          polynet::CompileOptions o = options(activation);
          o.bias = bias;
          o.scale = scale;
          const Network net = polynet::compile(cases[1].exact(), cases[1].box, o);
          const auto code =
              code_of([&] { check_against_samples<double>(cases[1], net, way, random); });
          CHECK(code.value_or(ErrorCode::not_certified) == ErrorCode::not_certified);
        }
}

TEST_CASE("the bounds of one gate are tight and its error is the fourth power of the scale") {
  polynet::CompileOptions o = options();
  double before = 0.0;
  for (const double scale : {0x1p-4, 0x1p-5, 0x1p-6}) {
    o.scale = scale;
    const Network net = polynet::compile(cases[0].exact(), cases[0].box, o);
    const polynet::OutputBounds bounds = certify(net, cases[0].exact(), {}).outputs[0];
    CHECK(bounds.truncation_upper <= 1.05 * bounds.truncation_lower);
    CHECK(bounds.lower <= bounds.upper);
    CHECK(bounds.upper <= 1.06 * bounds.lower);
    // 16/360 |s_6/s_2| l^4 at the corners, s_6/s_2 = -3/2 (docs/theory.md, section 1).
    CHECK(bounds.truncation_upper == doctest::Approx(std::pow(scale, 4) / 15).epsilon(0.05));
    if (before > 0.0)
      CHECK(before / bounds.truncation_upper == doctest::Approx(16.0).epsilon(0.02));
    before = bounds.truncation_upper;
  }
}

TEST_CASE("assuming a worse activation never proves more") {
  const Network net = network(cases[2], "tanh", Dtype::float64, Form::factored);
  double before = 0.0;
  for (const double ulp : {1.0, 4.0, 64.0, 1e5}) {
    polynet::CertifyOptions o;
    o.way = Way::neurons;
    o.activation_ulp = ulp;
    const Certificate certificate = certify(net, cases[2].exact(), o);
    CHECK(certificate.activation_ulp == ulp);
    CHECK(certificate.outputs[0].rounding > before);
    before = certificate.outputs[0].rounding;
  }
}

TEST_CASE("arguments that do not fit are refused") {
  const Network net = network(cases[0], "logistic", Dtype::float64, Form::factored);
  const auto polynomials = cases[0].exact();
  const auto refused = [&](const std::vector<polynet::ExactPolynomial> &p,
                           polynet::CertifyOptions o) {
    return code_of([&] { certify(net, p, o); }) == ErrorCode::invalid_input;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(refused(polynomials, {}));
  CHECK(refused({}, {}));
  CHECK(refused({polynomials[0], polynomials[0]}, {}));
  CHECK(refused({product_of(3).exact()}, {}));
  CHECK(refused(polynomials, {Way::gates, 0.5, 2000, 0.0}));
  CHECK(refused(polynomials, {Way::gates, nan, 2000, 0.0}));
  CHECK(refused(polynomials, {Way::neurons, 1.05, 2000, -1.0}));
  CHECK(refused(polynomials, {Way::neurons, 1.05, 2000, 1e7}));
  CHECK(refused(polynomials, {Way::neurons, 1.05, 2000, nan}));
}

TEST_CASE("what cannot be proved is refused, not guessed") {
  polynet::CompileOptions o = options();
  o.scale = 1e-200;
  const Network net = polynet::compile(cases[0].exact(), cases[0].box, o);
  polynet::CertifyOptions by_neurons;
  by_neurons.way = Way::neurons;
  CHECK(code_of([&] { certify(net, cases[0].exact(), by_neurons); }) == ErrorCode::not_certified);
}

TEST_CASE("bounds that contradict an evaluation are a fault to report, not a certificate") {
  // An activation whose enclosures are those of another: what is proved of it is false.
  auto liar = std::make_shared<polynet::Activation>(*polynet::activation("tanh"));
  liar->function.reset();
  liar->value = [](double x) { return std::tanh(x) + 0.01 * x * x; };
  polynet::Network net = polynet::compile({product_of(2).exact()}, cube(2), options("tanh"));
  net.activation = liar;
  polynet::CertifyOptions o;
  o.way = polynet::Way::neurons;
  std::string message;
  const auto code = code_of([&] {
    try {
      polynet::certify(net, {product_of(2).exact()}, o);
    } catch (const polynet::Error &error) {
      message = error.what();
      throw;
    }
  });
  CHECK(code == ErrorCode::internal);
  CHECK(message.find("please report") != std::string::npos);
}
