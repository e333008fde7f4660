"""The rules of `catalog lint`: small pure functions from the catalog to findings."""
