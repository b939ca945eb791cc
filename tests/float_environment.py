"""Threads in other floating-point environments, and what they compute: run by test_floats.py.

    python float_environment.py MODE

sets the mode, only then imports polynet, and prints the digests of everything as JSON.
"""

import ctypes
import ctypes.util
import hashlib
import json
import platform
import struct
import sys

X86, ARM = platform.machine() in ("x86_64", "AMD64"), platform.machine() in ("aarch64", "arm64")
SUPPORTED = sys.platform == "linux" and (X86 or ARM)
# Bits to set: of the control word of the x87 unit and of MXCSR, or of FPCR.
MODES = (
    {
        "upward": (0x0800, 0x4000),
        "downward": (0x0400, 0x2000),
        "toward zero": (0x0C00, 0x6000),
        "upward, SSE alone": (0, 0x4000),
        "results flushed": (0, 0x8000),
        "operands flushed": (0, 0x0040),
        "flushed and downward": (0x0400, 0xA040),
    }
    if X86
    else {
        "upward": (1 << 22,),
        "downward": (2 << 22,),
        "toward zero": (3 << 22,),
        "flushed": (1 << 24,),
        "flushed and downward": (1 << 24 | 2 << 22,),
    }
)
# Where the control registers are in fenv_t (glibc, musl), and which of their bits control.
_PLACES = (("<H", 0, 0x0C3F), ("<I", 28, 0xFFC0)) if X86 else (("<I", 0, 0xFFFFFFFF),)
_LIBM = ctypes.CDLL(ctypes.util.find_library("m")) if SUPPORTED else None


def _environment():
    buffer = ctypes.create_string_buffer(64)
    assert _LIBM.fegetenv(buffer) == 0
    return buffer


def control():
    """Return the bits of this thread's registers that control."""
    buffer = _environment()
    return [struct.unpack_from(form, buffer, at)[0] & bits for form, at, bits in _PLACES]


def set_mode(mode):
    """Set the bits of a mode of this thread, None for the default environment."""
    buffer = _environment()
    default = (0x003F, 0x1F80) if X86 else (0,)
    wanted = MODES[mode] if mode else (0,) * len(_PLACES)
    for (form, at, bits), base, more in zip(_PLACES, default, wanted, strict=True):
        (old,) = struct.unpack_from(form, buffer, at)
        struct.pack_into(form, buffer, at, old & ~bits | base | more)
    assert _LIBM.fesetenv(buffer) == 0


def text(value):
    """Write numbers, which Python's own repr does not do in every mode."""
    from polynet import _core

    with _core.SoundFloats():
        return repr(value)


def _certified(certificate):
    return [text(certificate.outputs), certificate.boxes, certificate.ratio, str(certificate)]


def _points(net):
    """Return points of the box, the same far away, and in another dtype: the same in any mode."""
    import numpy as np

    from polynet import _core

    with _core.SoundFloats():
        low, high = np.array(net.box.lower), np.array(net.box.upper)
        unit = np.random.default_rng(0).uniform(size=(300, len(low)))
        if net.box.bits:
            unit = np.round(unit)
        points = np.clip(low + (high - low) * unit, low, high)
        far = points if net.box.bits else points * 1e3
        other = points if net.box.bits else points.astype("longdouble") / 3
        return points.astype(net.dtype), far.astype(net.dtype), other


def _of_network(name, net, folder):
    """Yield (what, bytes or text) of everything that a network can do."""
    import numpy as np

    import polynet as pn

    points, far, other = _points(net)

    yield "state", text(net._handle.state())
    for merged, form in ((False, net), (True, net.merged())):
        for layer in form.layers:
            yield f"layers, merged {merged}", layer.weight.tobytes() + layer.bias.tobytes()
    for by in ("gates", "neurons"):
        certificate = net.certify(by=by, max_boxes=60)
        yield f"certificate by {by}", text(_certified(certificate))
        yield f"stopped by {by}", text(_certified(net.certify(by=by, time_limit=0.0)))
        yield f"values by {by}", net(points, by=by).tobytes()
        yield f"one value by {by}", np.asarray(net(points[0], by=by)).tobytes()
        yield f"list by {by}", np.asarray(net(points[:5].tolist(), by=by)).tobytes()
        yield f"far values by {by}", np.asarray(net(far, by=by)).tobytes()
        yield f"threads by {by}", net(np.tile(points, (200, 1)), by=by, threads=2).tobytes()
        yield f"domain by {by}", net(points, by=by, check_domain=True).tobytes()
    for part in net.value_and_jacobian(points):
        yield "jacobian", np.asarray(part).tobytes()
    yield "converted points", net(other).tobytes()
    yield "error terms", text([str(p) for p in np.atleast_1d(net.error_terms(4))])
    yield "gates' series", text((net._handle.gate_series(), net._handle.kernel_errors()))
    stem = f"{folder}/{name}_{net.dtype}"
    certificate = net.certify(by="neurons", max_boxes=60)
    object.__setattr__(certificate, "seconds", 1.0)
    for by in ("gates", "neurons"):
        net.to_c(f"{stem}_{by}.c", by=by)
    net.to_onnx(f"{stem}.onnx", certificate=certificate)
    net.save(f"{stem}.safetensors")
    net.save_certificate(f"{stem}.json", certificate)
    files = [f"{stem}_gates.c", f"{stem}_neurons.c", f"{stem}.onnx", f"{stem}.safetensors"]
    files.append(f"{stem}.json")
    if not net.box.bits:
        files += net.to_vnnlib(f"{stem}_v.onnx")
    for file in files:
        with open(file, "rb") as opened:
            yield f"file {str(file).rsplit('_', 1)[-1]}", opened.read()
    assert pn.load(f"{stem}.safetensors") == net
    assert pn.load_certificate(f"{stem}.json") == (net, certificate)


