"""The OpenAPI document: made from what `core.http.operations.operation` was told."""
