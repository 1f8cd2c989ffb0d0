from discovery_app.cli.export import Wanted
from discovery_app.knowledge.tool_formats import ExportTool
from discovery_app.services.export_rows import ExportWhat


def test_the_command_line_offers_every_export_and_every_tool():
    assert {*Wanted} == {*ExportWhat, *ExportTool}
