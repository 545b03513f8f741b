"""Files of tax rates, as CSV or JSON; docs/taxes.md describes them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from core.text import UnprintableCharacter, clean_text
from pricing.domain import STANDARD_TAX_CLASS
from pricing.domain.tax_timeline import ListedRate, Remark, normal_place
from pricing.errors import UnknownPlace

COLUMNS = (
    "country", "region", "tax_class", "title", "rate", "added", "valid_from", "valid_to", "source",
)  # fmt: skip
REQUIRED = ("country", "rate", "valid_from")
BUNDLED = Path(__file__).parent / "data"
MAX_FILE_BYTES = 50_000_000
_LENGTHS = {"region": 100, "tax_class": 50, "title": 100, "source": 500}
_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?(%?)")


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the message says why in one line."""


class BadValue(Exception):
    """A value is no good; the message says why."""


@dataclass(frozen=True, slots=True)
class RateFile:
    """The rates of a file, and what was wrong with its lines; of JSON, a line is an entry."""

    rates: list[ListedRate]
    faults: list[Remark]


def read_rates(path: Path) -> RateFile:
    """Read a file of rates, its ending says in which format. Raises `UnreadableFile`."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFile(f"{path}: this is too large for a file of rates.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path}: this is not UTF-8.") from None
    rows = _json_rows(path, text) if path.suffix.lower() == ".json" else _csv_rows(path, text)
    read = RateFile([], [])
    for line, row in rows:
        try:
            read.rates.append(_rate(line, row))
        except (BadValue, UnknownPlace, UnprintableCharacter) as bad:
            read.faults.append(Remark(line, str(bad)))
    if not read.rates and not read.faults:
        raise UnreadableFile(f"{path}: there is no rate in it.")
    return read


def percent_or_fraction(text: str) -> Decimal:
    """Read `0.2` or `20 %`, exactly. Raises `BadValue`."""
    found = _RATE.fullmatch(text)
    value = Decimal(found[1]).scaleb(-2 if found[2] else 0) if found else Decimal(-1)
    if not 0 <= value <= 1:
        raise BadValue(f"the rate is {text[:40]!r}; it has to be like 0.2, or 20 %.")
    if value != value.quantize(Decimal("0.000001")):
        raise BadValue(f"the rate {text!r} has more than six decimals.")
    return value.normalize()


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if missing := [name for name in REQUIRED if name not in header]:
            raise UnreadableFile(f"{path}: the header lacks these columns: {', '.join(missing)}.")
        if unknown := ", ".join(name for name in header if name not in COLUMNS):
            raise UnreadableFile(f"{path}: these columns are not known: {unknown[:200]}.")
        if len(set(header)) < len(header):
            raise UnreadableFile(f"{path}: the header names a column twice.")
        line = reader.line_num + 1
        for row in reader:
            if any(row):
                values = dict(zip(header, row, strict=False))
                yield line, values if len(row) == len(header) else {"": row}
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"{path}: line {reader.line_num} is not CSV ({error}).") from None


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{path}: this is not JSON.") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableFile(f"{path}: this has to be a list of objects, one for each rate.")
    yield from enumerate(rows, 1)


def _rate(line: int, row: Mapping[str, Any]) -> ListedRate:
    """Read a row. Raises `BadValue`, `UnknownPlace` or `UnprintableCharacter`."""
    if unknown := [name for name in row if name not in COLUMNS]:
        fault = f"{unknown[0]!r} is not known" if unknown[0] else "there is not a field per column"
        raise BadValue(f"{fault}.")
    values = {name: _text(name, row.get(name)) for name in COLUMNS}
    country, region = normal_place(values["country"], values["region"])
    if not re.fullmatch(r"[a-zA-Z0-9_-]*", values["tax_class"]):
        raise BadValue("the tax class has to be letters, digits, hyphens and underscores.")
    if values["added"].lower() not in {"", "no", "yes", "true", "false"}:
        raise BadValue(f"added is {values['added']!r}; it has to be yes or no.")
    rate = ListedRate(
        country=country,
        region=region,
        tax_class=values["tax_class"] or STANDARD_TAX_CLASS,
        rate=percent_or_fraction(values["rate"]),
        valid_from=_date("valid_from", values["valid_from"]),
        valid_to=_date("valid_to", values["valid_to"]) if values["valid_to"] else None,
        title=values["title"],
        added=values["added"].lower() in {"yes", "true"},
        source=values["source"],
        line=line,
    )
    if rate.valid_to is not None and rate.valid_to < rate.valid_from:
        raise BadValue(f"it ends on {rate.valid_to}, before it begins on {rate.valid_from}.")
    if rate.added and not rate.title:
        raise BadValue("a rate that is added needs a title to tell it by.")
    return rate


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        raise BadValue(f'{name} has to be a text, such as "0.2".')
    text = clean_text(value).strip()
    if len(text) > _LENGTHS.get(name, 20):
        raise BadValue(f"{name} has more than {_LENGTHS.get(name, 20)} characters.")
    return text


def _date(name: str, text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"{name} is {text!r}; it has to be a day such as 2025-07-01.")
