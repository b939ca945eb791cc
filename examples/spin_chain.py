"""A chain of spins: from a Hamiltonian in bits to certified probabilities.

A spin +1 or -1 is a bit, sigma = 1 - 2 s. An open chain with coupling J has the energy (over kT)

    H(s) = -J sum_i sigma_i sigma_(i+1),

and the Boltzmann probability p(s|J) = exp(-H(s))/Z, Z = 2 (2 cosh J)^(n-1). Seen one configuration,
is its chain ferromagnetic (J > 0), antiferromagnetic (J < 0) or free (J = 0)? By Bayes' theorem the
posterior is softmax(-H_J(s) - mu_J), mu_J = ln Z_J - ln prior: a network with one neuron for every
monomial of the Hamiltonians and a softmax head (arXiv:1608.08225, section II).
"""

import itertools
import math

import numpy as np

import polynet as pn

SPINS = 8
COUPLINGS = (0.75, -0.5, 0.0)
PRIOR = (0.5, 0.25, 0.25)


def hamiltonian(coupling):
    """Write the energy as a polynomial in the bits; polynet multiplies it out."""
    pairs = (f"(1 - 2*s{i})*(1 - 2*s{i + 1})" for i in range(SPINS - 1))
    return f"-({coupling})*({' + '.join(pairs)})"


def log_partition(coupling):
    """Return ln Z of the open chain."""
    return math.log(2) + (SPINS - 1) * math.log(2 * math.cosh(coupling))


net = pn.compile([hamiltonian(j) for j in COUPLINGS], {f"s{i}": "bit" for i in range(SPINS)})
mu = [log_partition(j) - math.log(p) for j, p in zip(COUPLINGS, PRIOR, strict=True)]
classifier = net.softmax(mu)
certificate = classifier.certify(by="neurons")
print(net)  # 7 products of neighbours and 8 spins: 15 neurons
print(certificate)

# All 2^n configurations, against the exact posterior.
states = np.array(list(itertools.product([0, 1], repeat=SPINS)))
sigma = 1.0 - 2.0 * states
bonds = (sigma[:, :-1] * sigma[:, 1:]).sum(axis=1)
joint = np.array(PRIOR) * np.exp(np.outer(bonds, COUPLINGS) - [log_partition(j) for j in COUPLINGS])
posterior = joint / joint.sum(axis=1, keepdims=True)
error = np.abs(classifier(states, by="neurons") - posterior).max()
print(f"worst posterior over {len(states)} configurations: off by {error:.1e}")
assert error <= certificate.probability_error < 1e-12

# The joint probabilities p(s, J) of all configurations and couplings add up to 1.
total = classifier.joint(states).sum()
print(f"sum of p(s, J) over all: {total:.15f}")
assert abs(total - 1) < 1e-12

aligned = np.zeros(SPINS)
print("all spins up:", dict(zip(COUPLINGS, classifier(aligned).round(4).tolist(), strict=True)))
