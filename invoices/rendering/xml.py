"""The electronic invoice: EN 16931 in the syntax of UN/CEFACT, as Factur-X and ZUGFeRD have it.

Amounts are the same minor units that the page shows: lines are net, and a unit's price is that
of all its units with their number beside it (BT-149), so that nothing is rounded twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from core.money import minor_digits, to_major
from invoices.domain import InvoiceKind, TaxCategory
from invoices.models import Invoice
from invoices.rendering.words import words_of

_NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
_PROFILE = "urn:cen.eu:en16931:2017"
# Document types of UNTDID 1001.
_TYPES = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381"}
_SEPA_TRANSFER, _PIECE, _FREIGHT = "58", "C62", "FC"
# Why no tax is charged: codes of the VATEX list.
_REASONS = {
    TaxCategory.INTRA_COMMUNITY: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.NOT_SUBJECT: "VATEX-EU-O",
}
_NOT_SUBJECT = "Not subject to VAT"

for prefix, uri in _NAMESPACES.items():
    register_namespace(prefix, uri)


def is_electronic(invoice: Invoice) -> bool:
    """Tell whether EN 16931 can say what the invoice says.

    It has one VAT on each line, two decimals, and needs to know who sells and where the buyer
    is; a seller without a VAT number charges none, and is known by a registration.
    """
    says = invoice.document
    seller, untaxed = says["seller"], not says["taxes"]
    known = seller["vat_number"] or (untaxed and seller["registration"])
    return bool(
        known
        and seller["name"]
        and seller["country"]
        and says["buyer"].get("country_code")
        and says["lines"]
        and minor_digits(invoice.currency) <= 2
        and all(len(line["taxes"]) <= 1 for line in says["lines"])
    )


def xml_of(invoice: Invoice) -> bytes:
    """Return the XML of an invoice for which `is_electronic` holds."""
    root = Element(_name("rsm:CrossIndustryInvoice"))
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", _PROFILE)
    head = _add(root, "rsm:ExchangedDocument")
    _add(head, "ram:ID", invoice.number)
    _add(head, "ram:TypeCode", _TYPES[InvoiceKind(invoice.kind)])
    _add_day(head, "ram:IssueDateTime", date.fromisoformat(invoice.document["day"]))
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    goods = [line for line in invoice.document["lines"] if not line["shipping"]]
    charges = [line for line in invoice.document["lines"] if line["shipping"]]
    if not goods:  # a document has at least one line
        goods, charges = charges, []
    for position, line in enumerate(goods, 1):
        _add_line(trade, line, position, invoice)
    _add_agreement(trade, invoice)
    _add_delivery(trade, invoice)
    _add_settlement(trade, goods, charges, invoice)
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written


def _add_line(trade: Element, line: Mapping[str, Any], position: int, invoice: Invoice) -> None:
    item, units = _add(trade, "ram:IncludedSupplyChainTradeLineItem"), line["quantity"] or 1
    _add(item, "ram:AssociatedDocumentLineDocument/ram:LineID", str(position))
    product = _add(item, "ram:SpecifiedTradeProduct")
    if line["sku"]:
        _add(product, "ram:SellerAssignedID", line["sku"])
    _add(product, "ram:Name", line["title"])
    price = _add(item, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    _add(price, "ram:ChargeAmount", _amount(line["net"], invoice))
    _add(price, "ram:BasisQuantity", str(units), unitCode=_PIECE)
    _add(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", str(units), unitCode=_PIECE)
    settlement = _add(item, "ram:SpecifiedLineTradeSettlement")
    _add_tax(_add(settlement, "ram:ApplicableTradeTax"), *_tax_of(line, invoice))
    total = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(total, "ram:LineTotalAmount", _amount(line["net"], invoice))


def _add_agreement(trade: Element, invoice: Invoice) -> None:
    says = invoice.document
    seller, buyer = says["seller"], says["buyer"]
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    party = _add(agreement, "ram:SellerTradeParty")
    _add(party, "ram:Name", seller["name"])
    if seller["registration"]:
        _add(party, "ram:SpecifiedLegalOrganization/ram:ID", seller["registration"])
    _add_address(
        party,
        {
            "postal_code": seller["postal_code"],
            "line1": seller["street"],
            "city": seller["city"],
            "country_code": seller["country"],
        },
    )
    if seller["email"]:
        _add(party, "ram:URIUniversalCommunication/ram:URIID", seller["email"], schemeID="EM")
    if seller["vat_number"]:
        _add(party, "ram:SpecifiedTaxRegistration/ram:ID", seller["vat_number"], schemeID="VA")
    party = _add(agreement, "ram:BuyerTradeParty")
    _add(party, "ram:Name", _party_name(buyer) or says["email"])
    _add_address(party, buyer)
    if says["email"]:
        _add(party, "ram:URIUniversalCommunication/ram:URIID", says["email"], schemeID="EM")
    if says["vat_number"] and seller["vat_number"]:
        _add(party, "ram:SpecifiedTaxRegistration/ram:ID", says["vat_number"], schemeID="VA")
    order = "ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"
    _add(agreement, order, says["order_number"])


def _add_delivery(trade: Element, invoice: Invoice) -> None:
    """Say where the goods go; the day of supply is taken to be the document's."""
    delivery = _add(trade, "ram:ApplicableHeaderTradeDelivery")
    ship_to = invoice.document["ship_to"]
    if ship_to.get("country_code"):
        party = _add(delivery, "ram:ShipToTradeParty")
        _add(party, "ram:Name", _party_name(ship_to) or invoice.document["email"])
        _add_address(party, ship_to)
    event = _add(delivery, "ram:ActualDeliverySupplyChainEvent")
    _add_day(event, "ram:OccurrenceDateTime", date.fromisoformat(invoice.document["day"]))


