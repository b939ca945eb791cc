"""The command line's arguments: what there is, and how argparse gets to read it."""

from __future__ import annotations

import re
from argparse import (
    SUPPRESS,
    Action,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from .. import __version__, activation_names, get_cmake_dir, get_include
from ..errors import InvalidInputError

_ACTIVATIONS = ", ".join(activation_names())
_MAX_POINTS = 1000
_OPTION = re.compile(r"-h|--[a-z][a-z-]*(=.*)?", re.DOTALL)


def parse(argv: Sequence[str]) -> Namespace:
    """Read the arguments; `command` of the result names the module of the command.

    Raises
    ------
    InvalidInputError
        If they do not fit; the message names the culprit.
    """
    args, rest = _parser().parse_known_args(list(_protected(argv)))
    if args.command == "compile":
        # argparse gives EXPR only the first run of expressions; others may follow the options.
        args.expressions += [text.strip() for text in rest if not _OPTION.fullmatch(text)]
        rest = [text for text in rest if _OPTION.fullmatch(text)]
    if rest:
        raise InvalidInputError(
            f"unknown argument {rest[0].strip()!r}; see polynet {args.command} --help"
        )
    return args


def _protected(argv: Sequence[str]) -> Iterator[str]:
    """Keep argparse from taking '-x*y' or '-1e-3' for an option: a leading blank does.

    Also turns `--box x=0:1 y=0:1` into two options; no expression contains '=', but in a name that
    it quotes.
    """
    literal = False  # after '--'
    in_box = False  # after '--box x=0:1'
    previous = ""
    for text in argv:
        if text == "--" and not literal:
            literal, in_box = True, False
        elif _OPTION.fullmatch(text) and not literal:
            in_box = text.startswith("--box=")
            yield text
        else:
            in_box = previous == "--box" or (in_box and "=" in text.rpartition("}")[2])
            if in_box and previous != "--box":
                yield "--box"
            yield f" {text}" if text.startswith("-") else text
        previous = text


class _Parser(ArgumentParser):
    """A parser that takes options in full, and whose errors end like every other error."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise InvalidInputError(f"{message}; see {self.prog} --help")


class _Print(Action):
    """Print the constant on one line, however long, and exit."""

    def __init__(self, option_strings: list[str], dest: str, const: str, help: str) -> None:
        super().__init__(
            option_strings, SUPPRESS, nargs=0, const=const, default=SUPPRESS, help=help
        )

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        print(self.const)
        parser.exit()


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="polynet",
        description="Polynomials as neural networks of multiplication gates, with certified error "
        "bounds.",
        epilog='example: polynet compile "x*y" --box x=-1:1 y=-1:1',
    )
    parser.add_argument("--version", action="version", version=f"polynet {__version__}")
    for option, path, what in (
        ("--cmake-dir", get_cmake_dir(), "CMake package"),
        ("--include-dir", get_include(), "C++ and C headers"),
    ):
        help_text = f"print the folder of the installed {what} and exit"
        parser.add_argument(option, action=_Print, const=path, help=help_text)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add_to in (_add_compile, _add_gate, _add_table, _add_verify):
        command = add_to(commands.add_parser)
        command.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


def _add_compile(add_parser: Callable[..., _Parser]) -> _Parser:
    parser = add_parser(
        "compile",
        help="compile polynomials to a network and certify it",
        description="Compile polynomials to a network, certify it, and evaluate some points.",
        epilog='example:\n  polynet compile "x*y - z**2" "x/3" --box x=-1:1 y=-1:1 z=0:2',
    )
    add = parser.add_argument
    add(
        "expressions",
        metavar="EXPR",
        nargs="+",
        type=str.strip,
        help="a polynomial such as 'x*y - z**2/3' or '2*{temp C}'; several make several outputs",
    )
    add(
        "--box",
        metavar="NAME=LO:HI|bit",
        action="append",
        required=True,
        type=str.strip,
        help="range of an input, such as x=-1:1 or y=1/3:0.7, or s=bit (0 or 1); repeat it for "
        "each input, in the order of the inputs, or list several ranges after one --box",
    )
    add(
        "--loose",
        action="store_true",
        help="also read ^ for a power, pow(x, 2), and factors side by side such as 2x y",
    )
    add("--activation", default="logistic", help=f"{_ACTIVATIONS} (default: %(default)s)")
    add("--dtype", default="float64", help="float64 or float32 (default: %(default)s)")
    add("--form", default="factored", help="factored or merged (default: %(default)s)")
    add(
        "--construction",
        default="compact",
        help="compact (few neurons), paper (a product tree for every monomial) or shallow "
        "(default: %(default)s)",
    )
    add("--bias", type=_number, help="of the product and square gates (default: the activation's)")
    add("--scale", type=_number, help="of all gates (default: chosen for each layer)")
    add("--tolerance", type=_number, help="the smallest network certified within it by neurons")
    add("--sharpness", type=_number, help="of the neurons for bits (default: by the dtype)")
    add("--hidden-layers", type=_integer, help="exactly so many, with gates of several operands")
    add(
        "--by",
        choices=("gates", "neurons", "both"),
        default="both",
        help="way of evaluating to certify and to show (default: %(default)s)",
    )
    add(
        "--points",
        metavar="K",
        type=_count,
        default=4,
        help="how many points to evaluate: the centre, then random ones (default: %(default)s)",
    )
    add("--seed", type=_integer, default=0, help="of the random points (default: %(default)s)")
    for option, text in (
        (
            "--certificate",
            "write the certificate for polynet verify; with --by both there are two, FILE with"
            " -gates and -neurons before its suffix",
        ),
        ("--save", "write the network for polynet.load"),
        ("--onnx", "write the layers as ONNX, with the certificate by neurons"),
        ("--c", "write a C99 function, NAME.c, by gates or, with --by neurons, by neurons"),
        ("--vnnlib", "write the layers as NAME.onnx and two VNN-LIB properties next to it"),
    ):
        add(option, metavar="FILE", type=str.strip, help=text)
    return parser


def _add_gate(add_parser: Callable[..., _Parser]) -> _Parser:
    parser = add_parser(
        "gate",
        help="explain one gate: formula, cancellation, error terms",
        description="Explain one gate: its formula, what cancels, and its Taylor error terms.",
        epilog="example:\n  polynet gate logistic --bias 2.2924 --scale 0.05",
    )
    add = parser.add_argument
    add("activation", metavar="ACTIVATION", type=str.strip, help=_ACTIVATIONS)
    add("--bias", type=_number, help="default: the activation's own")
    add("--scale", type=_number, default=1.0, help="default: %(default)s")
    add(
        "--kind",
        default="product",
        help="product (default), square, copy, monomial_r1_r2_..., with _forward, _odd, _even, "
        "_richardson2 or _richardson3 behind it (copy_forward, monomial_1_1_1_odd)",
    )
    add(
        "--order",
        type=_integer,
        default=6,
        help="largest power of the scale among the error terms (default: %(default)s)",
    )
    return parser


def _add_table(add_parser: Callable[..., _Parser]) -> _Parser:
    parser = add_parser(
        "table",
        help="reproduce the papers' counts",
        description="Reproduce the counts of arXiv:1608.08225 and arXiv:1705.05502 on networks "
        "built here.",
    )
    return parser


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text.strip()!r} is not a number") from None


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text.strip()!r} is not an integer") from None


def _count(text: str) -> int:
    count = _integer(text)
    if not 0 <= count <= _MAX_POINTS:
        raise ArgumentTypeError(f"{count} is not between 0 and {_MAX_POINTS}")
    return count


def _add_verify(add_parser: Callable[..., _Parser]) -> _Parser:
    parser = add_parser(
        "verify",
        help="prove a certificate's claims again, independently",
        description="Prove the claims of a certificate's file again with the independent checker.\n"
        "Exit status: 0 if all are proved, 1 if one is refuted or not proved, 2 if the file is no "
        "certificate.",
        epilog="example:\n  polynet verify certificate.json",
    )
    parser.add_argument("file", metavar="FILE", type=str.strip, help="a certificate")
    parser.add_argument(
        "--network",
        metavar="FILE",
        type=str.strip,
        help="compare the numbers of an exported network, *.onnx, *.c or *.safetensors, with the "
        "certificate's",
    )
    parser.add_argument(
        "--time-limit",
        type=_number,
        default=300.0,
        metavar="SECONDS",
        help="give up after about this time (default: %(default)s)",
    )
    return parser
