import pytest

from discovery_app.knowledge.headers import (
    is_never_imported,
    normalise_header,
    without_common_affix,
)


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
        "Mot de passe admin",
        "Contraseña",
        "CONTRASENA_ROOT",
        "Admin-Kennwort",
        "SNMP community string",
        "DB connection string",
        "BitLocker Recovery Key",
        "community",
        "SNMP community",
        "SNMPv3 auth key",
        "Pre-shared key",
        "User/Pass",
        "Privater Schlüssel",
        "Verbindungszeichenfolge",
        "Clé privée",
        "Chaîne de connexion",
        "Clave de acceso",
        "Cadena de conexión",
    ],
)
def test_credentials_are_never_imported(header):
    assert is_never_imported(header)


@pytest.mark.parametrize(
    "header",
    [
        "Secretary",
        "Key",
        "Disk Key",
        "Passage",
        "Tokenised",
        "Name",
        "",
        "Pass/Fail",
        "Community Edition",
        "Primärschlüssel",
    ],
)
def test_words_that_only_look_alike_are_imported(header):
    assert not is_never_imported(header)


CONFIGURATION_MANAGER = ["Netbios_Name0", "Model0", "Manufacturer0", "ResourceID"]


def test_takes_off_the_zero_that_most_headers_end_with():
    assert without_common_affix("Model0", CONFIGURATION_MANAGER) == "Model"
    assert without_common_affix("ResourceID", CONFIGURATION_MANAGER) == "ResourceID"


def test_leaves_a_zero_that_stands_alone():
    assert without_common_affix("eth0", ["eth0", "name", "os"]) == "eth0"


def test_takes_off_a_first_word_that_nearly_all_share():
    headers = ["x_name", "x_os", "x_ram", "x_ip", "x_site"]
    assert without_common_affix("x_ram", headers) == "ram"


def test_never_leaves_nothing():
    assert without_common_affix("ansible", ["ansible"]) == "ansible"