def _of_parts():
    """Yield (what, text) of gates, activations, boxes, polynomials, intervals."""
    import math

    import polynet as pn
    from polynet import _core

    box = pn.Box({"x": ("0.1", "1/3"), "y": (-5e-324, "1e-310")})
    yield "box", text((box.lower, box.upper, box))
    small = pn.Box({"x": ("-1e-45", "0.7")}, dtype="float32")
    yield "box in float32", text((small.lower, small.upper))
    p = pn.Polynomial({(1, 0): 5e-324, (0, 2): 2.3e-308, (1, 1): "0.1"}, ["x", "y"])
    yield "polynomial", text((str(p), p([5e-324, 1e-310])))
    for name in pn.activation_names():
        core = _core.Activation(name)
        x = core.product_bias
        yield f"value of {name}", text([core.value(v) for v in (x, -x, 0.1, 3.7)])
        ends = [(d.lower, d.upper) for d in core.derivatives(x, 8)]
        on = core.derivative_on(3, _core.Interval(x, 2.5))
        yield f"derivatives of {name}", text((ends, on.lower, on.upper))
        gate = pn.Gate(name, scale=0.25)
        terms = [(t.coefficient, str(t.polynomial)) for t in gate.error_terms(4)]
        yield f"gate of {name}", text((gate, terms, gate.leading_derivative))
    a, b = _core.Interval(0.1, 0.3), _core.Interval(-0.7, 1e-310)
    results = [a + b, a - b, a * b, b / a, -b, b**3, a**-1, a.sqrt(), a.log()]
    results += [
        getattr(b, f)() for f in ["exp", "expm1", "tanh", "log1p", "sin", "cos", "atan", "erf"]
    ]
    yield "intervals", text([(r.lower, r.upper) for r in results])

    def taylor(lower, upper, order):
        ends = [(math.exp(lower) * (1 - 1e-14), math.exp(upper) * (1 + 1e-14))]
        for k in range(1, order + 1):
            ends.append((ends[-1][0] / k * (1 - 1e-15), ends[-1][1] / k * (1 + 1e-15)))
        return ends

    own = pn.Activation("own", math.exp, taylor, product_bias="0", copy_bias=0)
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, activation=own)
    yield "own activation", text((net._handle.state(), _certified(net.certify(max_boxes=20))))


def digests(folder):
    """Return a digest of every result, by name."""
    import numpy as np

    import polynet as pn
    from polynet import _core

    found = {}

    def add(name, content):
        content = content if isinstance(content, bytes) else content.encode()
        found.setdefault(name, hashlib.sha256()).update(content)

    cube = {v: (-1, 1) for v in "xyz"}
    bits = {"s": "bit", "t": "bit", "z": (-1, 1)}
    for dtype in ("float64", "float32"):
        networks = {
            "cubic": pn.compile("x*y*z/3 - 0.1*x**3 + 1/7", cube, dtype=dtype),
            "far": pn.compile("x**3 - x*y/3", {"x": (99, "101.1"), "y": ("2.9", 3)}, dtype=dtype),
            "layers": pn.compile("x*y*z + x**2", cube, hidden_layers=1, dtype=dtype),
            "tolerant": pn.compile("x*y*z", cube, tolerance="0.01", dtype=dtype),
            "tanh": pn.compile(["x*y", "x*z/3", "y"], cube, activation="tanh", dtype=dtype),
            "bits": pn.compile("3*s*t + z*s - 0.3", bits, dtype=dtype),
        }
        for name, net in networks.items():
            for what, content in _of_network(name, net, folder):
                add(f"{what} of {name} in {dtype}", content)
        classifier = networks["tanh"].softmax(["0.1", 0, "1/3"])
        with _core.SoundFloats():
            points = np.linspace(-1, 1, 30).reshape(2, 5, 3).astype(dtype)
        proved = classifier.certify()
        object.__setattr__(proved.hamiltonians, "seconds", 1.0)
        add(f"probabilities in {dtype}", classifier(points).tobytes())
        add(f"densities in {dtype}", classifier.joint(points).tobytes())
        add(f"head in {dtype}", text(classifier.layers))
        add(f"proof of probabilities in {dtype}", text(proved) + str(proved))
    for what, content in _of_parts():
        add(what, content)
    return {name: digest.hexdigest() for name, digest in found.items()}


def _digests_by_c():
    import numpy as np

    import polynet as pn

    library = ctypes.CDLL(pn.get_library())
    library.polynet_value.restype = ctypes.c_double
    library.polynet_value.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    net = pn.compile("x*y/3", {"x": (-1, 1), "y": (-1, 1)})
    points = np.random.default_rng(0).integers(-(2**20), 2**20, (50, 2)) / 2.0**20
    return {
        "C": text([library.polynet_value(2, row.ctypes.data, net.address) for row in points]),
    }


def main():
    """Print the digests of a mode, and whether it is still there."""
    import tempfile

    mode = sys.argv[1] or None
    set_mode(mode)
    before = control()
    with tempfile.TemporaryDirectory() as folder:
        found = digests(folder) | _digests_by_c()
    after = control()
    set_mode(None)
    print(json.dumps({"digests": found, "kept": before == after}))


if __name__ == "__main__":
    main()
