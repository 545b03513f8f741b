"""What can be refused of the catalog."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound


class ProductNotFound(NotFound):
    """There is no such product."""


class VariantNotFound(NotFound):
    """There is no variant with this SKU."""


class UnknownCategory(Invalid):
    """There is no category with this slug."""

    code = "unknown_category"


class SkuTaken(Conflict):
    """Another variant has this SKU."""

    code = "sku_taken"


class SlugTaken(Conflict):
    """Another product has this slug."""

    code = "slug_taken"


class CategoryNotFound(NotFound):
    """There is no such category."""


class CategorySlugTaken(Conflict):
    """Another category has this slug."""

    code = "slug_taken"


class CategoryCycle(Conflict):
    """A category cannot be below itself."""

    code = "category_cycle"


class ListPriceTaken(Conflict):
    """The list has a price of this variant for as many units from this moment on."""

    code = "price_taken"


class ListPriceNotFound(NotFound):
    """There is no such price in this list."""


class ListPriceInForce(Conflict):
    """This price has begun: it is not deleted, but followed by another one."""

    code = "price_in_force"


class UnknownSkus(Invalid):
    """There are no variants with these SKUs."""

    code = "unknown_sku"


class ListCurrencyMismatch(Invalid):
    """A price list has prices in its own currency only."""

    code = "currency_mismatch"


class PriceMissing(Invalid):
    """The variant has no price in this currency to compare."""

    code = "price_missing"


class ImageNotFound(NotFound):
    """There is no such picture."""


class NotAnImage(Invalid):
    """This is no picture in JPEG, PNG, WebP, AVIF or GIF, whatever its name says."""

    code = "not_an_image"


class ImageDamaged(Invalid):
    """The picture is damaged: it is cut off, or something else is in its file."""

    code = "image_damaged"


class TooManyPixels(Invalid):
    """The picture has more pixels than the shop takes."""

    code = "too_many_pixels"


class TooManyImages(Conflict):
    """There are as many pictures here as there can be: 50."""

    code = "too_many_images"
