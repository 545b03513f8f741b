"""Reading CSV files as people save them."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.importing.products import BadRow
from core.text import UnprintableCharacter, clean_text

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_FIELD = 1_000_000
_CHUNK = 1024 * 1024


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a row by column name, stripped; `line` is where it begins, from 1."""

    line: int
    values: dict[str, str]


def read_rows(path: Path, *, required: Collection[str]) -> Iterator[Row | BadRow]:
    """Yield the rows of a CSV file, one at a time, however large the file is.

    UTF-8 (with or without a byte order mark), UTF-16 with one, else Windows-1252.
    Raises `UnreadableFile` before the first row when there is no file or no such header.
    """
    try:
        with path.open(encoding=_encoding_of(path), errors="replace", newline="") as file:
            csv.field_size_limit(MAX_FIELD)
            reader = csv.reader(file, strict=True)
            header = _header(reader, path, required)
            yield from _rows(reader, header)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _header(reader: CsvReader, path: Path, required: Collection[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFile(f"{path}: this is not a CSV file ({error}).") from None
    if not header:
        raise UnreadableFile(f"{path}: the file is empty.")
    missing = [name for name in required if name not in header]
    if missing:
        named = ", ".join(missing)
        hint = " Is it --format shopify?" if "Variant Price" in header else ""
        raise UnreadableFile(f"{path}: the header lacks these columns: {named}.{hint}")
    if len(set(header) - {""}) < len([name for name in header if name]):
        raise UnreadableFile(f"{path}: the header names a column twice.")
    return header


def _rows(reader: CsvReader, header: list[str]) -> Iterator[Row | BadRow]:
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = "unexpected end" in str(error)
            problem = (
                "a quote is opened and never closed; nothing after it is read."
                if unclosed
                else f"this is not CSV ({error})."
            )
            yield BadRow(line, problem)
            continue
        if not any(field.strip() for field in fields):
            continue
        if any(field.strip() for field in fields[len(header) :]):
            yield BadRow(line, "there are more fields than columns.")
            continue
        try:
            fields = [clean_text(field, multiline=True).strip() for field in fields]
        except UnprintableCharacter as error:
            yield BadRow(line, str(error))
            continue
        padded = fields + [""] * (len(header) - len(fields))
        yield Row(line, dict(zip(header, padded, strict=False)))
