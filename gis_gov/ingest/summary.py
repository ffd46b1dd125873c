"""The report of a load, in text for people."""

from collections.abc import Iterator

from gis_gov.ingest.report import Report


def summary(report: Report) -> str:
    """Write a report as some lines of text."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    tried = " (dry run: nothing was changed)" if report.dry_run else ""
    yield f"{report.kind} from {', '.join(report.files)} in {report.seconds:.1f} s{tried}"
    yield (
        f"  read {report.read:,}: inserted {report.inserted:,}, updated {report.updated:,}, "
        f"unchanged {report.unchanged:,}, rejected {report.rejected:,}"
    )
    for reason, count in report.reasons.most_common():
        yield f"  rejected {count:,}: {reason}"
    if report.datum:
        yield f"  coordinates read as {report.datum}"
    if report.mapping:
        renamed = [f"{target}={column}" for target, column in report.mapping.items()]
        yield f"  columns: {', '.join(renamed)}"
    for name, found in report.findings.found.items():
        rows = f" (rows {', '.join(map(str, found.rows))}…)" if found.rows else ""
        yield f"  {name}: {found.count:,} {found.detail}{rows}"
    for note in report.findings.notes:
        yield f"  note: {note}"
    if report.rejects_file:
        yield f"  rejected rows are in {report.rejects_file}"
    if report.faults_file:
        yield f"  faulty places are in {report.faults_file}"
