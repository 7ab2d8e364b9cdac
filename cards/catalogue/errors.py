"""What is wrong with a file of the catalogue, and where."""

from collections.abc import Callable
from typing import NamedTuple


class CatalogueError(ValueError):
    """A file that can't be read; names the file and the field.

    `message` is the English sentence: `template` with `values` in its gaps.
    """

    def __init__(self, file: str, field: str, template: str, /, **values: object) -> None:
        self.file = file
        self.field = field
        self.template = template
        self.values = values
        self.message = self.said_by(str)
        super().__init__(f"{file}: {field}: {self.message}" if field else f"{file}: {self.message}")

    def said_by(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language; `translate` gives the template in it."""
        text = translate(self.template)
        # Without gaps it is as it stands: a percent sign in it is one.
        return text % self.values if self.values else text


class Spot(NamedTuple):
    """A place in a file, such as `rule[0].period`."""

    file: str
    field: str = ""

    def at(self, key: str) -> "Spot":
        """A field of this table."""
        return Spot(self.file, f"{self.field}.{key}" if self.field else key)

    def item(self, number: int) -> "Spot":
        """An entry of this list, from 0."""
        return Spot(self.file, f"{self.field}[{number}]")

    def error(self, template: str, /, **values: object) -> CatalogueError:
        """The error to raise here; `values` fill gaps such as `%(count)d`.

        People read it: the template is marked with `gettext_noop`.
        """
        return CatalogueError(self.file, self.field, template, **values)
