"""The record and the catalog for an assistant, by the Model Context Protocol."""
