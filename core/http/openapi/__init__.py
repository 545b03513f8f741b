"""The OpenAPI document: made from what `core.http.schema.operation` was told."""
