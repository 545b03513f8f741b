"""Hot-path statements: written with the ORM, compiled once, then only executed.

Building a query of several joins costs the ORM more than PostgreSQL takes to
respond. A `Statement` keeps the compiled SQL; the values of each call go into
the `Parameter`s it was written with.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Parameter(Expression):
    """A placeholder for a value that each call of a `Statement` passes by name."""

    def __init__(self, name: str, output_field: Field[Any, Any], cast: str) -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self.cast = cast

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[()]]:
        return f"(%({self.name})s::{self.cast})", ()


class IsAnyOf(Func):
    """Whether a column is in an array: one statement for lists of every length."""

    arg_joiner = " = ANY"
    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, column: str, parameter: Parameter) -> None:
        super().__init__(column, parameter)


class Statement:
    """A `values_list` query set as SQL, compiled when it is made."""

    def __init__(self, rows: QuerySet[Any, tuple[Any, ...]]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, constants = compiler.as_sql()
        self.converters = compiler.get_converters([column for column, *_ in compiler.select])
        names = itertools.count()
        self.sql = re.sub(r"%s", lambda _: f"%(constant_{next(names)})s", sql)
        self.constants = {f"constant_{i}": value for i, value in enumerate(constants)}

    def rows(self, **parameters: Any) -> list[tuple[Any, ...]]:
        """Execute it with these values; return the rows as the query set would."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.constants | parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [self._converted(row) for row in rows] if self.converters else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Convert what the database driver leaves to the model's field, such as JSON."""
        values = list(row)
        for position, (converters, column) in self.converters.items():
            for convert in converters:
                values[position] = convert(values[position], column, connection)
        return tuple(values)
