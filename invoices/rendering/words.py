"""The words of an invoice in the languages that it can be written in.

A literal table and not gettext: an invoice has to read the same in ten years, and one place has
to show a shop's accountant all of it. Languages that are missing are written to in English.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

WORDS: Mapping[str, Words] = {
    "en": {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "number": "Number",
        "date": "Date",
        "order": "Order",
        "ordered": "Ordered on",
        "credits": "Credits invoice",
        "bill_to": "Bill to",
        "ship_to": "Deliver to",
        "vat_number": "VAT number",
        "registration": "Registration",
        "item": "Item",
        "quantity": "Quantity",
        "price": "Price",
        "rate": "Tax",
        "amount": "Amount",
        "discount": "Discount",
        "net": "Total without tax",
        "tax": "Tax",
        "tax_on": "{title} {rate} on {base}",
        "gross": "Total",
        "paid": "Paid",
        "refunded": "Refunded",
        "due": "Due",
        "due_by": "Please pay {amount} by {day}, naming {number}.",
        "to_account": "To the account {iban}.",
        "not_charged": "Nothing is to be paid for what this credits.",
        "page": "Page {page} of {pages}",
        "tax_included": "Prices include tax.",
        "tax_added": "Prices are without tax.",
        "K": "Tax-exempt intra-Community supply, Directive 2006/112/EC, art. 138: "
        "the buyer accounts for the tax (reverse charge).",
        "G": "Tax-exempt export, Directive 2006/112/EC, art. 146.",
        "E": "Exempt from tax.",
    },
    "de": {
        "invoice": "Rechnung",
        "credit_note": "Rechnungskorrektur",
        "number": "Nummer",
        "date": "Datum",
        "order": "Bestellung",
        "ordered": "Bestellt am",
        "credits": "Korrigiert Rechnung",
        "bill_to": "Rechnungsadresse",
        "ship_to": "Lieferadresse",
        "vat_number": "USt-IdNr.",
        "registration": "Register",
        "item": "Artikel",
        "quantity": "Menge",
        "price": "Preis",
        "rate": "Steuer",
        "amount": "Betrag",
        "discount": "Rabatt",
        "net": "Summe ohne Steuer",
        "tax": "Steuer",
        "tax_on": "{title} {rate} auf {base}",
        "gross": "Gesamtbetrag",
        "paid": "Bezahlt",
        "refunded": "Erstattet",
        "due": "Offen",
        "due_by": "Bitte zahlen Sie {amount} bis zum {day} unter Angabe von {number}.",
        "to_account": "Auf das Konto {iban}.",
        "not_charged": "Für das hier Korrigierte ist nichts zu zahlen.",
        "page": "Seite {page} von {pages}",
        "tax_included": "Die Preise enthalten die Steuer.",
        "tax_added": "Die Preise verstehen sich ohne Steuer.",
        "K": "Steuerfreie innergemeinschaftliche Lieferung, Art. 138 der Richtlinie 2006/112/EG: "
        "Steuerschuldnerschaft des Leistungsempfängers.",
        "G": "Steuerfreie Ausfuhrlieferung, Art. 146 der Richtlinie 2006/112/EG.",
        "E": "Von der Steuer befreit.",
    },
    "fr": {
        "invoice": "Facture",
        "credit_note": "Avoir",
        "number": "Numéro",
        "date": "Date",
        "order": "Commande",
        "ordered": "Commandé le",
        "credits": "Avoir sur la facture",
        "bill_to": "Adresse de facturation",
        "ship_to": "Adresse de livraison",
        "vat_number": "Numéro de TVA",
        "registration": "Immatriculation",
        "item": "Article",
        "quantity": "Quantité",
        "price": "Prix",
        "rate": "Taxe",
        "amount": "Montant",
        "discount": "Remise",
        "net": "Total hors taxe",
        "tax": "Taxe",
        "tax_on": "{title} {rate} sur {base}",
        "gross": "Total",
        "paid": "Payé",
        "refunded": "Remboursé",
        "due": "À payer",
        "due_by": "Merci de régler {amount} avant le {day} en indiquant {number}.",
        "to_account": "Sur le compte {iban}.",
        "not_charged": "Rien n’est à payer pour ce qui est crédité ici.",
        "page": "Page {page} sur {pages}",
        "tax_included": "Les prix comprennent la taxe.",
        "tax_added": "Les prix s’entendent hors taxe.",
        "K": "Livraison intracommunautaire exonérée, art. 138 de la directive 2006/112/CE : "
        "autoliquidation par l’acheteur.",
        "G": "Exportation exonérée, art. 146 de la directive 2006/112/CE.",
        "E": "Exonéré de taxe.",
    },
}


def words_of(language: str) -> Words:
    """Return the words of a language, `de` for `de-AT`; English where there are none."""
    return WORDS.get(language) or WORDS.get(language.partition("-")[0]) or WORDS["en"]