def _add_settlement(
    trade: Element,
    goods: list[Mapping[str, Any]],
    charges: list[Mapping[str, Any]],
    invoice: Invoice,
) -> None:
    says, settlement = invoice.document, _add(trade, "ram:ApplicableHeaderTradeSettlement")
    _add(settlement, "ram:InvoiceCurrencyCode", invoice.currency)
    due = max(0, says["gross"] - says["settled"])
    if due and says["seller"]["iban"] and invoice.kind == InvoiceKind.INVOICE:
        means = _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
        _add(means, "ram:TypeCode", _SEPA_TRANSFER)
        iban = says["seller"]["iban"].replace(" ", "")
        _add(means, "ram:PayeePartyCreditorFinancialAccount/ram:IBANID", iban)
    breakdown: dict[tuple[TaxCategory, Decimal], list[int]] = {}
    for line in [*goods, *charges]:
        sums = breakdown.setdefault(_tax_of(line, invoice), [0, 0])
        sums[0] += line["net"]
        sums[1] += line["tax"]
    for (category, rate), (base, amount) in breakdown.items():
        tax = _add(settlement, "ram:ApplicableTradeTax")
        _add(tax, "ram:CalculatedAmount", _amount(amount, invoice))
        words = words_of(invoice.language)
        reason = words.get(category) or (
            _NOT_SUBJECT if category is TaxCategory.NOT_SUBJECT else ""
        )
        _add_tax(tax, category, rate, reason=reason, base=_amount(base, invoice))
    for line in charges:
        charge = _add(settlement, "ram:SpecifiedTradeAllowanceCharge")
        _add(charge, "ram:ChargeIndicator/udt:Indicator", "true")
        _add(charge, "ram:ActualAmount", _amount(line["net"], invoice))
        _add(charge, "ram:ReasonCode", _FREIGHT)
        _add(charge, "ram:Reason", line["title"] or "Shipping")
        _add_tax(_add(charge, "ram:CategoryTradeTax"), *_tax_of(line, invoice))
    _add_terms(settlement, invoice, due=due)
    _add_totals(settlement, sum(line["net"] for line in charges), invoice, due=due)
    if says["credits"]:
        credited = "ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
        _add(settlement, credited, says["credits"])


