"""Made-up people in several countries; their e-mail domains are reserved (RFC 2606)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

DOMAINS = ("example.com", "example.net", "example.org")


class Country(NamedTuple):
    """Its share of the buyers, names and streets, and cities with region and postal code."""

    code: str
    share: int
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]


COUNTRIES = (
    Country(
        "GB", 40,
        ("Ada", "Alan", "Grace", "George", "Olivia", "Harry", "Amelia", "Noah", "Isla", "Jack"),
        ("Lovelace", "Turing", "Hopper", "Boole", "Clarke", "Wright", "Patel", "Evans", "Hughes"),
        ("{} High Street", "{} Church Lane", "{} Station Road", "{} St James's Square"),
        (
            ("London", "", "SW1Y 4LB"), ("Manchester", "", "M1 1AE"), ("Leeds", "", "LS1 4AP"),
            ("Bristol", "", "BS1 5TR"), ("Edinburgh", "", "EH1 1YZ"), ("Cardiff", "", "CF10 1EP"),
        ),
    ),
    Country(
        "DE", 20,
        ("Emma", "Paul", "Hannah", "Jörg", "Käthe", "Felix", "Anneliese", "Jürgen", "Mia", "Leon"),
        ("Müller", "Schmidt", "Schäfer", "Weiß", "Krüger", "Vogel", "Böhm", "Lang", "Neumann"),
        ("Hauptstraße {}", "Gartenweg {}", "Lindenallee {}"),
        (
            ("Berlin", "", "10115"), ("München", "", "80331"), ("Köln", "", "50667"),
            ("Hamburg", "", "20095"), ("Leipzig", "", "04109"),
        ),
    ),
    Country(
        "FR", 14,
        ("Chloé", "Lucas", "Zoé", "Hugo", "Inès", "Jules", "Élodie", "Théo", "Margaux", "René"),
        ("Martin", "Lefèvre", "Dubois", "Durand", "Moreau", "Fournier", "Girard", "Bonnet"),
        ("{} rue de la République", "{} avenue Victor Hugo", "{} place du Marché"),
        (
            ("Paris", "", "75001"), ("Lyon", "", "69002"), ("Marseille", "", "13001"),
            ("Toulouse", "", "31000"), ("Orléans", "", "45000"),
        ),
    ),
    Country(
        "US", 12,
        ("Liam", "Emma", "James", "Sophia", "Mason", "Ava", "Ethan", "Charlotte", "Logan", "Ruth"),
        ("Johnson", "Williams", "Brown", "Garcia", "Davis", "Miller", "Nguyen", "O'Brien", "Lee"),
        ("{} Main Street", "{} Oak Avenue", "{} Washington Boulevard"),
        (
            ("New York", "NY", "10001"), ("Chicago", "IL", "60601"), ("Austin", "TX", "78701"),
            ("Seattle", "WA", "98101"), ("Mountain View", "CA", "94043"),
        ),
    ),
    Country(
        "NL", 8,
        ("Daan", "Sanne", "Bram", "Lotte", "Sem", "Fleur", "Joost", "Anouk"),
        ("de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Smit", "Mulder"),
        ("Kerkstraat {}", "Dorpsstraat {}", "Molenweg {}"),
        (("Amsterdam", "", "1012 JX"), ("Utrecht", "", "3511 CE"), ("Rotterdam", "", "3011 AA")),
    ),
    Country(
        "ES", 6,
        ("Lucía", "Hugo", "María", "Iván", "Sofía", "Álvaro", "Carmen", "Jesús"),
        ("García", "Fernández", "Núñez", "Sánchez", "Muñoz", "Romero", "Ibáñez"),
        ("Calle Mayor {}", "Calle del Sol {}", "Avenida de la Paz {}"),
        (("Madrid", "M", "28013"), ("Málaga", "MA", "29001"), ("Valencia", "V", "46001")),
    ),
)  # fmt: skip
SHARES = [country.share for country in COUNTRIES]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who buys: with an account, or as a guest."""

    email: str
    first_name: str
    last_name: str
    address: dict[str, str]


def new_person(random: Random, *, number: int, seed: int) -> Person:
    """Return someone whose e-mail address no other number or seed has."""
    (country,) = random.choices(COUNTRIES, SHARES)
    first_name = random.choice(country.first_names)
    last_name = random.choice(country.last_names)
    city, region, postal_code = random.choice(country.cities)
    address = {
        "first_name": first_name,
        "last_name": last_name,
        "company": f"{last_name} & Co." if random.random() < 0.05 else "",
        "line1": random.choice(country.streets).format(random.randint(1, 199)),
        "line2": "",
        "city": city,
        "region": region,
        "postal_code": postal_code,
        "country_code": country.code,
        "phone": "",
    }
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}".replace("ß", "ss"))
    local = "".join(c for c in plain if c.isascii() and (c.isalnum() or c == ".")).lower()
    email = f"{local}{number}.{seed}@{random.choice(DOMAINS)}"
    return Person(email, first_name, last_name, address)
