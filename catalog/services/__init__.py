"""Writes of the catalog: one function a use case."""

from __future__ import annotations

from catalog.importing import Imported, Seen
from catalog.services.categories import create_category, move_category
from catalog.services.image_files import (
    UPLOAD_ERRORS,
    remove_orphans,
    remove_unused_image,
    render_image,
    store_image,
)
from catalog.services.images import (
    ADD_CATEGORY_IMAGE_ERRORS,
    ADD_PRODUCT_IMAGE_ERRORS,
    UPDATE_IMAGE_ERRORS,
    add_category_image,
    add_product_image,
    delete_image,
    update_image,
)
from catalog.services.imports import import_products
from catalog.services.price_lists import (
    ADD_LIST_PRICES_ERRORS,
    CREATE_PRICE_LIST_ERRORS,
    DELETE_LIST_PRICE_ERRORS,
    UPDATE_PRICE_LIST_ERRORS,
    add_list_prices,
    create_price_list,
    delete_list_price,
    delete_price_list,
    update_price_list,
)
from catalog.services.products import (
    CREATE_PRODUCT_ERRORS,
    UPDATE_PRODUCT_ERRORS,
    create_product,
    update_product,
)
from catalog.services.statuses import (
    CHANGE_STATUS_ERRORS,
    change_product_status,
    delete_product,
)
from catalog.services.stock import ADJUST_STOCK_ERRORS, adjust_stock_of_sku
from catalog.services.variants import (
    ADD_VARIANT_ERRORS,
    UPDATE_VARIANT_ERRORS,
    add_variant,
    update_variant,
)

__all__ = [
    "ADD_CATEGORY_IMAGE_ERRORS",
    "ADD_LIST_PRICES_ERRORS",
    "ADD_PRODUCT_IMAGE_ERRORS",
    "ADD_VARIANT_ERRORS",
    "ADJUST_STOCK_ERRORS",
    "CHANGE_STATUS_ERRORS",
    "CREATE_PRICE_LIST_ERRORS",
    "CREATE_PRODUCT_ERRORS",
    "DELETE_LIST_PRICE_ERRORS",
    "UPDATE_IMAGE_ERRORS",
    "UPDATE_PRICE_LIST_ERRORS",
    "UPDATE_PRODUCT_ERRORS",
    "UPDATE_VARIANT_ERRORS",
    "UPLOAD_ERRORS",
    "Imported",
    "Seen",
    "add_category_image",
    "add_list_prices",
    "add_product_image",
    "add_variant",
    "adjust_stock_of_sku",
    "change_product_status",
    "create_category",
    "create_price_list",
    "create_product",
    "delete_image",
    "delete_list_price",
    "delete_price_list",
    "delete_product",
    "import_products",
    "move_category",
    "remove_orphans",
    "remove_unused_image",
    "render_image",
    "store_image",
    "update_image",
    "update_price_list",
    "update_product",
    "update_variant",
]
