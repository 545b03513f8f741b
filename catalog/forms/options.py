"""Options of products and variants, which staff write an option on each line."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from core.backoffice.forms import LinesField

MAX_NAME, MAX_VALUE, MAX_OPTIONS = 100, 200, 50


class ChosenOptionsField(LinesField):
    """What a variant has of each option, an option on each line: `Size: M`."""

    example = "Size: M"

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": self.example})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> str:
        """Return what is stored as text; what was typed stays as it is."""
        return value if isinstance(value, str) else "\n".join(map(": ".join, self.pairs(value)))

    def pairs(self, stored: Any) -> list[tuple[str, str]]:
        """Return the names of stored options with what follows the colon."""
        return [*(stored or {}).items()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether the text is another than that of what is stored."""
        lines = [line.strip() for line in str(data or "").splitlines() if line.strip()]
        return lines != self.prepare_value(initial).splitlines()

    def to_python(self, value: Any) -> Any:
        """Return the options as they are stored. Raises `ValidationError`."""
        found: dict[str, str] = {}
        for line in str(super().to_python(value) or "").splitlines():
            name, colon, rest = (part.strip() for part in line.partition(":"))
            if name and colon and rest and len(name) <= MAX_NAME and name not in found:
                found[name] = rest
            elif line.strip():
                raise forms.ValidationError(f"Write one option a line, such as {self.example}.")
        if len(found) > MAX_OPTIONS:
            raise forms.ValidationError(f"There are more than {MAX_OPTIONS} options.")
        return self.stored(found)

    def stored(self, found: dict[str, str]) -> Any:
        """Return the options that were written as they are stored."""
        return {name: self.checked(value) for name, value in found.items()}

    def checked(self, value: str) -> str:
        """Return a value. Raises `ValidationError` for one that is too long."""
        if len(value) > MAX_VALUE:
            raise forms.ValidationError(f"A value has at most {MAX_VALUE} characters.")
        return value


class OptionsField(ChosenOptionsField):
    """What the variants of a product differ in, an option on each line: `Size: S, M`."""

    example = "Size: S, M"

    def pairs(self, stored: Any) -> list[tuple[str, str]]:
        """Return the names of stored options with their values."""
        return [(option["name"], ", ".join(option["values"])) for option in stored or ()]

    def stored(self, found: dict[str, str]) -> Any:
        """Return the options that were written as they are stored."""
        written = {name: [v.strip() for v in text.split(",")] for name, text in found.items()}
        return [
            {
                "name": name,
                "values": [self.checked(value) for value in dict.fromkeys(values) if value],
            }
            for name, values in written.items()
        ]
