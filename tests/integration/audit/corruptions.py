"""Ways to corrupt the data of a shop, each with the check that has to see it."""

from __future__ import annotations

from typing import NamedTuple


class Corruption(NamedTuple):
    """Statements that break an invariant, once the constraints that would refuse are gone."""

    check: str
    sql: str
    without: str = ""


FIRST_ORDER = "(SELECT id FROM orders_order ORDER BY placed_at LIMIT 1)"
LIVE = "(SELECT id FROM checkout_checkout WHERE status = 'ready')"
COMPLETED = "(SELECT checkout_id FROM orders_order ORDER BY placed_at LIMIT 1)"
PAID = "status = 'paid'"
REFUNDED = "status = 'partially_refunded'"

CORRUPTIONS = [
    Corruption(
        "edits_lead_to_the_order_as_it_is",
        "UPDATE orders_orderedit SET before = before || '{\"total\": 1}' "
        "WHERE id = (SELECT id FROM orders_orderedit ORDER BY id DESC LIMIT 1)",
    ),
    Corruption(
        "edits_lead_to_the_order_as_it_is",
        "DELETE FROM orders_orderedit "
        "WHERE id = (SELECT id FROM orders_orderedit ORDER BY id DESC LIMIT 1)",
    ),
    Corruption(
        "edits_of_orders_have_their_events",
        "DELETE FROM events_event WHERE type = 'order.edited'",
    ),
    Corruption(
        "orders_are_what_was_checked_out",
        "UPDATE orders_orderedit SET before = jsonb_set(before, '{lines,0,quantity}', '9')",
    ),
    Corruption(
        "sold_units_are_ordered_less_canceled_and_returned",
        "DELETE FROM inventory_movement WHERE kind = 'edit'",
    ),
    Corruption(
        "order_total_is_charged_or_still_due",
        "UPDATE payments_payment SET waived = waived + 1 WHERE waived > 0",
    ),
    Corruption(
        "drafts_are_made_by_staff_and_seen_by_nobody_else",
        f"UPDATE checkout_checkout SET status = 'draft' WHERE id = {LIVE}",
    ),
    Corruption(
        "numbers_of_invoices_have_no_gap",
        "UPDATE invoices_counter SET last = last + 1 WHERE series = 'INV'",
    ),
    Corruption(
        "numbers_of_invoices_have_no_gap",
        "DELETE FROM invoices_invoice WHERE series = 'CN' AND position = 1",
    ),
    Corruption("numbers_of_invoices_have_no_gap", "DELETE FROM invoices_counter"),
    Corruption("pictures_have_files", "UPDATE catalog_imagefile SET status = 'deleting'"),
    Corruption(
        "invoices_are_the_sums_of_what_they_say",
        "UPDATE invoices_invoice SET net = net + 1, gross = gross + 1 WHERE position = 1",
    ),
    Corruption(
        "invoices_are_the_sums_of_what_they_say",
        "UPDATE invoices_invoice "
        "SET document = jsonb_set(document, '{lines,0,net}', '1') WHERE position = 1",
    ),
    Corruption(
        "credit_notes_take_no_more_than_was_invoiced",
        "UPDATE invoices_invoice SET net = net + 10000, gross = gross + 10000 "
        "WHERE kind = 'credit_note'",
    ),
    Corruption(
        "refunds_of_invoiced_orders_have_a_credit_note",
        "UPDATE invoices_invoice SET cause_id = id WHERE kind = 'credit_note'",
    ),
    Corruption(
        "files_of_invoices_are_what_was_rendered",
        "UPDATE invoices_rendering SET pdf = pdf || '!'::bytea",
    ),
    Corruption(
        "returned_units_are_those_of_returns",
        f"UPDATE orders_orderline SET fulfilled = 1, returned = 1 WHERE order_id = {FIRST_ORDER}",
    ),
    Corruption(
        "events_are_an_unbroken_chain",
        "UPDATE events_event SET data = data || '{\"amount\": 1}' "
        "WHERE type = 'order.refund_requested'",
    ),
    Corruption(
        "events_are_an_unbroken_chain",
        "UPDATE events_event SET created_at = created_at - interval '1 day' WHERE position = 1",
    ),
    Corruption(
        "events_are_an_unbroken_chain", "DELETE FROM events_event WHERE type = 'order.placed'"
    ),
    Corruption(
        "events_are_an_unbroken_chain",
        "UPDATE events_event SET position = NULL, hash = NULL WHERE type = 'order.canceled'",
    ),
    Corruption(
        "sent_units_are_those_of_fulfillments",
        f"UPDATE orders_orderline SET fulfilled = 1 WHERE order_id = {FIRST_ORDER}",
    ),
    Corruption(
        "orders_have_the_status_of_their_latest_payment",
        f"UPDATE orders_order SET payment_status = 'failed' WHERE id = {FIRST_ORDER}",
    ),
    Corruption(
        "orders_are_found_by_their_number_and_address",
        f"DELETE FROM orders_searchtext WHERE order_id = {FIRST_ORDER}",
    ),
    Corruption(
        "orders_are_found_by_their_number_and_address",
        f"UPDATE orders_searchtext SET text = '' WHERE order_id = {FIRST_ORDER}",
    ),
    Corruption(
        "every_variant_has_stock",
        "INSERT INTO catalog_variant (id, product_id, sku, title, options, position) "
        "SELECT gen_random_uuid(), id, 'NEW', '', '{}', 9 FROM catalog_product",
    ),
    Corruption(
        "the_history_of_prices_ends_with_todays", "UPDATE catalog_price SET amount = amount + 1"
    ),
    Corruption("the_history_of_prices_ends_with_todays", "DELETE FROM catalog_price"),
    Corruption("the_history_of_prices_ends_with_todays", "DELETE FROM catalog_pricechange"),
    Corruption(
        "the_history_of_price_lists_ends_with_todays",
        "INSERT INTO pricing_pricelist (id, code, title, currency, customer_group, priority, "
        "active, created_at) VALUES (gen_random_uuid(), 'x', 'X', 'GBP', '', 0, true, now())",
    ),
    Corruption(
        "stock_is_the_sum_of_its_movements", "UPDATE inventory_stock SET on_hand = on_hand + 1"
    ),
    Corruption(
        "stock_is_the_sum_of_its_movements", "DELETE FROM inventory_movement WHERE kind = 'initial'"
    ),
    Corruption(
        "reserved_stock_is_the_sum_of_reservations",
        "UPDATE inventory_stock SET reserved = reserved + 1",
    ),
    Corruption("reserved_stock_is_the_sum_of_reservations", "DELETE FROM inventory_reservation"),
    Corruption(
        "no_more_is_promised_than_there_is",
        "UPDATE inventory_stock SET reserved = on_hand + 1",
        without="inventory_stock.inventory_reserved_within_on_hand",
    ),
    Corruption(
        "no_more_is_promised_than_there_is",
        "UPDATE inventory_stock SET reserved = -1",
        without="inventory_stock.inventory_reserved_not_negative",
    ),
    Corruption(
        "movements_name_their_order_and_go_its_way",
        "UPDATE inventory_movement SET order_id = NULL WHERE kind = 'sale'",
    ),
    Corruption(
        "movements_name_their_order_and_go_its_way",
        "UPDATE inventory_movement SET delta = -delta WHERE kind = 'sale'",
    ),
    Corruption(
        "movements_name_their_order_and_go_its_way",
        f"UPDATE inventory_movement SET order_id = {FIRST_ORDER} WHERE kind = 'initial'",
    ),
    Corruption(
        "payments_are_the_sums_of_their_ledger",
        f"UPDATE payments_payment SET captured = captured - 1 WHERE {PAID}",
    ),
    Corruption(
        "payments_are_the_sums_of_their_ledger",
        "DELETE FROM payments_ledgerentry WHERE kind = 'refunded'",
    ),
    Corruption(
        "no_more_is_captured_than_authorized_or_refunded_than_captured",
        f"UPDATE payments_payment SET refunded = captured + 1 WHERE {REFUNDED}",
        without="payments_payment.payments_refunds_within_captured",
    ),
    Corruption(
        "no_more_is_captured_than_authorized_or_refunded_than_captured",
        f"UPDATE payments_payment SET captured = authorized + 1 WHERE {PAID}",
        without="payments_payment.payments_captured_within_authorized",
    ),
    Corruption(
        "payment_status_follows_from_the_money",
        f"UPDATE payments_payment SET status = 'refunded' WHERE {PAID}",
    ),
    Corruption(
        "refunds_under_way_are_the_sum_of_their_operations",
        f"UPDATE payments_payment SET refunding = 5 WHERE {PAID}",
    ),
    Corruption(
        "refunds_that_succeeded_are_in_the_ledger",
        "UPDATE payments_ledgerentry SET operation_id = NULL, reference = 'lost' "
        "WHERE kind = 'refunded'",
    ),
    Corruption(
        "refunds_that_succeeded_are_in_the_ledger",
        "UPDATE payments_operation SET amount = amount - 1 WHERE kind = 'refund'",
    ),
    Corruption(
        "money_has_an_order_or_goes_back_within_a_minute",
        f"UPDATE payments_payment SET order_id = NULL WHERE {PAID}",
    ),
    Corruption(
        "what_is_not_finished_is_looked_at_again",
        "UPDATE payments_payment SET next_attempt_at = NULL WHERE step = 'unknown'",
    ),
    Corruption(
        "what_is_not_finished_is_looked_at_again",
        "UPDATE payments_operation SET status = 'pending'",
        without="payments_operation.payments_operation_pending_is_looked_at",
    ),
    Corruption(
        "orders_are_the_sums_of_their_lines",
        "UPDATE orders_order SET total = total - 1",
        without="orders_order.orders_totals_add_up",
    ),
    Corruption(
        "orders_are_the_sums_of_their_lines",
        "UPDATE orders_order SET subtotal = subtotal + 1, total = total + 1",
    ),
    Corruption(
        "orders_are_the_sums_of_their_lines",
        "DELETE FROM orders_refunditem; DELETE FROM orders_orderline",
    ),
    Corruption(
        "orders_are_the_sums_of_their_lines",
        "UPDATE orders_orderline SET total = total - 1",
        without="orders_orderline.orders_line_adds_up",
    ),
    Corruption(
        "taxes_of_orders_are_the_sums_of_their_entries",
        """UPDATE orders_orderline SET taxes = '[{"amount": 5}]'""",
    ),
    Corruption(
        "taxes_of_orders_are_the_sums_of_their_entries",
        """UPDATE orders_order SET shipping_taxes = '[{"amount": 2}, {"amount": 3}]'""",
    ),
    Corruption(
        "taxes_of_checkouts_are_the_sums_of_their_entries",
        """UPDATE checkout_checkoutline SET taxes = '[{"amount": 5}]'""",
    ),
    Corruption(
        "taxes_of_checkouts_are_the_sums_of_their_entries",
        """UPDATE checkout_checkout SET shipping_taxes = '[{"amount": 5}]'""",
    ),
    Corruption(
        "orders_without_tax_by_reverse_charge_have_a_vat_number",
        """UPDATE orders_orderline SET taxes = '[{"amount": 0, "source": "reverse_charge"}]'""",
    ),
    Corruption(
        "tax_rates_of_a_place_and_class_do_not_overlap",
        "INSERT INTO pricing_taxrate (id, country, region, tax_class, title, rate, added, "
        "valid_from, valid_to, source) SELECT gen_random_uuid(), 'DE', '', 'standard', '', 0.19, "
        "false, day, NULL, '' FROM unnest(ARRAY[date '2020-01-01', '2021-01-01']) AS day",
        without="pricing_taxrate.pricing_tax_rates_do_not_overlap",
    ),
    Corruption(
        "order_numbers_are_unique",
        "UPDATE orders_order SET number = 'SAME'",
        without="orders_order.unique:number",
    ),
    Corruption(
        "sold_units_are_ordered_less_canceled_and_returned",
        "DELETE FROM inventory_movement WHERE kind = 'sale'",
    ),
    Corruption(
        "sold_units_are_ordered_less_canceled_and_returned",
        "INSERT INTO inventory_movement (id, stock_id, delta, kind, reason, order_id, created_at) "
        "SELECT gen_random_uuid(), stock_id, -delta, 'cancellation', '', order_id, created_at "
        "FROM inventory_movement WHERE kind = 'sale'",
    ),
    Corruption(
        "sold_units_are_ordered_less_canceled_and_returned",
        "INSERT INTO inventory_movement (id, stock_id, delta, kind, reason, order_id, created_at) "
        "SELECT gen_random_uuid(), stock_id, 1 - delta, 'return', '', order_id, created_at "
        "FROM inventory_movement WHERE kind = 'sale'",
    ),
    Corruption(
        "sold_units_are_ordered_less_canceled_and_returned",
        "UPDATE orders_order SET status = 'canceled'",
    ),
    Corruption(
        "orders_have_a_payment_within_a_minute",
        f"UPDATE payments_payment SET order_id = NULL WHERE {PAID}",
    ),
    Corruption(
        "order_total_is_charged_or_still_due",
        f"UPDATE payments_payment SET amount = amount + 1 WHERE {PAID}",
    ),
    Corruption(
        "order_total_is_charged_or_still_due",
        f"UPDATE payments_payment SET currency = 'EUR' WHERE {PAID}",
    ),
    Corruption(
        "refunds_are_shares_of_what_was_charged",
        "UPDATE orders_refunditem SET price = price + 1, discount = discount + 1",
    ),
    Corruption(
        "refunds_are_shares_of_what_was_charged",
        "UPDATE orders_refunditem SET tax = 5, "
        """taxes = '[{"rate": "0.2", "title": "VAT", "source": "", "base": 25, "amount": 5}]'""",
    ),
    Corruption(
        "refunds_are_shares_of_what_was_charged",
        "UPDATE payments_operation SET amount = amount - 1 WHERE kind = 'refund'",
    ),
    Corruption(
        "units_are_refunded_once_and_for_no_more_than_was_paid",
        "UPDATE orders_refunditem SET quantity = quantity + 1000",
    ),
    Corruption("orders_have_their_events", "DELETE FROM events_event WHERE type = 'order.placed'"),
    Corruption(
        "canceled_orders_keep_no_money",
        "UPDATE orders_order SET status = 'canceled', canceled_at = now() FROM payments_payment "
        "WHERE payments_payment.order_id = orders_order.id AND payments_payment.status = 'paid'",
    ),
    Corruption(
        "open_orders_keep_their_money",
        "UPDATE orders_order SET status = 'open' WHERE status = 'canceled'",
    ),
    Corruption(
        "orders_have_their_events",
        "INSERT INTO events_event (id, type, subject_id, data, created_at) "
        "SELECT gen_random_uuid(), type, subject_id, data, created_at FROM events_event",
    ),
    Corruption(
        "orders_have_their_events", "DELETE FROM events_event WHERE type = 'order.canceled'"
    ),
    Corruption(
        "orders_have_their_events",
        f"UPDATE orders_order SET status = 'completed', completed_at = now() "
        f"WHERE id = {FIRST_ORDER}",
    ),
    Corruption(
        "completed_orders_have_nothing_left_to_send",
        f"UPDATE orders_order SET status = 'completed', completed_at = now() "
        f"WHERE id = {FIRST_ORDER}",
    ),
    Corruption(
        "orders_have_their_events",
        "DELETE FROM events_event WHERE type = 'order.payment_partially_refunded'",
    ),
    Corruption(
        "refunds_of_orders_have_their_events",
        "DELETE FROM events_event WHERE type = 'order.refund_requested'",
    ),
    Corruption(
        "checkouts_are_the_sums_of_their_lines",
        "UPDATE checkout_checkout SET subtotal = subtotal + 1, total = total + 1",
    ),
    Corruption(
        "checkouts_are_the_sums_of_their_lines",
        "UPDATE checkout_checkout SET total = total + 1",
        without="checkout_checkout.checkout_totals_add_up",
    ),
    Corruption(
        "completed_checkouts_are_one_order_and_no_other_is_any",
        f"UPDATE checkout_checkout SET status = 'completed' WHERE id = {LIVE}",
    ),
    Corruption(
        "completed_checkouts_are_one_order_and_no_other_is_any",
        f"UPDATE checkout_checkout SET status = 'canceled' WHERE id = {COMPLETED}",
    ),
    Corruption(
        "orders_are_what_was_checked_out",
        "UPDATE orders_order SET shipping = shipping + 1, total = total + 1",
    ),
    Corruption(
        "orders_are_what_was_checked_out",
        "UPDATE orders_orderline SET quantity = unit_price, unit_price = quantity",
    ),
    Corruption("orders_are_what_was_checked_out", "DELETE FROM checkout_checkoutline"),
    Corruption(
        "carts_are_settled_by_their_order",
        "UPDATE carts_cart SET status = 'open', version = 1 WHERE status = 'ordered'",
    ),
    Corruption("carts_are_settled_by_their_order", "UPDATE carts_cart SET status = 'ordered'"),
    Corruption(
        "live_checkouts_hold_their_units_and_no_other_holds_any",
        f"UPDATE checkout_checkout SET status = 'expired' WHERE id = {LIVE}",
    ),
    Corruption(
        "live_checkouts_hold_their_units_and_no_other_holds_any",
        "DELETE FROM inventory_reservation",
    ),
    Corruption(
        "live_checkouts_hold_their_units_and_no_other_holds_any",
        "UPDATE inventory_reservation SET quantity = quantity + 1",
    ),
    Corruption(
        "checkouts_being_paid_have_a_payment_under_way",
        f"UPDATE checkout_checkout SET status = 'completing' WHERE id = {LIVE}",
    ),
    Corruption(
        "payments_are_of_the_checkout_that_their_order_was",
        f"UPDATE payments_payment SET checkout_id = {LIVE} WHERE {PAID}",
    ),
    Corruption(
        "slots_are_used_once_and_within_their_limit",
        "UPDATE pricing_slot SET number = at_most + number",
        without="pricing_slot.pricing_slot_within_limit",
    ),
    Corruption(
        "slots_are_used_once_and_within_their_limit",
        "INSERT INTO pricing_slot (scope, number, at_most, promotion_id, redemption_id, free_from) "
        "SELECT scope, number, at_most, promotion_id, redemption_id, free_from FROM pricing_slot",
        without="pricing_slot.pricing_slot_used_once",
    ),
    Corruption(
        "limited_uses_have_their_slots",
        "DELETE FROM pricing_slot WHERE number = 1 AND scope = promotion_id",
    ),
    Corruption(
        "limited_uses_have_their_slots",
        "UPDATE pricing_slot SET free_from = now() WHERE free_from IS NULL",
    ),
    Corruption(
        "limited_uses_have_their_slots",
        "UPDATE pricing_slot SET free_from = NULL WHERE redemption_id IS NULL",
        without="pricing_slot.pricing_slot_of_nothing_is_free",
    ),
    Corruption(
        "promotions_are_used_by_what_they_were_applied_to",
        "DELETE FROM pricing_slot; DELETE FROM pricing_redemption",
    ),
    Corruption(
        "promotions_are_used_by_what_they_were_applied_to",
        f"UPDATE checkout_checkout SET status = 'expired' WHERE id = {LIVE}",
    ),
    Corruption(
        "promotions_are_used_by_what_they_were_applied_to",
        "UPDATE orders_order SET status = 'canceled'",
    ),
    Corruption(
        "promotions_are_used_by_what_they_were_applied_to",
        "UPDATE orders_order SET promotions = '{}'",
    ),
    Corruption(
        "discounts_of_checkouts_are_the_sums_of_what_they_name",
        "UPDATE checkout_checkoutline SET discounts = '[]'",
    ),
    Corruption(
        "discounts_of_orders_are_the_sums_of_what_they_name",
        "UPDATE orders_orderline SET discounts = '[]'",
    ),
    Corruption(
        "discounts_of_orders_are_the_sums_of_what_they_name",
        "UPDATE orders_order SET promotions = '{}'",
    ),
    Corruption(
        "money_that_found_no_order_was_announced",
        f"UPDATE payments_payment SET order_id = NULL WHERE {REFUNDED}",
    ),
]
