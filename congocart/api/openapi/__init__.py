"""The OpenAPI document: made from what `congocart.api.schema.operation` was told."""
