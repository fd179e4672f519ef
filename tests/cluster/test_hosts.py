"""A class graded across hosts, over TLS: scheduler, node and grader each on one of their own."""

from pathlib import Path

import pytest
import trustme
from faults.kills import cheap_class

from cluster.daskcluster import Cluster, Run, outputs
from cluster.hosts import Hosts


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[Path, Path]:
    """Make an authority and a certificate with its key, and return their files."""
    authority = trustme.CA()
    issued = authority.issue_cert("grading.example", "10.77.0.1", "10.77.0.2")
    trusted, own = tmp_path / "ca.pem", tmp_path / "own.pem"
    authority.cert_pem.write_to_path(trusted)
    issued.private_key_and_cert_chain_pem.write_to_path(own)
    return trusted, own


def test_three_hosts_and_tls(certificates: tuple[Path, Path], tmp_path: Path) -> None:
    trusted, own = map(str, certificates)
    options = ["--tls-ca-file", trusted, "--tls-cert", own, "--tls-key", own]
    ours = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": trusted,
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": own,
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": own,
    }
    submissions, out = cheap_class(tmp_path / "class", 2), tmp_path / "out"
    with Hosts(3) as hosts, Cluster(tmp_path, "tls", options, {}, hosts.address(0), hosts.on(0)) as cluster:
        cluster.start_worker("--host", f"tls://{hosts.address(1)}", wrapper=hosts.on(1))
        grading = (submissions, "--out", out, "--scheduler", cluster.address)
        code, said = Run(*grading, wrapper=hosts.on(2)).end()
        assert (code, "wants certificates: say where they are in DASK_" in said) == (2, True), said
        code, said = Run(*grading, environment=ours, wrapper=hosts.on(2)).end()
        assert code == 0, said
        assert len(outputs(out)) == 3
