"""Text files that quote with apostrophes, as database clients write them."""

import re
from typing import Final

_QUOTED_LINE: Final = re.compile(rb"'[^'\n]*'(?:([,;\t|])'[^'\n]*')(?:\1'[^'\n]*')*\n")
_MARK: Final = re.compile(rb"(?m)(?:^|(?<=[,;\t|]))'|'(?=[,;\t|]|$)")


def with_usual_quotes(content: bytes) -> bytes:
    """Return a text with the quotes that readers know, if it has only apostrophes.

    It does if its first line, the headers, holds nothing but cells between them.
    """
    if b'"' in content or not _QUOTED_LINE.match(content):
        return content
    return _MARK.sub(b'"', content).replace(b"''", b"'")
