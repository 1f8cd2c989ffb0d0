import pytest

from discovery_app.knowledge.headers import is_never_imported, normalise_header


@pytest.mark.parametrize(
    ("header", "normal"),
    [
        ("*Memory (In MB)", "memoryinmb"),
        ("\ufeffServer_Name ", "servername"),
        ("RAM %", "ram%"),
        ("RAM", "ram"),
        ("Cores p/s", "coresps"),
        ("サーバー 名", "サーバー名"),
        ("  ", ""),
    ],
)
def test_compares_headers_without_their_decoration(header, normal):
    assert normalise_header(header) == normal


@pytest.mark.parametrize(
    "header",
    [
        "Password",
        "admin_password",
        "RootPwd",
        "API key",
        "SSH-Key",
        "Auth Token",
        "secret",
    ],
)
def test_credentials_are_never_imported(header):
    assert is_never_imported(header)


@pytest.mark.parametrize(
    "header", ["Secretary", "Key", "Disk Key", "Passage", "Tokenised", "Name", ""]
)
def test_words_that_only_look_alike_are_imported(header):
    assert not is_never_imported(header)
