import hashlib

from paygate_settle import report

LINES = [report.Line("t-1", "m-1", 1250, "SGD"), report.Line("t-2", "m-1", 300, "SGD")]


def test_rendered_report_is_what_the_clearing_house_recorded():
    body = report.render(LINES)
    assert hashlib.sha1(body).hexdigest() == "6c00ae69e54aac7220e553590607a323dff3db7c"


def test_total_counts_one_currency():
    assert report.total(LINES, "SGD") == 1550
    assert report.total(LINES, "EUR") == 0


def test_etag_changes_with_the_body():
    assert report.etag(b"a") != report.etag(b"b")
