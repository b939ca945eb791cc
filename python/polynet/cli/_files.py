"""`polynet compile`: the files that it writes on request."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from .._arguments import Way
from ..certificate import Certificate
from ..network import Network

__all__ = ["write_files"]


def write_files(
    network: Network, certificates: dict[Way, Certificate], args: Namespace
) -> list[str]:
    """Write the files that the command line asks for; return their names."""
    files: list[str] = []
    if args.certificate is not None:
        files += _write_certificates(Path(args.certificate), network, certificates)
    if args.save is not None:
        network.save(args.save)
        files.append(args.save)
    if args.onnx is not None:
        network.to_onnx(args.onnx, certificate=certificates.get("neurons"))
        files.append(args.onnx)
    if args.c is not None:
        network.to_c(args.c, by="neurons" if args.by == "neurons" else "gates")
        files.append(args.c)
    if args.vnnlib is not None:
        files += [args.vnnlib, *map(str, network.to_vnnlib(args.vnnlib))]
    return files


def _write_certificates(
    path: Path, network: Network, certificates: dict[Way, Certificate]
) -> list[str]:
    files = []
    for way, certificate in certificates.items():
        suffix = f"-{way}" if len(certificates) > 1 else ""
        file = path.with_name(f"{path.stem}{suffix}{path.suffix}")
        network.save_certificate(file, certificate)
        files.append(str(file))
    return files