def _add_terms(settlement: Element, invoice: Invoice, *, due: int) -> None:
    says, terms = invoice.document, _add(settlement, "ram:SpecifiedTradePaymentTerms")
    day = date.fromisoformat(says["day"])
    if invoice.kind == InvoiceKind.CREDIT_NOTE and due:
        _add(terms, "ram:Description", words_of(invoice.language)["not_charged"])
    by = day + timedelta(days=says["due_days"] if due else 0)
    _add_day(terms, "ram:DueDateDateTime", by)


def _add_totals(settlement: Element, charged: int, invoice: Invoice, *, due: int) -> None:
    says = invoice.document
    totals = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(totals, "ram:LineTotalAmount", _amount(says["net"] - charged, invoice))
    _add(totals, "ram:ChargeTotalAmount", _amount(charged, invoice))
    _add(totals, "ram:TaxBasisTotalAmount", _amount(says["net"], invoice))
    tax = _amount(says["tax"], invoice)
    _add(totals, "ram:TaxTotalAmount", tax, currencyID=invoice.currency)
    _add(totals, "ram:GrandTotalAmount", _amount(says["gross"], invoice))
    _add(totals, "ram:TotalPrepaidAmount", _amount(says["gross"] - due, invoice))
    _add(totals, "ram:DuePayableAmount", _amount(due, invoice))


def _tax_of(line: Mapping[str, Any], invoice: Invoice) -> tuple[TaxCategory, Decimal]:
    """Return category and rate in percent; a seller without a VAT number is not subject to it."""
    for tax in line["taxes"]:
        return TaxCategory(tax["category"]), (Decimal(tax["rate"]) * 100).normalize()
    known = invoice.document["seller"]["vat_number"]
    return TaxCategory.ZERO if known else TaxCategory.NOT_SUBJECT, Decimal(0)


def _add_tax(
    tax: Element, category: TaxCategory, rate: Decimal, *, reason: str = "", base: str = ""
) -> None:
    _add(tax, "ram:TypeCode", "VAT")
    if reason:
        _add(tax, "ram:ExemptionReason", reason)
    if base:
        _add(tax, "ram:BasisAmount", base)
    _add(tax, "ram:CategoryCode", category.value)
    if reason and category in _REASONS:
        _add(tax, "ram:ExemptionReasonCode", _REASONS[category])
    if category is not TaxCategory.NOT_SUBJECT:
        _add(tax, "ram:RateApplicablePercent", f"{rate:f}")


def _party_name(address: Mapping[str, str]) -> str:
    name = f"{address.get('first_name', '')} {address.get('last_name', '')}".strip()
    return address.get("company", "") or name


def _add_address(party: Element, address: Mapping[str, str]) -> None:
    place = _add(party, "ram:PostalTradeAddress")
    for name, field in (
        ("ram:PostcodeCode", "postal_code"),
        ("ram:LineOne", "line1"),
        ("ram:LineTwo", "line2"),
        ("ram:CityName", "city"),
        ("ram:CountryID", "country_code"),
        ("ram:CountrySubDivisionName", "region"),
    ):
        if address.get(field):
            _add(place, name, address[field])


def _add_day(parent: Element, path: str, day: date) -> None:
    _add(parent, f"{path}/udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def _amount(amount: int, invoice: Invoice) -> str:
    return f"{to_major(amount, invoice.currency):.2f}"


def _add(parent: Element, path: str, text: str = "", **attributes: str) -> Element:
    """Append the elements of a path one inside the other; return the innermost."""
    for step in path.split("/"):
        parent = SubElement(parent, _name(step))
    parent.text = text or None
    parent.attrib.update(attributes)
    return parent


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
