"""What is wrong with a file of the catalogue, and where."""

from typing import NamedTuple


class CatalogueError(ValueError):
    """A file that can't be read; names the file and the field."""

    def __init__(self, file: str, field: str, message: str) -> None:
        self.file = file
        self.field = field
        self.message = message
        super().__init__(f"{file}: {field}: {message}" if field else f"{file}: {message}")


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

    def error(self, message: str) -> CatalogueError:
        """The error to raise here."""
        return CatalogueError(self.file, self.field, message)
